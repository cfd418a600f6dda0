import type { CallLabel } from '../machines/model/call-label.ts';
import type { RecordingId, UserId, VoiceLegId } from '../machines/model/ids.ts';
import type { RecordedSegment } from '../machines/model/recorded-segment.ts';
import type { RecordingOrder } from '../machines/model/recording-order.ts';
import type { WallClock } from './ports/clock.ts';
import type { Faults } from './ports/faults.ts';
import type { RecordedFile, Recorder } from './ports/recorder.ts';
import type { BegunRecording, KnownRecording, RecordingBook } from './ports/recording-book.ts';
import type { RecordingDelivery } from './ports/recording-delivery.ts';
import type { Texts } from './ports/texts.ts';
import type { Users } from './ports/users.ts';

export interface RecordingsParts {
  readonly recorder: Recorder;
  readonly delivery: RecordingDelivery;
  readonly book: RecordingBook;
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

interface Running {
  readonly what: BegunRecording;
  readonly run: number;
  /** What other hosts recorded of it before. */
  readonly earlierMs: number;
  /** Whether the book knows it: then it is not lost with this host. */
  known: Promise<boolean>;
}

/** The files that this process records, from their beginning until they are sure to be delivered. */
export class Recordings {
  readonly #parts: RecordingsParts;
  readonly #running = new Map<RecordingId, Running>();
  /** Being stopped and handed over: nobody else has to finish them. */
  readonly #stopping = new Set<RecordingId>();
  readonly #delivering = new Set<Promise<unknown>>();

  constructor(parts: RecordingsParts) {
    this.#parts = parts;
  }

