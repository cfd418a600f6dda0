import { expect } from 'vitest';
import type { TelegramCalls, VoiceLegFact, VoiceLegOffer } from '../../../src/actors/ports/telegram-calls.ts';
import { telegramCalls } from '../../../src/adapters/telegram/calls/calls.ts';
import { UserId, VoiceLegId } from '../../../src/machines/model/ids.ts';
import { ManualClock } from './manual-clock.ts';
import { Ether, PairedLegs } from './paired-legs.ts';
import { type Session, TelegramRelay } from './telegram-relay.ts';

/** One of two ends of a call, with everything it was told. */
export interface End {
  readonly session: Session;
  readonly legs: PairedLegs;
  readonly calls: TelegramCalls & { close(): Promise<void> };
  readonly facts: VoiceLegFact[];
  readonly offers: VoiceLegOffer[];
}

/** Two accounts with our own implementation on both sides; Bob answers unless told otherwise. */
export function twoEnds(
  options: {
    readonly bobAnswers?: boolean;
    readonly bobTakes?: (user: UserId) => boolean | Promise<boolean>;
    readonly random?: number;
  } = {},
) {
  const random = () => options.random ?? 0;
  const clock = new ManualClock();
  const relay = new TelegramRelay();
  const ether = new Ether();
  const end = (userId: string): End => {
    const session = relay.session(userId);
    const legs = new PairedLegs(ether);
    const { bobTakes: takes } = options;
    const calls = telegramCalls({ link: session, legs, clock, random, ...(userId === '222' && takes && { takes }) });
    return { session, legs, calls, facts: [], offers: [] };
  };
  const alice = end('111');
  const bob = end('222');
  const leg = VoiceLegId('leg-1');
  alice.calls.watch(leg, (fact) => alice.facts.push(fact));
  bob.calls.onOffer((offer) => {
    bob.offers.push(offer);
    bob.calls.watch(offer.voiceLegId, (fact) => bob.facts.push(fact));
    if (options.bobAnswers ?? true) bob.calls.answer(offer.voiceLegId);
  });
  const bobLeg = () => {
    const [offer] = bob.offers;
    if (!offer) throw new Error('Bob was not called');
    return offer.voiceLegId;
  };
  return { clock, relay, alice, bob, leg, bobLeg, ring: () => alice.calls.ring(leg, UserId('222')) };
}

export const types = (facts: readonly VoiceLegFact[]) => facts.map(({ type }) => type);

export const causeIn = (facts: readonly VoiceLegFact[]) => {
  const hungUp = facts.filter((fact) => fact.type === 'user.hungUp');
  return hungUp.length === 1 ? hungUp[0]?.cause : hungUp.map(({ cause }) => cause);
};

export type Ends = ReturnType<typeof twoEnds>;

/** This end's answers to one kind of request come late. */
export const hold = (end: End, ends: Ends, kind: abstract new (...args: never[]) => unknown, ms: number) => {
  end.session.intercept = async (request, pass) => {
    const answer = pass();
    if (request instanceof kind) await ends.clock.wait(ms);
    return answer;
  };
};

/** Bob's phone says that it rings, as it does before it is answered. */
export const ringing = ({ relay }: Ends) => relay.ringing(relay.lastCall);

/** No media leg and no timer. */
export function expectNothingLeft({ alice, bob, clock }: Ends) {
  expect([alice.legs.openCount, bob.legs.openCount, clock.pending]).toEqual([0, 0, 0]);
}
