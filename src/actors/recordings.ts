import type { CallLabel } from '../machines/model/call-label.ts';
import type { EpochMs, RecordingId, UserId, VoiceLegId } from '../machines/model/ids.ts';
import type { RecordingOrder } from '../machines/model/recording-order.ts';
import type { WallClock } from './ports/clock.ts';
import type { Faults } from './ports/faults.ts';
import type { Recorder } from './ports/recorder.ts';
import type { RecordingDelivery } from './ports/recording-delivery.ts';
import type { Texts } from './ports/texts.ts';
import type { Users } from './ports/users.ts';

export interface RecordingsParts {
  readonly recorder: Recorder;
  readonly delivery: RecordingDelivery;
  readonly texts: Texts;
  readonly users: Pick<Users, 'language'>;
  readonly clock: WallClock;
  readonly faults: Faults;
}

/** A file that is begun. */
export interface RecordingStart {
  readonly recording: RecordingId;
  readonly label: CallLabel;
  readonly order: RecordingOrder;
  readonly startedBy: 'owner' | 'user';
  readonly voiceLeg: VoiceLegId | undefined;
  readonly limitMs: number | undefined;
}

/** The files that this process records, from their beginning until they are sure to be delivered. */
export class Recordings {
  readonly #parts: RecordingsParts;
  readonly #begun = new Map<RecordingId, RecordingStart & { readonly startedAt: EpochMs }>();
  readonly #delivering = new Set<Promise<unknown>>();

  constructor(parts: RecordingsParts) {
    this.#parts = parts;
  }

  start(what: RecordingStart): void {
    const { recording, label, order, voiceLeg, limitMs } = what;
    if (!voiceLeg) return;
    this.#begun.set(recording, { ...what, startedAt: this.#parts.clock.now() });
    this.#parts.recorder.start(recording, {
      voiceLeg,
      call: label.call,
      stereo: order.stereo,
      title: this.#titleOf(label, order),
      performer: label.lineName,
      ...(limitMs !== undefined && { limitMs }),
    });
  }

  pause(recording: RecordingId): void {
    this.#parts.recorder.pause(recording);
  }

  resume(recording: RecordingId, voiceLeg: VoiceLegId): void {
    this.#parts.recorder.resume(recording, voiceLeg);
  }

  watch: Recorder['watch'] = (recording, listener) => this.#parts.recorder.watch(recording, listener);

  /** Stops it, and hands it to the delivery, once. @returns its length in ms; what goes wrong is reported, and the file stays */
  deliver(recording: RecordingId): Promise<number> {
    const begun = this.#begun.get(recording);
    if (!begun) return Promise.resolve(0);
    this.#begun.delete(recording);
    const delivering = this.#handOver(begun).catch((error: unknown) => {
      this.#parts.faults.report('recording', error, begun.label.call);
      return 0;
    });
    this.#delivering.add(delivering);
    return delivering.finally(() => this.#delivering.delete(delivering));
  }

  /** Stops what is being recorded of this person's calls, where nobody is left who would. */
  deliverOf(user: UserId): void {
    for (const { recording, order } of this.#begun.values()) if (order.user === user) void this.deliver(recording);
  }

  /** Until what was stopped so far is sure to be delivered. */
  async settled(): Promise<void> {
    await Promise.all(this.#delivering);
  }

  /** Stops what still runs: nothing that was recorded is lost with the process. */
  async endAll(): Promise<void> {
    for (const recording of this.#begun.keys()) void this.deliver(recording);
    await this.settled();
  }

  /** The party, as a player shows it. */
  #titleOf(label: CallLabel, { language }: RecordingOrder): string {
    return this.#parts.texts.render({ kind: 'recordingTitle', label }, language).text;
  }

  async #handOver({ recording, label, order, startedBy, startedAt }: RecordingStart & { startedAt: EpochMs }) {
    const { recorder, delivery, texts, users } = this.#parts;
    const file = await recorder.stop(recording);
    if (!file) return 0;
    const { durationMs } = file;
    const { user, owner, chat } = order;
    const language = await users.language(user).catch(() => undefined);
    await delivery.deliver({
      recording,
      file,
      user,
      owner,
      chat,
      title: this.#titleOf(label, order),
      performer: label.lineName,
      startedAt,
      caption: texts.render({ kind: 'recordingCaption', label, startedAt, durationMs, startedBy }, language).text,
    });
    return durationMs;
  }
}
