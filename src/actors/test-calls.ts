import { type Actor, createActor, fromCallback, waitFor } from 'xstate';
import type { HangupCause } from '../machines/model/hangup-cause.ts';
import type { CallId, LineId, UserId } from '../machines/model/ids.ts';
import { type TestCallFact, type TestCallReport, testCallMachine } from '../machines/test-call.ts';
import type { Inspection } from './inspection/hub.ts';
import type { WallClock } from './ports/clock.ts';
import type { Faults } from './ports/faults.ts';
import type { Media } from './ports/media.ts';
import type { SipCallOffer, SipCalls } from './ports/sip-calls.ts';

type ActorClock = NonNullable<Parameters<typeof createActor>[1]>['clock'];

/** `cause`: what the call out to the PBX ended with. */
export interface FailedTestCall {
  readonly line: LineId;
  readonly user: UserId;
  readonly cause: HangupCause;
}

export interface TestCallParts {
  readonly sip: SipCalls;
  readonly media: Media;
  readonly faults: Faults;
  readonly clock: WallClock;
  readonly actorClock?: ActorClock;
  readonly inspection?: Inspection;
  /** A test is over: the person who made it is to be told. */
  readonly report: (report: TestCallReport) => void;
  /** The PBX did not bring it back. */
  readonly failed: (failed: FailedTestCall) => void;
}

interface Expected {
  readonly user: UserId;
  readonly number: string;
  /** That goes out to the PBX. */
  readonly call: CallId;
  readonly untilMs: number;
}

/** A ring of the user, and the way through the PBX and back. */
const expectedForMs = 150_000;

/** The far ends of lines that call themselves (product §16, B-14): one XState root each. */
export class TestCalls {
  readonly #parts: TestCallParts;
  readonly #machine: ReturnType<typeof wired>;
  readonly #expected = new Map<LineId, Expected>();
  readonly #running = new Set<Actor<typeof testCallMachine>>();

  constructor(parts: TestCallParts) {
    this.#parts = parts;
    this.#machine = wired(parts);
  }

  /** The line's next call from its own `number` is the test's, and no call for its user. */
  expect(line: LineId, user: UserId, number: string, call: CallId): void {
    const now = this.#parts.clock.now();
    for (const [id, { untilMs }] of this.#expected) if (untilMs < now) this.#expected.delete(id);
    this.#expected.set(line, { user, number, call, untilMs: now + expectedForMs });
  }

  /** @returns whether this call is a test's, and taken */
  take({ callId, lineId, caller }: SipCallOffer): boolean {
    const expected = this.#expected.get(lineId);
    if (!expected || expected.untilMs < this.#parts.clock.now() || !isFrom(caller.number, expected.number))
      return false;
    this.#expected.delete(lineId);
    const { faults, actorClock: clock, inspection, sip } = this.#parts;
    const input = { call: callId, line: lineId, user: expected.user };
    const test = createActor(this.#machine, {
      input,
      ...(clock && { clock }),
      ...inspection?.root(`test-call/${callId}`, this.#machine, input),
    });
    this.#running.add(test);
    test.subscribe({
      complete: () => this.#running.delete(test),
      error: (error) => {
        this.#running.delete(test);
        faults.report('test call', error, callId);
        sip.hangUp(callId, { kind: 'internal-fault', detail: 'test call' });
      },
    });
    test.start();
    return true;
  }

  /** A call went out and is over: with a test's, nothing comes back any more. */
  ended(call: CallId, cause: HangupCause): void {
    const [line, expected] = [...this.#expected].find(([, other]) => other.call === call) ?? [];
    if (!line || !expected) return;
    this.#expected.delete(line);
    this.#parts.failed({ line, user: expected.user, cause });
  }

  async endAll(signal: AbortSignal): Promise<void> {
    for (const test of this.#running) test.send({ type: 'shutdown' });
    await Promise.all(
      [...this.#running].map((test) => waitFor(test, ({ status }) => status !== 'active', { signal }).catch(() => {})),
    );
  }
}

/** Numbers that are names come with their host. */
const isFrom = (caller: string | undefined, number: string): boolean =>
  caller === number || caller?.startsWith(`${number}@`) === true;

const wired = ({ sip, media, report }: TestCallParts) => {
  // What was negotiated is gone with the leg, and the report comes after it.
  const codecs = new Map<CallId, string>();
  return testCallMachine.provide({
    actors: {
      legFacts: fromCallback(({ input, sendBack }) => {
        const { call } = input as { call: CallId };
        const tell = (fact: TestCallFact) => sendBack(fact);
        const ends = [
          sip.watch(call, (fact) => {
            if (fact.type === 'key.heard') tell({ type: 'key.heard', digit: fact.digit, way: 'info' });
            if (fact.type === 'party.answered') {
              const codec = media.codecOf(call);
              if (codec !== undefined) codecs.set(call, codec);
              tell({ type: 'party.answered' });
            }
            if (fact.type === 'party.hungUp') tell({ type: 'party.hungUp', cause: fact.cause });
          }),
          media.watch(call, (fact) => {
            if (fact.type !== 'key.heard') return;
            tell({ type: 'key.heard', digit: fact.digit, way: media.takesEvents(call) ? 'rfc2833' : 'voice' });
          }),
        ];
        return () => ends.forEach((end) => end());
      }),
    },
    actions: {
      answer: (_, { call, user }) => {
        sip.ring(call, user);
        sip.answer(call);
      },
      playTone: (_, { leg, tone }) => media.playTone(leg, tone),
      echo: (_, { leg }) => media.hear(leg, leg),
      hangUpParty: (_, { call, cause }) => sip.hangUp(call, cause),
      report: (_, { call, ...rest }) => {
        report({ ...rest, codec: codecs.get(call) });
        codecs.delete(call);
      },
    },
  });
};
