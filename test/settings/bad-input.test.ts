import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Person } from '../../sandbox/telegram/person.ts';
import { type SettingsConversation, settingsConversation } from '../support/settings-conversation.ts';
import { enter } from '../support/settings-lines.ts';
import { openStage, type Stage } from '../support/stage.ts';

const huge = 'x'.repeat(4_096);
/** Nothing to be seen, which is as near to an empty message as Telegram lets anybody come. */
const invisible = '\u2060';
const injected = (value: string) => `${value}\r\nContact: <sip:eve@192.0.2.66>`;

const servers = [
  'not a host!',
  injected('pbx.test'),
  'sip:pbx.test',
  'eve@pbx.test',
  'pbx.test:0',
  'pbx.test:65536',
  'a..b',
  `${'x'.repeat(64)}.test`,
  '999.1.1.1',
  '0x7f.1',
  '[::1',
  'пбх тест',
  'pbx\u0007.test',
  huge,
  invisible,
];
/** Of this machine, or of networks that only this machine may reach. */
const forbidden = [
  '127.0.0.1',
  '10.0.0.1:5060',
  '172.16.0.1',
  '192.168.1.1',
  '169.254.169.254',
  '0.0.0.0',
  '[::1]',
  '[::ffff:10.0.0.1]',
  '[fd00::1]',
  'localhost',
];
const unknown = ['no-such-host.invalid', 'пример.invalid'];

/** What a person is told, by what he sends. */
const fields: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  Name: { 'cannot be the name': ['x'.repeat(33), 'two\nlines', 'a\u202eb', 'a\u0007b', huge, invisible] },
  Login: {
    'cannot be the login': ['two words', 'x'.repeat(129), injected('100'), 'a\u0007b', 'a\u202eb', huge, invisible],
  },
  Password: { 'cannot be the password': ['x'.repeat(129), injected('s3cret'), 'a\u0007b', huge] },
  Domain: { 'is no domain': servers, 'our own network': forbidden, 'not found in the DNS': unknown },
  Proxy: { 'is no address': servers, 'our own network': forbidden, 'not found in the DNS': unknown },
  'Audio Codecs': {
    'is no codec here': ['mp3', 'opus,кодек', injected('opus'), 'opus\u0007', huge, invisible],
    'is no list of codecs': [',,,'],
  },
  'DTMF Methods': {
    'is no list of methods': ['morse', 'rfc2833,morse', injected('info'), 'тон', 'info\u0007', huge, ',,,', invisible],
  },
  'Dial Rules': {
    'The rule (?=1)2 cannot be used': ['(?=1)2'],
    'The rule =7 cannot be used': ['=7 ^8'],
    'The rule ( cannot be used': ['^8=7 ('],
    'cannot be used': ['((a{1,1000}){1,1000}){1,1000}', `${'^8=7 '.repeat(65)}`, 'a'.repeat(1_001), huge, '(\\1)'],
  },
  'Quiet hours': {
    'are no hours': [
      'always',
      '25:00-26:00',
      '22:60-07:00',
      '22:00-22:00',
      '22:00-07:00 Mars/Olympus_Mons',
      injected('22:00-07:00'),
      'с десяти до семи',
      '22:00-07:00\u0007',
      huge,
      invisible,
    ],
  },
  Import: {
    'no lines in this text': ['# nothing but a comment'],
    'there is no setting': ['hello', huge, invisible, '[Office]\ncolour = red'],
    'this value cannot be used': [
      '[Office]\nlogin = two words',
      '[Office]\ndomain = 127.0.0.1',
      '[Office]\ncodecs = mp3',
    ],
  },
};

