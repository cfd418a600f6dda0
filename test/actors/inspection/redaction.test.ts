import { expect, test } from 'vitest';
import { Redaction } from '../../../src/actors/inspection/redaction.ts';
import { replayed } from '../../../src/actors/inspection/replay.ts';
import { callMachine } from '../../../src/machines/call.ts';
import { FactsNotKept } from '../../../src/machines/model/call-facts.ts';
import { CallId, LineId, UserId } from '../../../src/machines/model/ids.ts';

const called = {
  type: 'party.called',
  line: 'b5f1',
  label: { call: 'c1', direction: 'incoming', number: '+49301234567', name: 'Anna', lineName: 'Office', startedAt: 7 },
  caller: { number: '+49301234567', name: 'Anna' },
  lineName: undefined,
  switching: true,
  recording: { user: '1001', owner: '1002', language: 'de', limitMs: undefined, locked: false },
};

test('a person’s words are replaced, the same by the same; what we called a thing stays', () => {
  expect(new Redaction().of(called)).toEqual({
    type: 'party.called',
    line: 'b5f1',
    label: { call: 'c1', direction: 'incoming', number: '(1)', name: '(2)', lineName: '(3)', startedAt: 7 },
    caller: { number: '(1)', name: '(2)' },
    switching: true,
    recording: { user: '(4)', owner: '(5)', language: '(6)', locked: false },
  });
});

test.each([
  ['a member nobody has thought of', { type: 'x', secret: 's3cret', list: ['s3cret', ['s3cret']] }],
  ['the number of a target', { type: 'dial', target: { kind: 'number', user: 's3cret' } }],
  ['the address of a target', { type: 'call.transfers', target: { kind: 'uri', uri: 'sip:s3cret@pbx.test' } }],
  ['what a PBX said', { type: 'call.ended', cause: { kind: 'rejected', sip: { status: 403, reason: 's3cret' } } }],
  ['an error', { type: 'xstate.error.actor.x', error: Object.assign(new Error('s3cret'), { detail: 's3cret' }) }],
  ['a large number', { type: 'x', id: 53_427_000_000_000_000_001n, text: 's3cret' }],
])('%s is not kept', (_, event) => {
  const kept = JSON.stringify(new Redaction().of(event));
  expect(kept).not.toMatch(/s3cret|5342700/);
  expect(kept).toContain(event.type);
});

test('of an error its class is kept', () => {
  expect(new Redaction().of({ type: 'x', error: new TypeError('s3cret') })).toEqual({
    type: 'x',
    error: { kind: 'TypeError' },
  });
});

test('a call that was refused because the user has calls elsewhere is busy also by its log', () => {
  const input = { call: CallId('c1'), line: LineId('b5f1'), user: UserId('1001'), keepsFacts: true };
  const causeBy = (error: unknown) => {
    const redaction = new Redaction();
    const event = { type: 'xstate.error.actor.saving', error };
    const [logged, told] = JSON.parse(JSON.stringify([redaction.of(input), redaction.of(event)])) as [
      unknown,
      typeof event,
    ];
    return replayed(callMachine, logged, [told]).at(-1)?.context.cause.kind;
  };
  expect(causeBy(new FactsNotKept('elsewhere'))).toBe('busy');
  expect(causeBy(new FactsNotKept('unavailable'))).toBe('flood');
  expect(causeBy(Object.assign(new Error('x'), { reason: 'elsewhere' }))).toBe('flood');
});

test('of keys not even which are the same is kept', () => {
  const redaction = new Redaction();
  expect(redaction.of({ type: 'key.pressed', call: 'c1', digit: '7' })).toEqual({
    type: 'key.pressed',
    call: 'c1',
    digit: '(key)',
  });
  expect(redaction.of({ type: 'keys.sent', steps: ['1', '2', ','] })).toMatchObject({
    steps: ['(key)', '(key)', '(key)'],
  });
});

test('whatever it is given, it ends', () => {
  const round: Record<string, unknown> = { type: 'x' };
  round.round = round;
  expect(JSON.stringify(new Redaction().of(round))).toContain('(deeper)');
  expect(new Redaction().of({ do: () => {}, symbol: Symbol('a'), none: undefined, nothing: null })).toEqual({
    nothing: null,
  });
});
