import { describe, expect, test } from 'vitest';
import type { SettingsMessage } from '../../../../src/actors/ports/settings-chat.ts';
import { languages } from '../../../../src/adapters/texts/phrasebook.ts';
import { FluentSettingsTexts } from '../../../../src/adapters/texts/settings/texts.ts';
import { LineId } from '../../../../src/machines/model/ids.ts';
import type { Screen, SettingsNotice } from '../../../../src/machines/model/settings-screens.ts';
import {
  at,
  details,
  draft,
  emptyDetails,
  facts,
  frankfurt,
  fullDetails,
  list,
  longList,
  notices,
  office,
  screens,
  workers,
} from './samples.ts';

const texts = new FluentSettingsTexts();
const show = (screen: Screen, language = 'en') => texts.screen(screen, language);
const say = (notice: SettingsNotice, language = 'en') => texts.notice(notice, language, 7);
const labels = ({ buttons = [] }: SettingsMessage) => buttons.map((row) => row.map(({ label }) => label));
const presses = ({ buttons = [] }: SettingsMessage) =>
  buttons.flat().map((button) => ('press' in button ? button.press : button.url));
/** A message as people see it. */
const picture = (message: SettingsMessage) =>
  [message.text, '', ...labels(message).map((row) => row.map((label) => `[ ${label} ]`).join(' ')), ''].join('\n');

const ownLine = { kind: 'own-line', facts, details } as const;
const field = (name: 'login' | 'password' | 'domain' | 'rules') =>
  ({
    kind: 'question',
    question: { kind: 'field', line: office, field: name },
    lineName: 'Office',
    hint: undefined,
    current: undefined,
  }) as const;

describe('the line screen', () => {
  test('the owner of a draft sees the rows of the product, with nothing in them', () => {
    expect(labels(show({ kind: 'own-line', facts: draft, details: emptyDetails }))).toEqual([
      ['Name: Line 1'],
      ['Login: —', 'Password: —'],
      ['Domain: —', 'Proxy: —'],
      ['UDP', 'Worker'],
      ['Settings templates'],
      ['Audio Codecs: opus,alaw,mulaw', 'DTMF Methods: rfc2833,info,inband'],
      ['Dial Rules: —'],
      ['☑️ Call recording', 'Chat for recordings'],
      ['User'],
      ['Quiet hours: —', 'Test call'],
      ['Export'],
      ['Switch on', 'Delete'],
      ['Transfer', 'Back'],
    ]);
  });

  test('Apply stands in its row while something is pending, Unlink beside the user', () => {
    expect(labels(show({ kind: 'own-line', facts, details: fullDetails }))).toEqual([
      ['Name: Office'],
      ['Login: 100', 'Password: ••••'],
      ['Domain: pbx.test', 'Proxy: sbc.pbx.test:5061'],
      ['TLS', 'Worker'],
      ['Settings templates'],
      ['Audio Codecs: opus,alaw,mulaw', 'DTMF Methods: rfc2833,info,inband'],
      ['Dial Rules: [^+*#\\w]= ^8=7'],
      ['✅ Call recording', 'Chat for recordings'],
      ['User', 'Unlink'],
      ['Apply'],
      ['Quiet hours: 22:00–07:05 Europe/Berlin', 'Test call'],
      ['Try a number', 'Export'],
      ['Switch off', 'Delete'],
      ['Transfer', 'Back'],
    ]);
  });

  test.each(languages)('looks as it is written down in %s', async (language) => {
    const some: readonly Screen[] = [
      {
        kind: 'own-line',
        facts: draft,
        details: emptyDetails,
        remark: { kind: 'wrong-parameters', missing: ['domain'] },
      },
      {
        kind: 'own-line',
        facts: { ...facts, dot: 'error', standing: { state: 'refused', sip: { status: 403, reason: 'Forbidden' } } },
        details: fullDetails,
      },
      { kind: 'assigned-line', facts, chatAccount: 'siptg_calls' },
      list,
      { kind: 'workers', line: office, chosen: 'auto', workers },
      field('login'),
    ];
    await expect(some.map((screen) => picture(show(screen, language))).join('\n---\n\n')).toMatchFileSnapshot(
      `screens.${language}.txt`,
    );
  });

  test('a long value is cut in the middle, the whole label within 40 characters', () => {
    const domain = `${'very-long-'.repeat(10)}name.example.com:5061`;
    const label = labels(show({ ...ownLine, details: { ...details, domain } }))[2]?.[0] ?? '';
    expect(label).toMatch(/^Domain: very-long-.*….*xample\.com:5061$/);
    expect(Array.from(label)).toHaveLength(40);
  });

  test('a password is nowhere on it', () => {
    const { text } = show({ ...field('password'), current: 's3cret' });
    expect(text).not.toContain('s3cret');
    expect(text).toContain('Now: ••••');
  });

  test('what the template fixes has no button, and is told above', () => {
    const fixed = show({
      ...ownLine,
      details: { ...details, templateName: 'sipgate', fixed: ['domain', 'proxy', 'rules'] },
    });
    expect(labels(fixed).flat().join()).not.toMatch(/Domain|Proxy|Dial Rules/);
    expect(fixed.text).toContain('Set by the template: Domain: pbx.test, Proxy: —, Dial Rules: —');
  });

  test('a line that does not fit the plan is shown as refused', () => {
    const limit = { status: 402, reason: 'SIP account has disallowed settings' } as const;
    expect(show({ ...ownLine, facts: { ...facts, limit } }).text).toContain('402 SIP account has disallowed settings');
  });

  test('registration ends at a time in UTC, pending edits apply at another', () => {
    const { text } = show({ ...ownLine, details: { ...details, pending: ['domain', 'password'], appliesAt: at } });
    expect(text).toContain('Registered until November 22, 2026, 21:07 UTC');
    expect(text).toContain('Pending changes: Domain, Password\nThey apply at 21:07:45 UTC');
  });

  test('an assigned user sees how the line stands and no setting of it', () => {
    const assigned = show({ kind: 'assigned-line', facts, chatAccount: 'siptg_calls' });
    expect(labels(assigned)).toEqual([['Go to calls'], ['Back']]);
    expect(presses(assigned)).toEqual(['https://t.me/siptg_calls', { do: 'lines' }]);
    expect(assigned.text).not.toMatch(/Login|Password|Domain|Worker|pbx/);
  });
});