describe('what cannot be taken', () => {
  let stage: Stage;
  const people = new Map<string, { person: Person; talk: SettingsConversation }>();
  beforeAll(async () => {
    stage = await openStage({ settings: { allowPrivateRegistrars: false } });
  });
  afterAll(() => stage?.close());

  const comes = (field: string) => {
    const { person } = stage.addPerson('Olga');
    const talk = settingsConversation(stage, person);
    people.set(field, { person, talk });
    return { person, talk };
  };
  const valueOf = (field: string) => people.get(field)?.talk.label(field);
  const asks = async (field: string): Promise<void> => {
    const screen = await people.get(field)?.talk.press(valueOf(field) ?? field);
    expect(screen?.buttons).toEqual([['Cancel']]);
  };

  describe.concurrent.each(Object.entries(fields))('as %s', (field, wrongs) => {
    test('is answered once, with an example; the question stays open until the third time', {
      timeout: 180_000,
    }, async () => {
      const { talk } = comes(field);
      await talk.open();
      if (field !== 'Import') await talk.press('New');
      const before = talk.screen().buttons;
      let answers = 0;
      for (const [told, inputs] of Object.entries(wrongs))
        for (const input of inputs) {
          if (answers % 3 === 0) await asks(field);
          answers += 1;
          const said = talk.said().length;
          await talk.write(input);
          const wrong = talk.said().find((text, index) => index >= said - 1 && text.includes(told));
          expect(wrong, `${JSON.stringify(input.slice(0, 40))} is told of`).toMatch(/\nExample: [^]/);
          if (answers % 3 !== 0) {
            expect(talk.said()).toHaveLength(said + 1);
            expect(talk.screen().buttons).toEqual([['Cancel']]);
          } else {
            // The old screen goes, the explanation and the new screen come.
            expect(talk.said()).toHaveLength(said + 1);
            expect(talk.screen().text).toMatch(/^The question is closed; nothing was changed\./);
            expect(talk.screen().buttons).toEqual(before);
          }
        }
    });
  });

  test('is nothing at all: what is no text is no answer either', async () => {
    const { person, talk } = comes('Login');
    await talk.open();
    await talk.press('New');
    await asks('Login');
    const said = talk.said().length;
    person.sharesContact({ phone: '4930123', firstName: 'Eve' }, '@siptg_bot');
    await person.waitsUntil(() => talk.said().length > said);
    await talk.settled();
    expect(talk.said().at(-1)).toMatch(/^This cannot be the login: .*\nExample: 100$/);
    expect(talk.screen().buttons).toEqual([['Cancel']]);
  });

  test('is right when it comes: the question was open, and two wrong answers are forgotten with it', async () => {
    const { talk } = comes('Name');
    await talk.open();
    await talk.press('New');
    await asks('Name');
    for (const input of [huge, 'two\nlines']) await talk.write(input);
    await talk.write('Büro 東京 مكتب');
    expect(talk.label('Name')).toBe('Name: Büro 東京 مكتب');
    await asks('Name');
    for (const input of [huge, 'two\nlines']) await talk.write(input);
    expect(talk.screen().buttons).toEqual([['Cancel']]);
  });

  test.each([...Object.keys(fields)])(
    'is no answer within five minutes either: the screen of %s is back',
    async (field) => {
      const { person, talk } = comes(field);
      await talk.open();
      if (field !== 'Import') await talk.press('New');
      const before = talk.screen().buttons;
      await asks(field);
      stage.later(300_000);
      await person.waitsFor(({ text }) => text.startsWith('The question is closed; nothing was changed.'));
      await talk.settled();
      expect(talk.screen().buttons).toEqual(before);
    },
  );

  test('is taken from where names and addresses are public: the domain behind a proxy need not be known', async () => {
    const { talk } = comes('Domain');
    await talk.open();
    await talk.press('New');
    await enter(talk, 'Proxy', '198.51.100.7:5070');
    expect(talk.label('Proxy')).toBe('Proxy: 198.51.100.7:5070');
    await enter(talk, 'Domain', 'no-such-host.invalid');
    expect(talk.label('Domain')).toBe('Domain: no-such-host.invalid');
    expect(stage.invites()).toBe(0);
  });
});
