import type { Logger } from 'pino';
import type { CallDevice, CallView } from '../telegram/device.ts';
import { type CallTimeouts, PhoneCall, type PhoneCallSetup } from './call.ts';
import type { PhoneFaults } from './faults.ts';
import { PhoneNetwork } from './network.ts';
import { type Sound, Voice } from './voice.ts';

export type { CallEnding, CallTimeouts, PhoneCall, PhoneCallState } from './call.ts';
export { type PhoneFaults, webClient } from './faults.ts';
export type { HearingOptions, Recording } from './hearing.ts';
export type { CadenceStep, HeardTone } from './tones.ts';
export type { Sound } from './voice.ts';

export interface UserPhoneOptions {
  readonly log?: Logger;
  /** `by hand` when not given. */
  readonly answers?: 'by hand' | 'at once';
  readonly timeouts?: Partial<CallTimeouts>;
  readonly faults?: PhoneFaults;
}

/** A Telegram user's phone with the person who holds it. A user with several phones has several of these. */
export class UserPhone {
  /** Refuses whoever calls. */
  busy = false;
  answers: 'by hand' | 'at once';
  /** Peculiarities of calls that begin from now on. */
  faults: PhoneFaults;
  readonly #device: CallDevice;
  readonly #log: Logger | undefined;
  readonly #timeouts: CallTimeouts;
  readonly #voice = new Voice();
  readonly #live = new Map<string, PhoneCall>();
  readonly #onRing = new Set<(call: PhoneCall) => void>();
  readonly #unsubscribe: (() => void)[];
  #waiting: ((call: PhoneCall) => void)[] = [];
  #unclaimed: PhoneCall[] = [];
  #mail: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(device: CallDevice, options: UserPhoneOptions = {}) {
    this.#device = device;
    this.#log = options.log;
    this.answers = options.answers ?? 'by hand';
    this.faults = options.faults ?? {};
    this.#timeouts = { ...clientTimeouts, ...options.timeouts };
    // Handled one after another and never inside the device's own call: a push may come before a request has returned.
    this.#unsubscribe = [
      device.onCall((view) => this.#post(() => this.#handle(view))),
      device.onSignalingData((id, data) => this.#post(() => this.#live.get(id)?.handleSignaling(data))),
    ];
  }

  get userId(): string {
    return this.#device.userId;
  }

  /** The calls that have not ended. */
  get currentCalls(): readonly PhoneCall[] {
    return [...this.#live.values()];
  }

  /** What the person says from now on, in every call. */
  says(sound: Sound): void {
    this.#voice.sound = sound;
  }

  /** Mutes every call of the moment. */
  mute(muted = true): void {
    for (const call of this.#live.values()) call.muted = muted;
  }

  /** Places a call. @throws what the device throws when Telegram refuses it, such as USER_PRIVACY_RESTRICTED */
  async calls(userId: string): Promise<PhoneCall> {
    const setup = await this.#newSetup();
    try {
      const call = PhoneCall.place(setup, userId);
      if (call.state !== 'ended') this.#live.set(call.id, call);
      return call;
    } catch (error) {
      setup.network.close();
      throw error;
    }
  }

  /** Every call that rings from now on. Returns the unsubscribe. */
  onRing(listener: (call: PhoneCall) => void): () => void {
    this.#onRing.add(listener);
    return () => this.#onRing.delete(listener);
  }

  /**
   * The next call that rings, or one that rings already and was not handed out here.
   * @throws Error when none has come in time
   */
  async rings(timeoutMs = ringsWithinMs): Promise<PhoneCall> {
    const ringing = this.#unclaimed.shift();
    if (ringing) return ringing;
    const next = Promise.withResolvers<PhoneCall>();
    this.#waiting.push(next.resolve);
    const late = setTimeout(() => {
      this.#waiting = this.#waiting.filter((waiting) => waiting !== next.resolve);
      next.reject(new Error(`no call has come in ${timeoutMs} ms`));
    }, timeoutMs);
    return next.promise.finally(() => clearTimeout(late));
  }

  /** Drops all calls without a word, and lets go of everything. */
  close(): void {
    this.#closed = true;
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    for (const call of this.#live.values()) call.drop();
  }

  async #handle(view: CallView): Promise<void> {
    const call = this.#live.get(view.id);
    if (call) call.handle(view);
    else if (view.state === 'requested') await this.#ring(view);
  }

  async #ring(view: Extract<CallView, { state: 'requested' }>): Promise<void> {
    if (view.participantId !== this.userId || view.adminId === this.userId) return;
    // As the official apps, which hold one call.
    if (this.busy || this.#live.size > 0) {
      this.#device.discardCall(view.id, 'busy', 0);
      return;
    }
    const setup = await this.#newSetup();
    if (this.#closed) return setup.network.close();
    const call = PhoneCall.receive(setup, view);
    if (call.state === 'ended') return;
    this.#live.set(call.id, call);
    if (this.answers === 'at once') call.answer();
    for (const listener of this.#onRing) listener(call);
    const next = this.#waiting.shift();
    if (next) next(call);
    else this.#unclaimed.push(call);
  }

  async #newSetup(): Promise<PhoneCallSetup> {
    return {
      device: this.#device,
      network: await PhoneNetwork.open(),
      voice: this.#voice,
      faults: this.faults,
      timeouts: this.#timeouts,
      log: this.#log,
      onEnded: (call) => {
        this.#live.delete(call.id);
        this.#unclaimed = this.#unclaimed.filter((unclaimed) => unclaimed !== call);
      },
    };
  }

  #post(job: () => void | Promise<void>): void {
    this.#mail = this.#mail
      .then(() => (this.#closed ? undefined : job()))
      .catch((error: unknown) => this.#log?.warn({ err: error }, 'a push could not be handled'));
  }
}

const ringsWithinMs = 20_000;
const clientTimeouts: CallTimeouts = { receiveMs: 20_000, ringMs: 90_000, connectMs: 20_000, lostMs: 20_000 };