describe('the list', () => {
  test('has a button for each line, then New, the switch of Callback mode, and the way to calls', () => {
    expect(labels(show(list))).toEqual([
      ['🟢 Office'],
      ['🟡 Home'],
      ['🔴 Shop'],
      ['👤 ⚪ Lab'],
      ['New', 'Import'],
      ['Switch off Callback mode'],
      ['Go to calls'],
    ]);
    const off = show({ ...list, callback: false });
    expect(labels(off).flat()).toContain('Switch on Callback mode');
    expect(presses(off)).toContainEqual({ do: 'callback', on: true });
    expect(show({ ...list, lines: [] }).text).toContain('no line yet');
  });

  test('200 lines are all there, page by page', () => {
    const all = longList(200);
    const seen: unknown[] = [];
    const turned: number[] = [];
    for (let page = 0; page >= 0 && turned.length < 10; ) {
      const here = show({ ...list, lines: all, page });
      const shown = presses(here).filter((press) => typeof press === 'object');
      expect(shown.length).toBeLessThanOrEqual(50);
      seen.push(...shown.flatMap((press) => (press.do === 'line' ? press.line : [])));
      turned.push(page);
      const next = shown.flatMap((press) => (press.do === 'lines' ? (press.page ?? 0) : [])).at(-1) ?? -1;
      page = turned.includes(next) ? -1 : next;
    }
    expect(turned).toEqual([0, 1, 2, 3, 4]);
    expect(seen).toEqual(all.map(({ id }) => id));
    expect(show({ ...list, lines: all, page: 2 }).text).toContain('81 to 120 of 200');
    expect(labels(show({ ...list, lines: all, page: 2 }))).toContainEqual(['‹ 2/5', '4/5 ›']);
  });

  test.each([-1, 7, Number.NaN, 0.5, Number.POSITIVE_INFINITY])('page %j of a list is some page of it', (page) => {
    const shown = presses(show({ ...list, lines: longList(50), page }));
    expect(shown.filter((press) => typeof press === 'object' && press.do === 'line').length).toBeGreaterThan(0);
  });

  test('without a user name of the chat account there is no button to it', () => {
    expect(labels(show({ ...list, chatAccount: '' })).flat()).not.toContain('Go to calls');
  });
});

