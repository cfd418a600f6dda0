import { RequestRefused, type SipCalls, type SipLegFact } from '../../../src/actors/ports/sip-calls.ts';
import type { HangupCause } from '../../../src/machines/model/hangup-cause.ts';
import type { CallId } from '../../../src/machines/model/ids.ts';
import { Told } from './told.ts';

/** One SIP leg as the network has it. */
export interface Party {
  readonly id: CallId;
  readonly facts: Told<SipLegFact>;
  state: 'unmade' | 'offered' | 'alerting' | 'inviting' | 'answering' | 'up' | 'ending' | 'ended';
  isIncoming: boolean;
  hasAnswered: boolean;
  /** What the last re-INVITE asked for. */
  isHeld: boolean;
  /** re-INVITEs that wait for their answer, oldest first. */
  readonly waiting: ((isTaken: boolean) => void)[];
  cause: HangupCause;
}

/** The SIP side, played: it keeps the promises of the port and complains of what no adapter could do. */
export class Parties {
  readonly legs = new Map<CallId, Party>();
  /** Whether an end that was asked for, or a re-INVITE, waits for its answer. */
  endsLater = false;
  answersLater = false;
  /** Whether promises were settled that their owners have not heard of yet. */
  hasNews = false;
  /** Calls whose dialog is confirmed, or as good as. */
  readonly dialogs = new Set<CallId>();
  /** Those of them that are being taken up. */
  readonly resuming = new Set<CallId>();
  readonly #complain: (what: string) => void;

  readonly port: SipCalls = {
    invite: (call) => {
      const leg = this.leg(call);
      if (leg.state !== 'unmade') this.#complain(`a second INVITE for ${call}`);
      leg.state = 'inviting';
    },
    ring: (call) => {
      const leg = this.leg(call);
      if (leg.state === 'offered') leg.state = 'alerting';
      else if (isLive(leg)) this.#complain(`180 to ${call}, which is ${leg.state}`);
    },
    answer: (call) => {
      const leg = this.leg(call);
      if (leg.state === 'alerting' || leg.state === 'offered') {
        leg.state = 'answering';
        this.dialogs.add(call);
      } else if (isLive(leg)) this.#complain(`200 to ${call}, which is ${leg.state}`);
    },
    hold: (call, on) => {
      const leg = this.leg(call);
      this.hasNews = true;
      if (leg.state !== 'up') return Promise.reject(new RequestRefused(481, 'no such call'));
      leg.isHeld = on;
      if (!this.answersLater) return Promise.resolve();
      return new Promise((resolve, reject) =>
        leg.waiting.push((isTaken) => (isTaken ? resolve() : reject(new RequestRefused(488, 'no')))),
      );
    },
    sendInfo: () => Promise.resolve(),
    acceptTransfer: () => {},
    declineTransfer: () => {},
    hangUp: (call, cause) => {
      const leg = this.leg(call);
      if (!isLive(leg)) return;
      leg.state = 'ending';
      leg.cause = cause;
      if (!this.endsLater) this.end(leg);
    },
    watch: (call, listener) => this.leg(call).facts.watch(listener),
    onOffer: () => {},
  };

  constructor(complain: (what: string) => void) {
    this.#complain = complain;
  }

  /** re-INVITE by another host than made it; nobody answers in a call that is over. */
  resumeDialog(call: CallId): Promise<void> {
    const leg = this.leg(call);
    this.hasNews = true;
    if (leg.facts.watchers > 1) this.#complain(`${call} is taken up although somebody has it`);
    if (leg.state !== 'answering' && leg.state !== 'up') return Promise.reject(new RequestRefused(481, 'no such call'));
    leg.state = 'up';
    leg.isHeld = true;
    if (!this.answersLater) return Promise.resolve();
    this.resuming.add(call);
    return new Promise((resolve, reject) =>
      leg.waiting.push((isTaken) => {
        this.resuming.delete(call);
        if (isTaken) resolve();
        else reject(new RequestRefused(488, 'no'));
      }),
    );
  }

  /** BYE in a dialog that no host has. */
  endDialog(call: CallId): void {
    const leg = this.leg(call);
    this.hasNews = true;
    if (this.dialogs.has(call) && leg.state !== 'ended') this.end(leg);
  }

  /** Calls without an answer are lost with their INVITE; re-INVITEs are answered to nobody. */
  loseHost(): void {
    for (const leg of this.legs.values()) {
      leg.waiting.splice(0);
      this.resuming.delete(leg.id);
      if (leg.state !== 'unmade' && !this.dialogs.has(leg.id)) leg.state = 'ended';
    }
  }

  offer(call: CallId): void {
    const leg = this.leg(call);
    leg.state = 'offered';
    leg.isIncoming = true;
  }

  /** What the party does; a fact that makes no sense now is told all the same, and changes nothing. */
  does(leg: Party, fact: SipLegFact): void {
    if (fact.type === 'party.hungUp') {
      if (leg.state !== 'ended' && leg.state !== 'unmade') {
        leg.cause = fact.cause;
        return this.end(leg);
      }
    }
    if (fact.type === 'party.answered' && (leg.state === 'inviting' || leg.state === 'answering')) {
      leg.state = 'up';
      leg.hasAnswered = true;
      this.dialogs.add(leg.id);
      return leg.facts.tell(fact);
    }
    if (leg.state === 'inviting' && (fact.type === 'party.ringing' || fact.type === 'party.earlyMedia'))
      return leg.facts.tell(fact);
    leg.facts.repeat(fact);
  }

  answerReinvite(leg: Party, isTaken: boolean): void {
    leg.waiting.shift()?.(isTaken);
    this.hasNews = true;
  }

  end(leg: Party): void {
    leg.state = 'ended';
    for (const answer of leg.waiting.splice(0)) answer(false);
    this.hasNews = true;
    leg.facts.tell({ type: 'party.hungUp', cause: leg.cause });
  }

  leg(id: CallId): Party {
    const known = this.legs.get(id);
    if (known) return known;
    // Watched before it is made, as the port allows.
    const leg: Party = {
      id,
      facts: new Told(),
      state: 'unmade',
      isIncoming: false,
      hasAnswered: false,
      isHeld: false,
      waiting: [],
      cause: { kind: 'normal' },
    };
    this.legs.set(id, leg);
    return leg;
  }

  get live(): Party[] {
    return [...this.legs.values()].filter(isLive);
  }
}

/** It has not ended and nobody asked it to. */
const isLive = (leg: Party): boolean => leg.state !== 'unmade' && leg.state !== 'ended' && leg.state !== 'ending';