  start({ voiceLeg, ...about }: RecordingStart): void {
    if (!voiceLeg) return;
    const what = { ...about, startedAt: this.#parts.clock.now() };
    this.#record({ what, run: 0, earlierMs: 0, known: this.#enter(what) }, voiceLeg);
  }

  /**
   * Goes on with what a host recorded that is lost, as a stream of its own that is joined to those before. Facts follow as after
   * `start`.
   * @returns what is recorded; undefined: it is finished, if only because its limit is reached. @throws the database's errors
   */
  async goOn(recording: RecordingId, voiceLeg: VoiceLegId): Promise<KnownRecording | undefined> {
    const known = await this.#parts.book.takeOver(recording);
    if (!known) return undefined;
    const { run, host: _, storedMs, ...what } = known;
    if (what.limitMs !== undefined && what.limitMs <= storedMs) {
      await this.finish(recording);
      return undefined;
    }
    this.#record({ what, run, earlierMs: storedMs, known: Promise.resolve(true) }, voiceLeg);
    return known;
  }

  pause(recording: RecordingId): void {
    this.#parts.recorder.pause(recording);
  }

  resume(recording: RecordingId, voiceLeg: VoiceLegId): void {
    this.#parts.recorder.resume(recording, voiceLeg);
  }

  watch: Recorder['watch'] = (recording, listener) => this.#parts.recorder.watch(recording, listener);

  /** A piece is on the disk. */
  segmentClosed(segment: RecordedSegment): void {
    const running = this.#running.get(segment.recording);
    if (running) running.known = running.known.then((known) => known || this.#enter(running.what));
    this.#parts.delivery.take(segment);
  }

  /** Stops it, and hands it to the delivery, once. @returns its length in ms; what goes wrong is reported, and the file stays */
  deliver(recording: RecordingId): Promise<number> {
    const running = this.#running.get(recording);
    if (!running) return Promise.resolve(0);
    this.#running.delete(recording);
    this.#stopping.add(recording);
    const handingOver = this.#handOver(running).finally(() => this.#stopping.delete(recording));
    return this.#guarded(running.what, handingOver);
  }

  /** Stops what is being recorded of this person's calls, where nobody is left who would. */
  deliverOf(user: UserId): void {
    for (const [recording, { what }] of this.#running) if (what.order.user === user) void this.deliver(recording);
  }

  /** Stops what is being recorded of this person's calls without delivering it: another host goes on with them. */
  leave(user: UserId): void {
    for (const [recording, { what }] of this.#running) {
      if (what.order.user !== user) continue;
      this.#running.delete(recording);
      const stopping = this.#parts.recorder.stop(recording).then(() => 0);
      void this.#guarded(what, stopping);
    }
  }

  /**
   * Delivers what there is of a recording whose host is lost and whose call is over, wherever it was recorded; once, however many
   * hosts say so. One that is over already, or being recorded here, stays as it is.
   * @param host who was lost; given, one that another host has gone on with since stays as it is, too
   * @throws the database's errors
   */
  async finish(recording: RecordingId, host?: string): Promise<void> {
    if (this.#running.has(recording) || this.#stopping.has(recording)) return;
    const known = await this.#parts.book.find(recording);
    if (!known || (host !== undefined && known.host !== host)) return;
    const { run, storedMs: durationMs } = known;
    const file = { path: '', bytes: 0, durationMs, segments: { run, count: undefined } };
    const delivering = this.#deliverAs(known, file, durationMs);
    this.#delivering.add(delivering);
    await delivering.finally(() => this.#delivering.delete(delivering));
  }

  /** Finishes all that a lost host was recording and nobody goes on with. @throws the database's errors */
  async abandoned(host: string): Promise<void> {
    for (const recording of await this.#parts.book.begunOn(host)) await this.finish(recording, host);
  }

  /** Until what was stopped so far is sure to be delivered. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#delivering);
  }

  /** Stops what still runs: nothing that was recorded is lost with the process. */
  async endAll(): Promise<void> {
    for (const recording of this.#running.keys()) void this.deliver(recording);
    await this.settled();
  }

  #record(running: Running, voiceLeg: VoiceLegId): void {
    const { recording, label, order, limitMs } = running.what;
    this.#running.set(recording, running);
    this.#parts.recorder.start(recording, {
      voiceLeg,
      call: label.call,
      stereo: order.stereo,
      title: this.#titleOf(running.what),
      performer: label.lineName,
      ...(limitMs !== undefined && { limitMs: limitMs - running.earlierMs }),
      ...(running.run > 0 && { run: running.run }),
    });
  }

  /** Without it only this host knows of it; the next piece tries again. */
  #enter(what: BegunRecording): Promise<boolean> {
    return this.#parts.book.begin(what).then(
      () => true,
      (error: unknown) => {
        this.#parts.faults.report('recording', error, what.label.call);
        return false;
      },
    );
  }

  #guarded({ label }: BegunRecording, work: Promise<number>): Promise<number> {
    const delivering = work.catch((error: unknown) => {
      this.#parts.faults.report('recording', error, label.call);
      return 0;
    });
    this.#delivering.add(delivering);
    return delivering.finally(() => this.#delivering.delete(delivering));
  }

  async #handOver({ what, run, earlierMs, known }: Running): Promise<number> {
    const { recorder, book } = this.#parts;
    const file = await recorder.stop(what.recording);
    // What is entered later would be nobody's.
    await known;
    const durationMs = earlierMs + (file?.durationMs ?? 0);
    if (durationMs === 0) {
      await book.forget(what.recording, run);
      return 0;
    }
    const nothing = { path: '', bytes: 0, durationMs: 0, segments: { run, count: 0 } };
    return this.#deliverAs(what, file ?? nothing, durationMs);
  }

  async #deliverAs(what: BegunRecording, file: RecordedFile, durationMs: number): Promise<number> {
    const { delivery, texts, users } = this.#parts;
    const { recording, label, order, startedAt, startedBy } = what;
    const { user, owner, chat } = order;
    const language = await users.language(user).catch(() => undefined);
    await delivery.deliver({
      recording,
      file: { ...file, durationMs },
      user,
      owner,
      chat,
      title: this.#titleOf(what),
      performer: label.lineName,
      startedAt,
      caption: texts.render({ kind: 'recordingCaption', label, startedAt, durationMs, startedBy }, language).text,
    });
    return durationMs;
  }

  /** The party, as a player shows it. */
  #titleOf({ label, order }: BegunRecording): string {
    return this.#parts.texts.render({ kind: 'recordingTitle', label }, order.language).text;
  }
}