describe('labels', () => {
  test('the English ones are exactly those of the product', () => {
    const all = [...screens, ...notices].flatMap((one) => {
      const { buttons = [], keys = [] } = screens.includes(one as Screen)
        ? show(one as Screen)
        : say(one as SettingsNotice);
      return [...buttons.flat(), ...keys].map(({ label }) => label);
    });
    const exact = new Set(
      all
        .map((label) => label.replace(/: .*$/u, ''))
        .filter((label) => !/[🟢🟡🔴⚪✅🌐📡🔑‹›🇩]|^T\d/u.test(label) || label === '✅ Call recording'),
    );
    for (const language of ['English', 'Русский', 'Українська', '▸ Español', '▸ Auto', 'Asterisk', 'Somewhere Other']) {
      expect(exact.delete(language), language).toBe(true);
    }
    expect([...exact].toSorted()).toEqual(
      [
        'Name',
        'Login',
        'Password',
        'Domain',
        'Proxy',
        'UDP',
        'TLS',
        'Worker',
        'Settings templates',
        'Audio Codecs',
        'DTMF Methods',
        'Dial Rules',
        '✅ Call recording',
        '☑️ Call recording',
        'Chat for recordings',
        'User',
        'Apply',
        'Switch on',
        'Switch off',
        'Delete',
        'Transfer',
        'Transfer back',
        'Unlink',
        'Back',
        'New',
        'Switch on Callback mode',
        'Switch off Callback mode',
        'Go to calls',
        'Select user',
        'Select chat',
        'Select channel',
        'Take',
        'Yes',
        'No',
        'Cancel',
        'Auto',
        // Beyond the table of the product.
        'Quiet hours',
        'Test call',
        'Try a number',
        'Export',
        'Import',
        'Clear',
        'Workers',
        'Language',
      ].toSorted(),
    );
  });

  test('the protocol is written in capitals', () => {
    for (const transport of ['udp', 'tcp', 'tls'] as const) {
      expect(labels(show({ ...ownLine, details: { ...details, transport } }))[3]).toEqual([
        transport.toUpperCase(),
        'Worker',
      ]);
    }
  });

  test('a person whose Telegram is Russian reads Russian labels, whose is Klingon English ones', () => {
    expect(labels(show(list, 'ru-RU')).at(-1)).toEqual(['Перейти к звонкам']);
    expect(labels(texts.screen(list, 'tlh')).at(-1)).toEqual(['Go to calls']);
    expect(labels(texts.screen(list, undefined)).at(-1)).toEqual(['Go to calls']);
  });
});

describe('workers', () => {
  test('Auto stands first, then one’s own, official, operators’ and shared ones, each with mark, place and load', () => {
    expect(labels(show({ kind: 'workers', line: office, chosen: 'frankfurt-1', workers }))).toEqual([
      ['Auto'],
      ['🔑 Mine · Germany · ⚠️'],
      ['▸ ✅ Frankfurt 1 · Germany · ▰▱▱'],
      ['📡 Operator’s own · Germany · ▰▰▱'],
      ['🌐 Basement · ▰▰▰'],
      ['Back'],
    ]);
  });

  test('mark and load stay whole beside a long name', () => {
    const long = { ...frankfurt, name: 'x'.repeat(128), place: 'y'.repeat(128) };
    const label = labels(show({ kind: 'workers', line: office, chosen: undefined, workers: [long] }))[1]?.[0] ?? '';
    expect(label).toMatch(/^✅ x+…y+ · ▰▱▱$/u);
    expect(Array.from(label)).toHaveLength(40);
  });

  test('more than a message takes are counted', () => {
    const many = Array.from({ length: 120 }, (_, place) => ({ ...frankfurt, id: `w${place}` }));
    const { text, buttons = [] } = show({ kind: 'workers', line: office, chosen: 'auto', workers: many });
    expect(buttons.flat()).toHaveLength(92);
    expect(text).toContain('…and 30 more');
  });
});

