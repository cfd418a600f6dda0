import { describe, expect, test } from 'vitest';
import { languages } from '../../../../src/adapters/texts/phrasebook.ts';
import type { HostView } from '../../../../src/machines/model/host-state.ts';
import type { Screen, SettingsNotice } from '../../../../src/machines/model/settings-screens.ts';
import { details, facts, frankfurt, host, list, longList, notices, office, screens, workers } from './samples.ts';
import { asksFor, labels, presses, say, show, texts } from './shown.ts';

const ownLine = { kind: 'own-line', facts, details } as const;

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
        'Refresh',
        'Drain',
        'Resume',
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

describe('hosts', () => {
  test('each is listed with its Worker, its place and its load, and opened by its button', () => {
    const all = [host, { ...host, id: 'hel-2', state: 'draining', place: '', lines: 1, calls: 0 }] as const;
    const shown = show({ kind: 'hosts', hosts: all });
    expect(shown.text.split('\n').slice(1, 3)).toEqual([
      '🟢 hel-1 · main · Helsinki · 12 lines · 1 call',
      '🟡 hel-2 · main · 1 line · 0 calls',
    ]);
    expect(labels(shown)).toEqual([['🟢 hel-1'], ['🟡 hel-2'], ['Refresh', 'Back']]);
    expect(presses(shown)[1]).toEqual({ do: 'host', host: 'hel-2' });
  });

  test('one that runs can be drained, one that drains resumed, and one that is silent neither', () => {
    const buttons = (state: HostView['state']) => labels(show({ kind: 'host', host: { ...host, state } }));
    expect(buttons('live')).toEqual([['Drain'], ['Refresh', 'Back']]);
    expect(buttons('draining')).toEqual([['Resume'], ['Refresh', 'Back']]);
    expect(buttons('silent')).toEqual([['Refresh', 'Back']]);
    expect(presses(show({ kind: 'host', host }))[0]).toEqual({ do: 'drain', host: 'hel-1', on: true });
  });

  test('one whose clock is off says so', () => {
    const text = (clockMs: number) => show({ kind: 'host', host: { ...host, clockMs } }).text;
    expect(text(-2_340)).toContain('Its clock is 2.3 s ahead of the database’s.');
    expect(text(500)).toContain('Its clock is 0.5 s behind the database’s.');
    expect(text(99)).not.toContain('clock');
  });
});

describe('questions', () => {
  test.each(['login', 'password'] as const)('the one for the %s warns: one login, one device', (name) => {
    expect(show(asksFor(name)).text).toContain('One login, one device: do not use the same login in another program');
  });

  test('others do not warn', () => {
    expect(show(asksFor('domain')).text).not.toContain('device');
  });

  test('each says what is accepted, with an example, and can be left', () => {
    const { text, buttons = [] } = show(asksFor('domain'));
    expect(text).toContain('Office · Domain');
    expect(text).toContain('Example: pbx.example.com:5060');
    expect(buttons).toEqual([[{ label: 'Cancel', press: { do: 'cancel' } }]]);
  });

  test('a hand-over by link is good for five minutes, and nothing is said of calls or of writing to anybody', () => {
    const { text } = show({ ...ownLine, remark: { kind: 'offered-by-link', name: 'Uwe', link: 'https://t.me/x' } });
    const [said = ''] = text.split('\n\n', 1);
    expect(said).toContain('5 minutes');
    expect(said).toContain('https://t.me/x');
    expect(said).not.toMatch(/7 days|chat account|ringing/);
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
    expect(say({ kind: 'registration-failing', lineName: 'Office', sip }).text).toBe(
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
