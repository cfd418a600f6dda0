import { describe, expect, test } from 'vitest';
import { DtmfSender } from '../../src/actors/dtmf-sender.ts';
import { RequestRefused } from '../../src/actors/ports/sip-calls.ts';
import { CallId, VoiceLegId } from '../../src/machines/model/ids.ts';
import { type DtmfMethod, readDtmf } from '../../src/machines/model/tone.ts';
import { eventually } from '../support/eventually.ts';
import { office } from './house.ts';

const call = CallId('call');
const voiceLeg = VoiceLegId('leg');

/** A party who takes what the test says, and a clock that goes on by what is waited for. */
function party(options: { methods?: DtmfMethod[]; takesEvents?: boolean; info?: () => Promise<void> } = {}) {
  const { methods = ['rfc2833', 'info', 'inband'], takesEvents = true, info = async () => {} } = options;
  const got: string[] = [];
  const faults: unknown[] = [];
  let nowMs = 0;
  let hangUp = () => {};
  const sender = new DtmfSender({
    sip: {
      sendInfo: async (_, digit) => {
        got.push(`info ${digit}`);
        await info();
      },
      watch: (_, listener) => {
        hangUp = () => listener({ type: 'party.hungUp', cause: { kind: 'normal' } });
        return () => {};
      },
    },
    media: {
      takesEvents: () => takesEvents,
      sendDtmf: (_, digit, method) => void got.push(`${method} ${digit}`),
      playTone: (leg, tone) => void got.push(`${leg} ${tone}`),
    },
    lines: { find: async () => ({ ...office, dtmfMethods: methods }) },
    faults: { report: (_, error) => void faults.push(error) },
    wait: async (ms, signal) => {
      signal.throwIfAborted();
      nowMs += ms;
      got.push(`${ms} ms`);
    },
    now: () => nowMs,
  });
  const press = (keys: string) => sender.send({ call, line: office.id, voiceLeg, steps: readDtmf(keys) ?? [] });
  const keys = () => got.filter((line) => !line.includes('leg') && !line.endsWith(' ms'));
  return { hangUp: () => hangUp(), press, got, keys, faults, pass: (ms: number) => (nowMs += ms) };
}

describe('the keys of a call', () => {
  test('wait at most 64 beside the one that is being sent', async () => {
    const { press, keys } = party({ methods: ['info'] });
    for (let count = 0; count < 7; count++) press('1234567890');
    await eventually(() => expect(keys()).toHaveLength(65));
    await new Promise((done) => setImmediate(done));
    expect(keys()).toHaveLength(65);
  });

  test('go as events where the party takes them, in order, and the user hears each', async () => {
    const { press, got } = party();
    press('1');
    press('#');
    await eventually(() =>
      expect(got).toEqual(['rfc2833 1', 'leg key-feedback', '180 ms', 'rfc2833 #', 'leg key-feedback', '180 ms']),
    );
  });

  test('a text has its pauses', async () => {
    const { press, got } = party();
    press('4,,5w#');
    await eventually(() => expect(got.at(-3)).toBe('rfc2833 #'));
    expect(got.filter((line) => !line.includes('leg'))).toEqual(
      'rfc2833 4/180 ms/2000 ms/2000 ms/rfc2833 5/180 ms/500 ms/rfc2833 #/180 ms'.split('/'),
    );
  });

  test('a party that refuses INFO gets this key and all later ones in the voice, without feedback', async () => {
    const { press, keys, got } = party({
      takesEvents: false,
      info: () => Promise.reject(new RequestRefused(501, 'Not Implemented')),
    });
    press('1');
    press('2');
    await eventually(() => expect(keys()).toEqual(['info 1', 'inband 1', 'inband 2']));
    expect(got.some((line) => line.includes('key-feedback'))).toBe(false);
  });

  test('INFO before there is a dialog is tried again for the next key', async () => {
    let isUp = false;
    const { press, keys } = party({
      takesEvents: false,
      info: () => (isUp ? Promise.resolve() : Promise.reject(new RequestRefused(481, 'No call'))),
    });
    press('1');
    await eventually(() => expect(keys()).toEqual(['info 1', 'inband 1']));
    isUp = true;
    press('2');
    await eventually(() => expect(keys()).toEqual(['info 1', 'inband 1', 'info 2']));
  });

  test('F-DTM-3 the line says which methods, in which order; the voice is always left', async () => {
    const byInfo = party({ methods: ['info', 'rfc2833'] });
    byInfo.press('1');
    await eventually(() => expect(byInfo.keys()).toEqual(['info 1']));
    const onlyEvents = party({ methods: ['rfc2833'], takesEvents: false });
    onlyEvents.press('1');
    await eventually(() => expect(onlyEvents.keys()).toEqual(['inband 1']));
  });

  test('beyond 64 they are dropped, and so are presses that waited for more than 5 s', async () => {
    const { press, keys, pass } = party({
      takesEvents: false,
      info: async () => {
        if (keys().length === 1) pass(5_001);
      },
    });
    for (let n = 0; n < 100; n++) press('1');
    await eventually(() => expect(keys()).toEqual(['info 1']));
    press('2');
    await eventually(() => expect(keys()).toEqual(['info 1', 'info 2']));
    const many = party();
    many.press('1'.repeat(64));
    many.press('2');
    await eventually(() => expect(many.keys()).toHaveLength(64));
    expect(many.keys()).not.toContain('rfc2833 2');
  });

  test('nothing is sent once the call is over', async () => {
    const { hangUp, press, keys, faults } = party({
      takesEvents: false,
      info: async () => {
        if (keys().length === 2) hangUp();
      },
    });
    press('1234');
    await eventually(() => expect(keys()).toEqual(['info 1', 'info 2']));
    press('5');
    await eventually(() => expect(keys()).toEqual(['info 1', 'info 2', 'info 5']));
    expect(faults).toEqual([]);
  });
});

test.each([
  ['1234,,5#', 8],
  ['12 34', 4],
  ['abcd*W', 6],
  ['1'.repeat(64), 64],
])('%s is keys', (text, count) => expect(readDtmf(text)).toHaveLength(count));
test.each(['', 'hello', '+49', '1'.repeat(65), '1;2'])('%j is no keys', (text) =>
  expect(readDtmf(text)).toBeUndefined(),
);