describe('questions', () => {
  test.each(['login', 'password'] as const)('the one for the %s warns: one login, one device', (name) => {
    expect(show(field(name)).text).toContain('One login, one device: do not use the same login in another program');
  });

  test('others do not warn', () => {
    expect(show(field('domain')).text).not.toContain('device');
  });

  test('each says what is accepted, with an example, and can be left', () => {
    const { text, buttons = [] } = show(field('domain'));
    expect(text).toContain('Office · Domain');
    expect(text).toContain('Example: pbx.example.com:5060');
    expect(buttons).toEqual([[{ label: 'Cancel', press: { do: 'cancel' } }]]);
  });

  test('the missing parameters are named', () => {
    const remark = { kind: 'wrong-parameters', missing: ['domain'] } as const;
    expect(show({ ...ownLine, remark }).text).toMatch(/^Wrong parameters: Domain\n\n/);
  });

  test('a wrong rule is quoted with its place, counted from 1, and an example', () => {
    const wrong = { kind: 'rule', rule: '(?=1)2', position: 0, why: 'look-ahead is not supported' } as const;
    expect(say({ kind: 'wrong-answer', wrong }).text).toBe(
      'The rule (?=1)2 cannot be used. Character 1 of the text:\nlook-ahead is not supported\nExample: [^+*#\\w]= ^8=7',
    );
  });

  test('whoever deletes a line with calls is told how many', () => {
    const sure = { kind: 'sure', what: 'delete', line: office, name: 'Office' } as const;
    expect(show({ ...sure, calls: 0 }).text).toBe('Delete Office? This cannot be undone.');
    expect(show({ ...sure, calls: 1 }).text).toContain('1 call is in progress');
    expect(show({ ...sure, calls: 2 }).text).toContain('2 calls are in progress');
    expect(show({ ...sure, calls: 3 }, 'ru').text).toContain('3 звонка');
    expect(show({ ...sure, calls: 11 }, 'uk').text).toContain('11 дзвінків');
    expect(presses(show({ ...sure, calls: 1 }))).toEqual([
      { do: 'delete', line: office, sure: true },
      { do: 'line', line: office },
    ]);
  });
});

describe('dial rules', () => {
  test('are told one by one with their kind, until Apply or Cancel', () => {
    const message = show({
      kind: 'rules',
      line: office,
      rules: [
        { kind: 'replaces', text: '[^+*#\\w]=' },
        { kind: 'filters', text: '^79\\d{9}$' },
      ],
    });
    expect(message.text).toContain('1. [^+*#\\w]= — replaces\n2. ^79\\d{9}$ — filters\n');
    expect(labels(message)).toEqual([['Apply', 'Cancel'], ['Try a number']]);
    expect(presses(message)).toEqual([
      { do: 'apply', line: office },
      { do: 'discard', line: office },
      { do: 'try', line: office },
    ]);
  });

  test('a number that was tried is shown after each of them', () => {
    const { text } = show({
      kind: 'tried',
      line: office,
      number: '8 (926)',
      steps: [{ rule: '[^+*#\\w]=', result: '8926' }],
      verdict: { kind: 'filtered', rule: 2, text: '^7' },
    });
    expect(text).toBe(
      'Number: 8 (926)\nThe line is not usable for it: rule 2 (^7) does not match.\n' +
        'This was a try: nothing was dialled.\n\n1. [^+*#\\w]= → 8926',
    );
  });

  test('64 long rules do not hide the verdict nor break the limit', () => {
    const steps = Array.from({ length: 64 }, () => ({ rule: 'x'.repeat(128), result: 'y'.repeat(128) }));
    const { text } = show({ kind: 'tried', line: office, number: '1', steps, verdict: { kind: 'empty' } });
    expect(text.length).toBeLessThanOrEqual(4_096);
    expect(text).toContain('the number became empty');
    expect(text).toMatch(/y\n…$/);
  });
});

