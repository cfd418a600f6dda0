import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PhoneCall } from '../../sandbox/phone/phone.ts';
import { type Language, readPhrasebooks } from '../../src/adapters/texts/phrasebook.ts';
import { settingsWords } from '../../src/adapters/texts/settings/texts.ts';
import { hasKamailio } from '../peers/kamailio.ts';
import { SlowLine } from '../peers/slow-line.ts';
import { eventually } from '../support/eventually.ts';
import { settingsConversation } from '../support/settings-conversation.ts';
import { newestLine, nextRegistration } from '../support/settings-lines.ts';
import { openSipHouse, passwordOf, type SipHouse } from '../support/sip-house.ts';
import { openStage, type Stage } from '../support/stage.ts';
import { levelAtDbfs } from '../support/tones.ts';
import { Transcript } from '../support/transcript.ts';

const bot = '@siptg_bot';
const words = readPhrasebooks(settingsWords);
// Far from the tones of product §12.
const saysHz = 700;

const people: readonly { language: Language; firstName: string; login: string }[] = [
  { language: 'en', firstName: 'Olivia', login: '100' },
  { language: 'ru', firstName: 'Ольга', login: '101' },
  { language: 'uk', firstName: 'Оксана', login: '102' },
  { language: 'es', firstName: 'Olga', login: '103' },
];

describe.skipIf(!hasKamailio)('a whole set-up, from no line to a test call', () => {
  let stage: Stage;
  let house: SipHouse;
  let line: SlowLine;
  beforeAll(async () => {
    house = await openSipHouse(people.map(({ login }) => login));
    line = await SlowLine.to(house.kamailio.udpPort);
    stage = await openStage();
  });
  afterAll(async () => {
    await stage?.close();
    line?.close();
    await house?.close();
  });

  const acknowledged = () => stage.service.sip.counters.totals()['received ACK'] ?? 0;
  /** Both halves of the tone that says that somebody is there. */
  const heardGreeting = async (call: PhoneCall) => {
    for (const hz of [950, 1_400])
      await expect
        .poll(
          () => {
            const { samples, sampleRate } = call.recording();
            const block = sampleRate / 50;
            return Array.from({ length: Math.floor(samples.length / block) }, (_, index) =>
              levelAtDbfs(samples.subarray(index * block, (index + 1) * block), sampleRate, hz),
            ).some((level) => level > -30);
          },
          { timeout: 5_000 },
        )
        .toBe(true);
  };

  test.each(people)('F-SET-8 F-SET-15 in $language', async ({ language, firstName, login }) => {
    const { person, phone } = stage.addPerson(firstName, { languageCode: language });
    const talk = settingsConversation(stage, person);
    const transcript = new Transcript(person, firstName);
    const phrase = words[language];
    const looks = () => transcript.looksAt(bot, 'Settings');
    const presses = async (label: string) => {
      transcript.tells(`presses [${label}]`);
      await talk.press(label);
      looks();
    };
    const writes = async (text: string) => {
      // Looked at before it may be removed.
      const unwatch = person.watch((event) => {
        if (event.type === 'message' && event.message.out) looks();
      });
      await talk.write(text);
      unwatch();
      looks();
    };
    const enters = async (field: string, value: string) => {
      await presses(talk.label(phrase(`label-${field}`)) ?? '');
      await writes(value);
    };
    phone.says({ frequencyHz: saysHz });

    // The answer to the first word she ever wrote to the chat account.
    await person.waitsFor(({ peerId, out }) => peerId === stage.chat && !out);
    transcript.knows(stage.chat);
    await writes('/start');
    await presses(phrase('label-new'));
    await presses(phrase('label-templates'));
    await presses('Asterisk / FreePBX');
    await enters('login', login);
    await enters('password', passwordOf(login));
    await enters('proxy', line.address);
    await enters('domain', house.kamailio.domain);
    const registered = nextRegistration(stage, await newestLine(stage, person));
    // The registrar thinks about it until she has seen what Apply did.
    line.keepsBack(() => true);
    await presses(phrase('label-apply'));
    line.releases();
    await registered;
    await presses(phrase('label-back'));
    await presses(`🟢 ${login}`);

    const before = acknowledged();
    await presses(phrase('label-test-call'));
    const call = await phone.rings();
    transcript.tells('is called by the chat account, and answers');
    call.answer();
    await eventually(() => expect(acknowledged()).toBeGreaterThan(before));
    await person.waitsFor(({ text }) => text === phrase('dialled-talking', { party: login, line: login }));
    stage.later(1_000);
    await heardGreeting(call);
    transcript.tells('hears the tone');
    stage.later(1_000);
    await call.heard(saysHz, { forMs: 500 });
    transcript.tells('hears what she says herself');
    await stage.service.settled();
    transcript.looksAt(stage.chat, 'Telephone');
    transcript.tells('presses [5]');
    const panel = await person.waitsFor(({ buttons }) => buttons.flat().includes('#'));
    await person.presses(panel, '5');
    await stage.service.settled();
    await call.heard(saysHz, { forMs: 500 });
    transcript.tells('hangs up');
    call.hangUp();
    await person.waitsFor(({ text }) => text.startsWith(phrase('test-report', { name: login })));
    await stage.quiet();
    await stage.service.settled();
    transcript.looksAt(stage.chat, 'Telephone');
    looks();
    expect(talk.said().at(-1)).toContain('5 (rfc2833)');
    await expect(transcript.text).toMatchFileSnapshot(`transcripts/${language}.txt`);
  });
});
