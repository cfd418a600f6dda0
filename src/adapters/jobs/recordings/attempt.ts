import type { Logger } from 'pino';
import type { Delivery } from '../../../actors/ports/recording-delivery.ts';
import { EpochMs } from '../../../machines/model/ids.ts';
import type { DeliveryFault } from '../../../machines/model/recording-faults.ts';
import type { Clock } from '../clock.ts';
import { type AudioTarget, type BotTarget, faultOf, retryAfterMsOf } from './audio-target.ts';
import { SoundGone } from './joined.ts';
import type { DeliveryProgress, RecordingRows, StoredRecording } from './rows.ts';
import { sendParts } from './sending.ts';
import type { Sound } from './sound.ts';

export interface AttemptOptions {
  readonly rows: RecordingRows;
  readonly conversation: AudioTarget;
  readonly bot: BotTarget;
  readonly soundOf: (delivery: Delivery) => Promise<Sound>;
  readonly notDelivered: (delivery: Delivery, why: DeliveryFault) => Promise<string>;
  /** What is said under a recording of which a piece is missing. */
  readonly pieceMissing: (delivery: Delivery) => Promise<string>;
  /** Told of each try that failed. */
  readonly tryFailed?: () => void;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

export type AttemptResult =
  /** Delivered, or given up: nothing of it has to be kept. */
  { readonly kind: 'over' } | { readonly kind: 'again'; readonly nextTryAt: EpochMs; readonly tries: number };

const minuteMs = 60_000;
/** After the first and the second failed try: three within 15 min (product §8). From then on hourly. */
const waitsMs = [5 * minuteMs, 10 * minuteMs];
const laterWaitMs = 60 * minuteMs;
const triesBeforeOwner = 3;
export const keptMs = 7 * 24 * 60 * minuteMs;

/** One try to deliver one recording: to its destination, and if that has failed often enough, to its owner. */
export class Attempt {
  readonly #delivery: Delivery;
  readonly #takenAt: EpochMs;
  readonly #options: AttemptOptions;
  #progress: DeliveryProgress;
  #content: Promise<{ readonly sound: Sound; readonly remark: string }> | undefined;

  constructor({ delivery, takenAt, ...progress }: StoredRecording, options: AttemptOptions) {
    this.#delivery = delivery;
    this.#takenAt = takenAt;
    this.#progress = progress;
    this.#options = options;
  }

  /** @throws the database's errors; what Telegram refuses is written down */
  async run(): Promise<AttemptResult> {
    const { clock, log, signal } = this.#options;
    const { recording } = this.#delivery;
    if (this.#progress.deliveredAt) return { kind: 'over' };
    try {
      await this.#toDestination();
      return await this.#delivered('destination');
    } catch (error) {
      // Somebody ends this process: that is no failure.
      if (signal.aborted) return this.#again(this.#progress.nextTryAt);
      if (isGone(error)) return this.#gone();
      await this.#failed(error);
    }
    if (this.#progress.tries >= triesBeforeOwner) {
      try {
        await this.#toOwner();
        return await this.#delivered('owner');
      } catch (error) {
        log.warn({ recording, why: faultOf(error) }, 'a recording could not be given to its owner either');
      }
    }
    if (clock.now() - this.#takenAt < keptMs) return this.#again(this.#progress.nextTryAt);
    log.error({ recording, why: this.#progress.why }, 'a recording was not delivered in 7 days and is deleted');
    return { kind: 'over' };
  }

  async #toDestination(): Promise<void> {
    const { conversation, bot, signal } = this.#options;
    const { chat, user } = this.#delivery;
    const alreadySent = this.#progress.partsSent;
    const to =
      chat === undefined ? { target: conversation, id: user, alreadySent } : { target: bot, id: chat, alreadySent };
    await sendParts(this.#delivery, await this.#read(), to, (partsSent) => this.#save({ partsSent }), signal);
  }

  /** The reason comes first, and once. */
  async #toOwner(): Promise<void> {
    const { bot, notDelivered, signal } = this.#options;
    const { owner } = this.#delivery;
    if (!this.#progress.ownerTold) {
      const why = this.#progress.why ?? { kind: 'internal', words: '' };
      await bot.say(owner, await notDelivered(this.#delivery, why), signal);
      await this.#save({ ownerTold: true });
    }
    const to = { target: bot, id: owner, alreadySent: this.#progress.partsSentToOwner };
    await sendParts(
      this.#delivery,
      await this.#read(),
      to,
      (partsSentToOwner) => this.#save({ partsSentToOwner }),
      signal,
    );
  }

  /** Once for this try. */
  async #read() {
    this.#content ??= this.#options.soundOf(this.#delivery).then(async (sound) => ({
      sound,
      remark: sound.isWhole ? '' : await this.#options.pieceMissing(this.#delivery),
    }));
    return this.#content;
  }

  async #delivered(to: 'destination' | 'owner'): Promise<AttemptResult> {
    const { clock, log } = this.#options;
    await this.#save({ deliveredAt: EpochMs(clock.now()) });
    log.info({ recording: this.#delivery.recording, to, triesBefore: this.#progress.tries }, 'recording delivered');
    return { kind: 'over' };
  }

  async #failed(error: unknown): Promise<void> {
    const { clock, log, tryFailed } = this.#options;
    tryFailed?.();
    const tries = this.#progress.tries + 1;
    const why = faultOf(error);
    log.warn({ recording: this.#delivery.recording, tries, why }, 'a recording was not delivered');
    const waitMs = Math.max(waitsMs[tries - 1] ?? laterWaitMs, retryAfterMsOf(error));
    await this.#save({ tries, why, nextTryAt: EpochMs(clock.now() + waitMs) });
  }

  /** Nothing is left to be sent; the owner should know. */
  async #gone(): Promise<AttemptResult> {
    const { bot, notDelivered, tryFailed, log, signal } = this.#options;
    tryFailed?.();
    log.error({ recording: this.#delivery.recording }, 'the file of a recording is gone');
    const text = await notDelivered(this.#delivery, { kind: 'file-gone' });
    await bot.say(this.#delivery.owner, text, signal).catch(() => {});
    return { kind: 'over' };
  }

  #again(nextTryAt: EpochMs): AttemptResult {
    return { kind: 'again', nextTryAt, tries: this.#progress.tries };
  }

  async #save(change: Partial<DeliveryProgress>): Promise<void> {
    this.#progress = { ...this.#progress, ...change };
    await this.#options.rows.save(this.#delivery.recording, this.#progress);
  }
}

const isGone = (error: unknown) =>
  error instanceof SoundGone || (error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