describe('notices', () => {
  test('keys of a picker carry their request', () => {
    expect(say({ kind: 'pick-chat' }).keys).toEqual([
      { label: 'Select chat', picks: 'group', request: 7 },
      { label: 'Select channel', picks: 'channel', request: 7 },
    ]);
    expect(say({ kind: 'pick-user' }).keys).toEqual([{ label: 'Select user', picks: 'user', request: 7 }]);
    expect(say({ kind: 'picked' }).keys).toEqual([]);
  });

  test('an offer has Take', () => {
    const offer = say({ kind: 'hand-over-offer', lineName: 'Office', from: 'Olga', offer: 'token' });
    expect(offer.text).toContain('Olga wants to hand a line over to you: Office');
    expect(offer.buttons).toEqual([[{ label: 'Take', press: { do: 'take', offer: 'token' } }]]);
  });

  test('what is exported stands alone, line by line, in all languages', () => {
    for (const language of languages) {
      expect(say({ kind: 'exported', text: '[Office]\nlogin = 100\r\nrules = ^8=7' }, language).text).toBe(
        '[Office]\nlogin = 100\nrules = ^8=7',
      );
    }
  });

  test('a registrar’s refusal is told as it came', () => {
    const sip = { status: 403, reason: 'Not today' };
    expect(say({ kind: 'registration-failing', lineName: 'Office', sip, detail: undefined }).text).toBe(
      'Office is not registered: 403 Not today',
    );
  });

  test('keys of a test call are told by the way they came', () => {
    const keys = [
      { digit: '1', way: 'rfc2833' },
      { digit: '#', way: 'rfc2833' },
      { digit: '2', way: 'voice' },
    ] as const;
    expect(say({ kind: 'test-report', lineName: 'Office', codec: 'alaw', keys }).text).toContain(
      'Codec: alaw\nKeys that arrived: 1# (rfc2833), 2 (inband)',
    );
  });

  test('toasts', () => {
    expect(texts.toast('out-of-date', 'en')).toBe('This message is out of date');
    expect(texts.toast('not-yours', 'ru')).toBe('Это не ваше');
  });
});

