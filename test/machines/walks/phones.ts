import type { TelegramCalls, VoiceLegFact } from '../../../src/actors/ports/telegram-calls.ts';
import type { HangupCause } from '../../../src/machines/model/hangup-cause.ts';
import type { VoiceLegId } from '../../../src/machines/model/ids.ts';
import { Told } from './told.ts';

/** One Telegram call between the user and the chat account as the network has it. */
export interface Phone {
  readonly id: VoiceLegId;
  readonly facts: Told<VoiceLegFact>;
  state: 'unmade' | 'offered' | 'ringing' | 'answering' | 'connecting' | 'up' | 'ending' | 'ended';
  cause: HangupCause;
  /** We rang it or took it: it counts as the user's voice leg. */
  isTaken: boolean;
  endingSinceMs: number;
}

/** The Telegram side of one user, played. */
export class Phones {
  readonly legs = new Map<VoiceLegId, Phone>();
  endsLater = false;
  /** Rings that Telegram refused unasked, for the wait it wants, since the present reconnection began. */
  refused = 0;
  #floodUntilMs = 0;
  readonly #complain: (what: string) => void;
  readonly #nowMs: () => number;

  readonly port: TelegramCalls = {
    ring: (id) => {
      const leg = this.leg(id);
      if (leg.state !== 'unmade') this.#complain(`${id} is rung, which is ${leg.state}`);
      leg.state = 'ringing';
      leg.isTaken = true;
      if (!this.isFlooded) return;
      this.refused++;
      leg.cause = { kind: 'flood', retryAfterMs: this.#floodUntilMs - this.#nowMs() };
      this.end(leg);
    },
    answer: (id) => {
      const leg = this.leg(id);
      if (leg.state === 'offered') {
        leg.state = 'answering';
        leg.isTaken = true;
      } else if (isLive(leg)) this.#complain(`${id} is taken, which is ${leg.state}`);
    },
    hangUp: (id, cause) => {
      const leg = this.leg(id);
      if (!isLive(leg)) return;
      leg.state = 'ending';
      leg.cause = cause;
      leg.endingSinceMs = this.#nowMs();
      if (!this.endsLater) this.end(leg);
    },
    watch: (id, listener) => this.leg(id).facts.watch(listener),
    onOffer: () => {},
  };

  constructor(nowMs: () => number, complain: (what: string) => void) {
    this.#nowMs = nowMs;
    this.#complain = complain;
  }

  offer(id: VoiceLegId): void {
    this.leg(id).state = 'offered';
  }

  /** What the user does; a fact that makes no sense now is told all the same, and changes nothing. */
  does(leg: Phone, fact: VoiceLegFact): void {
    if (fact.type === 'user.hungUp' && leg.state !== 'ended' && leg.state !== 'unmade') {
      leg.cause = fact.cause;
      if (fact.cause.kind === 'flood') this.#floodUntilMs = this.#nowMs() + fact.cause.retryAfterMs;
      return this.end(leg);
    }
    if (fact.type === 'user.answered' && (leg.state === 'ringing' || leg.state === 'answering')) {
      leg.state = 'connecting';
      return leg.facts.tell(fact);
    }
    if (fact.type === 'user.connected' && leg.state === 'connecting') {
      leg.state = 'up';
      return leg.facts.tell(fact);
    }
    leg.facts.repeat(fact);
  }

  end(leg: Phone): void {
    leg.state = 'ended';
    leg.facts.tell({ type: 'user.hungUp', cause: leg.cause });
  }

  leg(id: VoiceLegId): Phone {
    const known = this.legs.get(id);
    if (known) return known;
    const leg: Phone = {
      id,
      facts: new Told(),
      state: 'unmade',
      cause: { kind: 'normal' },
      isTaken: false,
      endingSinceMs: 0,
    };
    this.legs.set(id, leg);
    return leg;
  }

  /** Telegram lets nobody be rung now. */
  get isFlooded(): boolean {
    return this.#nowMs() < this.#floodUntilMs;
  }

  get live(): Phone[] {
    return [...this.legs.values()].filter(isLive);
  }

  /** Voice legs of ours, also those whose end is not confirmed, unless the confirmation is long overdue. */
  get taken(): Phone[] {
    return [...this.legs.values()].filter(
      (leg) =>
        leg.isTaken && (isLive(leg) || (leg.state === 'ending' && this.#nowMs() - leg.endingSinceMs < overdueMs)),
    );
  }

  /** The one people mean by “the phone”: the newest that is there, or was. */
  get newest(): Phone | undefined {
    const all = [...this.legs.values()];
    return all.findLast(isLive) ?? all.findLast((leg) => leg.state === 'ending') ?? all.at(-1);
  }
}

const overdueMs = 15_000;
const isLive = (leg: Phone): boolean => leg.state !== 'unmade' && leg.state !== 'ended' && leg.state !== 'ending';
