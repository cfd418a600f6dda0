import { beforeEach, describe, expect, test } from 'vitest';
import { type Actor, createActor, fromCallback, fromPromise, SimulatedClock } from 'xstate';
import { callMachine } from '../../src/machines/call.ts';
import type { CallInput } from '../../src/machines/call-events.ts';
import { FactsNotKept } from '../../src/machines/model/call-facts.ts';
import { CallId, LineId, UserId } from '../../src/machines/model/ids.ts';

let clock: SimulatedClock;
let call: Actor<typeof callMachine>;
let hungUp: string[];
beforeEach(() => {
  clock = new SimulatedClock();
  hungUp = [];
  const unheard = () => {};
  const input: CallInput = {
    call: CallId('call'),
    line: LineId('office'),
    user: UserId('1'),
    target: { kind: 'number', user: '200' },
    limitMs: undefined,
  };
  call = createActor(
    callMachine.provide({
      actors: { legFacts: fromCallback(() => {}), setHold: fromPromise(async () => {}) },
      actions: {
        inviteParty: unheard,
        report: unheard,
        reportEnd: unheard,
        hangUpParty: (_, { cause }) => void hungUp.push(cause.kind),
      },
    }),
    { input, clock },
  );
  call.start();
  call.send({ type: 'party.answered' });
});

const held = async () => {
  call.send({ type: 'hold' });
  await Promise.resolve();
};
const resumed = async () => {
  call.send({ type: 'resume' });
  await expect.poll(() => call.getSnapshot().matches({ established: 'resuming' })).toBe(false);
};

test('a party that is silent for 30 s in all is given up', () => {
  call.send({ type: 'media.lost' });
  clock.increment(27_999);
  expect(hungUp).toEqual([]);
  clock.increment(1);
  expect(hungUp).toEqual(['connection-lost']);
});

test('one that speaks again in time is not', () => {
  call.send({ type: 'media.lost' });
  clock.increment(27_999);
  call.send({ type: 'media.back' });
  clock.increment(60_000);
  expect(hungUp).toEqual([]);
});

// The media plane tells silence once.
test.each(['before it was held', 'while it was held'])(
  'one that fell silent %s is given up after it was taken back',
  async (when) => {
    if (when.startsWith('before')) call.send({ type: 'media.lost' });
    await held();
    if (when.startsWith('while')) call.send({ type: 'media.lost' });
    clock.increment(60_000);
    expect(hungUp, 'silence of one that is held is no loss').toEqual([]);
    await resumed();
    clock.increment(28_000);
    expect(hungUp).toEqual(['connection-lost']);
  },
);

describe('a call whose facts are kept', () => {
  const told: string[] = [];
  let saves: PromiseWithResolvers<void>;
  let resumes: PromiseWithResolvers<void>;
  const begin = (more: Partial<CallInput>) => {
    told.splice(0);
    saves = Promise.withResolvers();
    resumes = Promise.withResolvers();
    const input = { call: CallId('call'), line: LineId('office'), user: UserId('1'), limitMs: undefined };
    call = createActor(
      callMachine.provide({
        actors: {
          legFacts: fromCallback(() => {}),
          setHold: fromPromise<void, { on: boolean }>(async ({ input }) => void told.push(`hold ${input.on}`)) as never,
          saveFacts: fromPromise(() => saves.promise),
          resumeDialog: fromPromise(() => resumes.promise),
          endDialog: fromPromise<void, { call: CallId }>(async () => void told.push('BYE in the old dialog')),
        },
        actions: {
          inviteParty: () => void told.push('INVITE'),
          ringParty: () => void told.push('180'),
          answerParty: () => void told.push('200'),
          hangUpParty: (_, { cause }) => void told.push(`hang up: ${cause.kind}`),
          report: (_, { type }) => void told.push(type),
          reportEnd: ({ context }) => void told.push(`ended: ${context.cause.kind}`),
        },
      }),
      { input: { ...input, target: undefined, keepsFacts: true, ...more }, clock },
    );
    call.start();
  };
  const target = { kind: 'number', user: '200' } as const;
  const settled = () => new Promise((done) => setImmediate(done));

  test('sends nothing before they are', async () => {
    begin({ target });
    expect(told).toEqual([]);
    saves.resolve();
    await settled();
    expect(told).toEqual(['INVITE']);
    begin({});
    expect(told).toEqual([]);
    saves.resolve();
    await settled();
    expect(told).toEqual(['180']);
  });

  test('is answered as soon as they are, when the user is quicker: after 180', async () => {
    begin({});
    call.send({ type: 'answer' });
    expect(told).toEqual([]);
    saves.resolve();
    await settled();
    expect(told).toEqual(['180', '200']);
  });

  test.each([
    ['in time', () => saves.reject(new FactsNotKept('unavailable')), 'flood'],
    ['here, for the user has calls elsewhere', () => saves.reject(new FactsNotKept('elsewhere')), 'busy'],
  ])('when they are not kept %s: a caller is refused, and nobody is called', async (_, fails, kind) => {
    begin({});
    fails();
    await settled();
    expect(told).toEqual([`hang up: ${kind}`]);
    begin({ target });
    fails();
    await settled();
    expect(told).toEqual([`ended: ${kind}`]);
  });

  test('is given up while they are being kept: who was to be called hears nothing', async () => {
    begin({ target });
    call.send({ type: 'hangUp', cause: { kind: 'cancelled' } });
    saves.resolve();
    await settled();
    expect(told).toEqual(['ended: cancelled']);
  });

  test('is taken up by another host, and its party held', async () => {
    begin({ target, from: 'recovered' });
    call.send({ type: 'hold' });
    expect(told).toEqual([]);
    resumes.resolve();
    await settled();
    expect(told).toEqual(['call.answered', 'hold true']);
    expect(call.getSnapshot().value).toEqual({ established: 'held' });
  });

  test('cannot be taken up, or is to end before it is: BYE in the old dialog', async () => {
    begin({ from: 'recovered' });
    resumes.reject(new Error('481'));
    await settled();
    expect(told).toEqual(['BYE in the old dialog', 'ended: connection-lost']);
    begin({ from: 'recovered' });
    call.send({ type: 'hangUp', cause: { kind: 'normal' } });
    resumes.resolve();
    await settled();
    expect(told).toEqual(['BYE in the old dialog', 'ended: normal']);
  });
});
