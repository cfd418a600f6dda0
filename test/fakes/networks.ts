import type { Media, MediaFact } from '../../src/actors/ports/media.ts';
import type { SipCallOffer, SipCalls, SipLegFact } from '../../src/actors/ports/sip-calls.ts';
import type { TelegramCalls, VoiceLegFact, VoiceLegOffer } from '../../src/actors/ports/telegram-calls.ts';
import type { LegId } from '../../src/machines/model/ids.ts';

/** Facts by leg, told to whoever watches; `again`: to late watchers too, as the ports of both networks promise. */
class Facts<Fact> {
  readonly #listeners = new Map<LegId, Set<(fact: Fact) => void>>();
  readonly #told = new Map<LegId, Fact[]>();
  readonly #again: boolean;

  constructor(again: boolean) {
    this.#again = again;
  }

  watch(leg: LegId, listener: (fact: Fact) => void): () => void {
    if (this.#again) for (const fact of this.#told.get(leg) ?? []) listener(fact);
    const listeners = this.#listeners.get(leg) ?? new Set();
    this.#listeners.set(leg, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  tell(leg: LegId, fact: Fact): void {
    this.#told.set(leg, [...(this.#told.get(leg) ?? []), fact]);
    for (const listener of [...(this.#listeners.get(leg) ?? [])]) listener(fact);
  }

  get watched(): number {
    return [...this.#listeners.values()].reduce((sum, listeners) => sum + listeners.size, 0);
  }
}

/** Both networks and the media plane, played by the test: they write down what they are told, and obey hang-ups. */
export class PlayedNetworks {
  readonly told: string[] = [];
  readonly #sip = new Facts<SipLegFact>(true);
  readonly #telegram = new Facts<VoiceLegFact>(true);
  readonly #media = new Facts<MediaFact>(false);
  /** Whether an end that was asked for is confirmed at once. */
  obedient = true;
  offerParty: (offer: SipCallOffer) => void = () => {};
  offerUser: (offer: VoiceLegOffer) => void = () => {};

  readonly sip: SipCalls = {
    invite: (call, { target }) => this.#note(`invite ${target.kind === 'number' ? target.user : target.uri} ${call}`),
    ring: (call) => this.#note(`ring party ${call}`),
    answer: (call) => this.#note(`answer party ${call}`),
    hold: async (call, on) => this.#note(`${on ? 'hold' : 'resume'} ${call}`),
    sendInfo: async (call, digit) => this.#note(`INFO ${digit} to ${call}`),
    acceptTransfer: (call, as) => this.#note(`transfer ${call} to ${as}`),
    declineTransfer: (call) => this.#note(`no transfer of ${call}`),
    hangUp: (call, cause) => {
      this.#note(`hang up party ${call} ${cause.kind}`);
      if (this.obedient) this.#sip.tell(call, { type: 'party.hungUp', cause });
    },
    watch: (call, listener) => this.#sip.watch(call, listener),
    onOffer: (listener) => {
      this.offerParty = listener;
    },
  };

  readonly telegram: TelegramCalls = {
    ring: (leg) => this.#note(`ring user ${leg}`),
    answer: (leg) => this.#note(`answer user ${leg}`),
    hangUp: (leg, cause) => {
      this.#note(`hang up user ${leg} ${cause.kind}`);
      if (this.obedient) this.#telegram.tell(leg, { type: 'user.hungUp', cause });
    },
    watch: (leg, listener) => this.#telegram.watch(leg, listener),
    onOffer: (listener) => {
      this.offerUser = listener;
    },
  };

  readonly media: Media = {
    connect: (a, b) => this.#note(`connect ${a} ${b}`),
    hear: (listener, speaker) => this.#note(`${listener} hears ${speaker}`),
    playTone: (leg, tone) => this.#note(`${tone} to ${leg}`),
    stopTone: (leg) => this.#note(`no tone to ${leg}`),
    playMusic: (leg) => this.#note(`music to ${leg}`),
    takesEvents: () => true,
    codecOf: () => 'alaw',
    sendDtmf: (leg, digit) => this.#note(`key ${digit} to ${leg}`),
    keyHeard: (leg, digit) => this.#note(`key ${digit} from ${leg}`),
    watch: (leg, listener) => this.#media.watch(leg, listener),
  };

  party(call: LegId, fact: SipLegFact): void {
    this.#sip.tell(call, fact);
  }
  user(leg: LegId, fact: VoiceLegFact): void {
    this.#telegram.tell(leg, fact);
  }
  audio(leg: LegId, fact: MediaFact): void {
    this.#media.tell(leg, fact);
  }

  /** Facts somebody still listens to: a forgotten leg shows here. */
  get watched(): number {
    return this.#sip.watched + this.#telegram.watched + this.#media.watched;
  }

  #note(what: string): void {
    this.told.push(what);
  }
}
