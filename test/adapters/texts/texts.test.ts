import { describe, expect, test } from 'vitest';
import { FluentTexts } from '../../../src/adapters/texts/texts.ts';
import type { HangupCause } from '../../../src/machines/model/hangup-cause.ts';
import type { Notice } from '../../../src/machines/model/notices.ts';
import { pat, quinn, samples } from './samples.ts';

const texts = new FluentTexts();
const text = (notice: Notice, language = 'en') => texts.render(notice, language).text;
const labels = (notice: Notice, language = 'en') =>
  texts.render(notice, language).buttons?.map((row) => row.map(({ label }) => label));
const actions = (notice: Notice) => texts.render(notice).buttons?.map((row) => row.map(({ action }) => action));

describe('labels', () => {
  test('the English ones are exactly those of the product', () => {
    const all = samples.flatMap((notice) => labels(notice) ?? []).flat();
    const exact = new Set(all.filter((label) => !/^[\d*#]$|^Call x+$|^Home$|^Office$/.test(label)));
    expect([...exact].toSorted()).toEqual(
      [
        'Cancel',
        'Redial',
        'Lines',
        'Open the settings',
        'Switch on Callback mode',
        'Switch off Callback mode',
        '🔴 Start recording',
        '🟥 Stop recording',
        '🔒 Recording locked',
        '⌛ Stop recording',
        '⚠️ Start recording',
        '🔄 Reconnect',
        'Transfer',
        'Switch',
        'Decline',
        'End',
      ].toSorted(),
    );
  });

  test('a person whose Telegram is Russian reads Russian labels', () => {
    expect(labels({ kind: 'notAnswered', label: pat }, 'ru-RU')).toEqual([
      ['Перезвонить'],
      ['Выключить обратный звонок'],
    ]);
  });
});

describe('outgoing calls', () => {
  test('the Callback button offers the other position of the switch', () => {
    expect(labels({ kind: 'notAnswered', label: pat })?.[1]).toEqual(['Switch off Callback mode']);
    expect(labels({ kind: 'notAnswered', label: pat, callback: false })?.[1]).toEqual(['Switch on Callback mode']);
    expect(labels({ kind: 'pressToCall', label: pat })?.[0]).toEqual(['Switch on Callback mode']);
    expect(labels({ kind: 'pressToCall', label: pat, callback: true })?.[0]).toEqual(['Switch off Callback mode']);
  });

  test('two lines fit: a button for each and Cancel', () => {
    const question: Notice = { kind: 'lineQuestion', number: '200', lines: ['Home', 'Office'] };
    expect(labels(question)).toEqual([['Home'], ['Office'], ['Cancel']]);
    expect(actions(question)).toEqual([['line:0'], ['line:1'], ['cancel']]);
    expect(text({ kind: 'toast', says: 'expired' })).toContain('expired');
  });

  test('Cancel until the party answers', () => {
    expect(labels({ kind: 'callingYou', label: pat })).toEqual([['Cancel']]);
    expect(labels({ kind: 'dialled', label: pat })).toEqual([['Cancel']]);
    expect(labels({ kind: 'dialled', label: pat, progress: 'talking' })).toBeUndefined();
  });

  test('no line fits: both rules are named', () => {
    const reasons = [
      { lineName: 'Home', why: { kind: 'filtered', rule: 1, text: '^7' } },
      { lineName: 'Office', why: { kind: 'filtered', rule: 1, text: '^49' } },
    ] as const;
    expect(text({ kind: 'noLines', reasons }).split('\n')).toEqual([
      'No lines for the call',
      'Home: filtered by rule 1 (^7)',
      'Office: filtered by rule 1 (^49)',
    ]);
  });

  test('several lines: Redial and Lines, one line: Redial', () => {
    const outcome = { kind: 'outcome', label: pat, cause: { kind: 'busy' }, talkedMs: undefined } as const;
    expect(labels({ ...outcome, severalLines: true })).toEqual([['Redial', 'Lines']]);
    expect(labels(outcome)).toEqual([['Redial']]);
  });

  test.each<[HangupCause, string]>([
    [{ kind: 'busy', sip: { status: 486, reason: 'Busy Here' } }, '486 Busy Here'],
    [{ kind: 'busy' }, '486 Busy'],
    [{ kind: 'no-answer' }, '408 Timeout'],
    [{ kind: 'privacy' }, '380 Callback is restricted'],
    [{ kind: 'flood', retryAfterMs: 4_200 }, '503 Too many requests (retry after 5 s)'],
    [{ kind: 'cancelled' }, 'Cancelled'],
    [{ kind: 'rejected', sip: { status: 603, reason: '' } }, '603'],
  ])('a call that failed for %j says so', (cause, head) => {
    expect(text({ kind: 'outcome', label: pat, cause, talkedMs: undefined })).toBe(`${head} · +49 30 200`);
  });

  test('how long they talked', () => {
    const outcome = { kind: 'outcome', label: pat, cause: { kind: 'normal' } } as const;
    expect(text({ ...outcome, talkedMs: 151_000 })).toBe('Answered 02:31 · +49 30 200');
    expect(text({ ...outcome, talkedMs: 3_600_000 + 151_000 })).toBe('Answered 1:02:31 · +49 30 200');
    expect(text({ ...outcome, cause: { kind: 'connection-lost' }, talkedMs: 0 })).toBe(
      'Answered 00:00 · +49 30 200\nThe connection was lost.',
    );
  });
});

describe('the caller message', () => {
  const automation = /^📞 (\S+)(?:\n(?!▸ )(.+))?/u;
  const caller = (number: string | undefined, name?: string, lineName?: string): Notice => ({
    kind: 'caller',
    caller: { number, ...(name !== undefined && { name }) },
    lineName,
  });

  test.each([
    [undefined, undefined, '📞 +79261234567'],
    ['Anna Petrova', undefined, '📞 +79261234567\nAnna Petrova'],
    [undefined, 'Office', '📞 +79261234567\n▸ Office'],
    ['Anna Petrova', 'Office', '📞 +79261234567\nAnna Petrova\n▸ Office'],
  ])('with name %j and line %j phone automation reads number and name', (name, lineName, whole) => {
    const said = text(caller('+79261234567', name, lineName), 'uk');
    expect(said).toBe(whole);
    expect(automation.exec(said)?.slice(1)).toEqual(['+79261234567', name]);
  });

  test('an outcome is no caller message', () => {
    for (const notice of samples.filter(({ kind }) => kind === 'outcome'))
      for (const language of ['en', 'ru', 'uk', 'es']) expect(text(notice, language)).not.toMatch(automation);
  });

  test('a hidden caller has neither name nor Redial', () => {
    expect(text(caller(undefined, 'Anonymous'))).toBe('📞 Hidden number');
    const label = { ...quinn, number: undefined, name: 'Anonymous' };
    const missed: Notice = { kind: 'outcome', label, cause: { kind: 'cancelled' }, talkedMs: undefined };
    expect(text(missed)).toBe('Missed · Hidden number');
    expect(labels(missed)).toBeUndefined();
  });

  test('a name cannot write lines of its own, nor look like the line’s name', () => {
    expect(text(caller('200', 'Anna\r\n▸ Bank\u2028x'))).toBe('📞 200\nAnna ▸ Bank x');
    expect(text(caller('200', '▸ ▸ Bank', 'Office'))).toBe('📞 200\nBank\n▸ Office');
    expect(text(caller('200', '\n'))).toBe('📞 200');
    const long = text(caller('200', '😀'.repeat(10_000))).split('\n')[1] ?? '';
    expect(Array.from(long)).toHaveLength(128);
    expect(long).toMatch(/^(😀)+…$/u);
  });
});

test.each<[HangupCause, string]>([
  [{ kind: 'declined' }, 'Declined'],
  [{ kind: 'busy' }, 'Missed'],
  [{ kind: 'cancelled' }, 'Missed'],
  [{ kind: 'no-answer' }, 'Missed'],
  [{ kind: 'privacy' }, 'Missed'],
  [{ kind: 'answered-elsewhere' }, 'Answered elsewhere'],
])('an incoming call that ended with %j', (cause, head) => {
  expect(text({ kind: 'outcome', label: quinn, cause, talkedMs: undefined })).toBe(`${head} · +79261234567 · Quinn`);
});

describe('the panel', () => {
  const panel = (recording: Extract<Notice, { kind: 'panel' }>['recording']) =>
    texts.render({ kind: 'panel', label: quinn, ...(recording && { recording }) });

  test('keypad, recording, Reconnect', () => {
    expect(panel('start').text).toBe('↙️ +79261234567 · Quinn\n▸ Office · 23:55 UTC');
    expect(panel('start').buttons?.map((row) => row.map(({ label }) => label))).toEqual([
      ['1', '2', '3'],
      ['4', '5', '6'],
      ['7', '8', '9'],
      ['*', '0', '#'],
      ['🔴 Start recording'],
      ['🔄 Reconnect'],
    ]);
  });

  test.each([
    ['start', 'record:start'],
    ['stop', 'record:stop'],
    ['pending', 'record:stop'],
    ['failed', 'record:start'],
  ] as const)('the recording button that says %s asks for %s', (recording, action) => {
    const button = panel(recording).buttons?.[4]?.[0];
    expect(button?.action).toBe(action);
    expect(button?.locked).toBeUndefined();
  });

  test('where recording may not be changed, a press only says why', () => {
    expect(panel('locked').buttons?.[4]?.[0]).toMatchObject({
      label: '🔒 Recording locked',
      locked: 'Recorded by order of the owner',
    });
    expect(panel('used-up').buttons?.[4]?.[0]?.locked).toContain('used up');
  });
});

describe('the second call', () => {
  const parallel = (state: Extract<Notice, { kind: 'parallel' }>['state'], version = 1): Notice => ({
    kind: 'parallel',
    state,
    current: pat,
    other: quinn,
    version,
  });

  test.each([
    ['waiting', ['Transfer', 'Switch', 'Decline']],
    ['ringing', ['Transfer', 'Switch', 'End']],
    ['listening', ['Transfer', 'Switch', 'End']],
    ['answered', ['Switch', 'Transfer', 'End']],
    ['held', ['Switch', 'Transfer', 'End']],
  ] as const)('%s: %j', (state, row) => {
    expect(labels(parallel(state))).toEqual([row]);
  });

  test('its buttons carry the version of what they were shown for', () => {
    expect(actions(parallel('waiting', 3))).toEqual([['transfer:3', 'switch:3', 'decline:3']]);
    expect(actions(parallel('held', 4))).toEqual([['switch:4', 'transfer:4', 'end:4']]);
  });

  test('who is heard and who is held', () => {
    expect(text(parallel('held'))).toBe('On the line: +49 30 200\nOn hold: +79261234567 · Quinn');
    expect(text(parallel('listening'), 'ru')).toBe('Набираю: +49 30 200\nНа удержании: +79261234567 · Quinn');
  });
});

test('reconnection: whether we ring or he calls, he can have us ring again or end it', () => {
  const window = { kind: 'reconnecting', label: pat, lost: true, ringing: false } as const;
  expect(text(window)).toBe('The connection was lost.\nPress 📞 to continue with +49 30 200');
  expect(labels(window)).toEqual([['🔄 Reconnect', 'End']]);
  expect(actions({ ...window, ringing: true })).toEqual([['reconnect', 'end']]);
});

test('the caption of a recording says exactly when it began and who started it', () => {
  const caption = {
    kind: 'recordingCaption',
    label: pat,
    startedAt: pat.startedAt,
    durationMs: 20_000,
    startedBy: 'user',
  } as const;
  expect(text(caption)).toBe('+49 30 200 · Office\nNovember 21, 2026, 23:55:20 UTC · 00:20\nRecorded by hand');
  expect(text(caption, 'ru')).toContain('21 ноября 2026');
  expect(text(caption, 'uk')).toContain('21 листопада 2026');
  expect(text(caption, 'es')).toContain('21 de noviembre de 2026');
});

test('errors of the plan have their code in all languages and their words in English', () => {
  const refused: Notice = { kind: 'refused', error: { status: 402, reason: 'Total calls duration is exceeded' } };
  expect(text(refused)).toBe('402 Total calls duration is exceeded');
  for (const notice of samples) {
    if (notice.kind !== 'refused') continue;
    expect(text(notice)).toMatch(new RegExp(`^${notice.error.status} ${notice.error.reason}`));
    for (const language of ['ru', 'uk', 'es'])
      expect(text(notice, language)).toMatch(new RegExp(`^${notice.error.status} `));
  }
});

test('durations are told in whole minutes or in seconds', () => {
  const limit = (limitMs: number, language = 'en') => text({ kind: 'recordingLimit', limitMs }, language);
  expect(limit(15_000)).toContain('15 s');
  expect(limit(90_000)).toContain('90 s');
  expect(limit(120_000)).toContain('2 min');
  expect(limit(120_000, 'uk')).toContain('2 хв');
  expect(limit(0)).toContain('0 s');
});

test('hints lead on: to the missed party, to the settings bot', () => {
  expect(labels({ kind: 'sendNumberFirst', missed: quinn })).toEqual([['Redial']]);
  expect(labels({ kind: 'sendNumberFirst' })).toBeUndefined();
  expect(text({ kind: 'newcomer', settingsBot: 'siptg_bot' })).toContain('@siptg_bot');
});

test('answers to presses', () => {
  expect(text({ kind: 'toast', says: 'call-over' })).toBe('The call is over');
  expect(text({ kind: 'toast', says: 'not-your-call' })).toBe('not your call');
  expect(text({ kind: 'toast', says: 'done' })).toBe('done');
});