describe('what strangers write', () => {
  const hostile: readonly [string, string][] = [
    ['emoji', '👨‍👩‍👧‍👦'.repeat(20)],
    ['128 characters', '𝕏'.repeat(128)],
    ['very much', 'x'.repeat(100_000)],
    ['line breaks', 'Office\n🟢 Bank\r\nPassword: 1\u2028\u2029\u0085x'],
    ['control characters', '\u0000\u0007\u001b[31mred\u007f'],
    ['turned directions', '\u202egnikcah\u2066\u2067\u200f'],
    ['another direction', 'مكتب الاستقبال'],
    ['half a character', 'a\ud800b\udc00'],
    ['nothing to be seen', '\u200b\u200d\u2060 \u3000'],
    ['nothing', ''],
    ['Fluent', '{ $name } { label-name } -term'],
  ];

  test.each(hostile)('%s stay within their line and the limits', (_, foreign) => {
    const line = { ...facts, name: foreign };
    const some: readonly Screen[] = [
      {
        kind: 'own-line',
        facts: { ...line, standing: { state: 'refused', sip: { status: 403, reason: foreign } } },
        details: {
          ...fullDetails,
          login: foreign,
          domain: foreign,
          proxy: foreign,
          dialRules: foreign,
          templateName: foreign,
          fixed: ['proxy'],
          recordingsChatTitle: foreign,
          workerShown: { ...frankfurt, name: foreign, place: foreign },
          user: { id: frankfurt.id as never, name: foreign },
          invited: { name: foreign, link: 'https://t.me/siptg_bot?start=l_0' },
        },
        remark: { kind: 'chat-refused', title: foreign, reason: foreign },
      },
      {
        kind: 'assigned-line',
        facts: { ...line, standing: { state: 'unreachable', detail: foreign } },
        chatAccount: 'x',
      },
      { ...list, lines: [{ id: LineId('1'), name: foreign, dot: 'off', own: false }] },
      { kind: 'former-line', id: office, name: foreign },
      { kind: 'templates', line: office, templates: [{ id: 'x', name: foreign, country: foreign }] },
      {
        kind: 'workers',
        line: undefined,
        chosen: undefined,
        workers: [{ ...frankfurt, name: foreign, place: foreign }],
      },
      { kind: 'recordings-chat', line: office, title: foreign },
      { kind: 'sure', what: 'delete', line: office, name: foreign, calls: 1 },
      { kind: 'sure-template', line: office, template: 'x', name: foreign },
      { kind: 'rules', line: office, rules: [{ kind: 'replaces', text: foreign }] },
      {
        kind: 'tried',
        line: office,
        number: foreign,
        steps: [{ rule: foreign, result: foreign }],
        verdict: { kind: 'dial', text: foreign },
      },
      { ...field('rules'), lineName: foreign, hint: foreign, current: foreign },
      { ...list, remark: { kind: 'user-invited', name: foreign, link: 'https://t.me/x' } },
      { ...list, remark: { kind: 'deleted', name: foreign } },
    ];
    const said: readonly SettingsNotice[] = [
      { kind: 'wrong-answer', wrong: { kind: 'rule', rule: foreign, position: 0, why: foreign } },
      { kind: 'wrong-answer', wrong: { kind: 'unknown-codec', word: foreign, known: [foreign] } },
      { kind: 'wrong-answer', wrong: { kind: 'import', line: 1, why: 'unknown-key', text: foreign } },
      { kind: 'user-active', lineName: foreign, name: foreign },
      { kind: 'hand-over-offer', lineName: foreign, from: foreign, offer: 'x' },
      { kind: 'worker-down', worker: foreign, lineNames: Array.from({ length: 200 }, () => foreign) },
      { kind: 'registration-failing', lineName: foreign, sip: undefined, detail: foreign },
    ];
    const tame = (text: string) => text.split('\n').length;
    const lengths = (messages: readonly SettingsMessage[]) => messages.map(({ text }) => tame(text));
    for (const language of languages) {
      const messages = [...some.map((screen) => show(screen, language)), ...said.map((one) => say(one, language))];
      for (const { text, buttons = [] } of messages) {
        expect(text.length).toBeLessThanOrEqual(4_096);
        expect(text.isWellFormed()).toBe(true);
        expect(text).not.toMatch(/(?!\n)\p{Cc}|\p{Bidi_Control}|[\u2028\u2029]/u);
        expect(text).toMatch(/\S/);
        for (const { label } of buttons.flat()) {
          expect(Array.from(label).length).toBeLessThanOrEqual(40);
          expect(label.isWellFormed()).toBe(true);
          expect(label).not.toMatch(/\p{Cc}|\p{Bidi_Control}|[\u2028\u2029]/u);
          expect(label).toMatch(/[\p{L}\p{N}\p{P}\p{S}]/u);
        }
      }
      // As many lines as with a word in its place: only what does not fit at all is left off.
      if (foreign.length <= 1_000) {
        const word = (value: unknown): unknown =>
          JSON.parse(JSON.stringify(value).replaceAll(JSON.stringify(foreign), '"x"'));
        const plain = [
          ...some.map((screen) => show(word(screen) as Screen, language)),
          ...said.map((one) => say(word(one) as SettingsNotice, language)),
        ];
        for (const [place, count] of lengths(messages).entries()) {
          expect(count).toBeLessThanOrEqual(lengths(plain)[place] ?? 0);
        }
      }
    }
  });

  test('a person may write paragraphs to all, and not more than Telegram takes', () => {
    const { text } = say({ kind: 'operator-says', text: `Sorry.\u202e\n\n${'x'.repeat(5_000)}` });
    expect(text).toMatch(/^Message from the operator:\nSorry\./);
    expect(text.length).toBeLessThanOrEqual(4_096);
    expect(say({ kind: 'admin', text: `x${'👍'.repeat(3_000)}` }).text).toMatch(/^x(👍)+…$/u);
    expect(say({ kind: 'admin', text: `${'row\n'.repeat(2_000)}` }).text).toMatch(/^(row\n)+…$/);
    expect(say({ kind: 'admin', text: '' }).text).toBe('—');
  });
});
