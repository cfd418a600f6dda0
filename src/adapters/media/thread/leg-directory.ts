import type { Logger } from 'pino';
import type { MediaFact } from '../../../actors/ports/media.ts';
import type { RtpSession } from '../../../actors/ports/rtp-legs.ts';
import type { WebRtcFact } from '../../../actors/ports/webrtc-legs.ts';
import type { LegId, RecordingId, UserId } from '../../../machines/model/ids.ts';
import type { ToneName } from '../../../machines/model/tone.ts';
import type { ThreadLoad } from '../busy-meter.ts';
import type { FilePiece } from '../record/opus-file.ts';
import type { LegStatistics } from '../statistics.ts';
import { type LegKind, type MediaTotals, noMediaTotals, sumOfTotals } from '../totals.ts';
import { MediaThread } from './media-thread.ts';
import type { Order, Questions, Report, ThreadOptions } from './messages.ts';

const restartPauseMs = 1000;
/** Threads tell their load once a second. */
const silentMs = 5_000;

/** What the main thread knows of a leg: enough to make it again when its thread dies. */
export interface LegRecord {
  readonly id: LegId;
  readonly group: UserId;
  readonly place: ThreadPlace;
  /** SIP legs, once their port is bound. */
  port?: number;
  session?: RtpSession;
  /** Voice legs. */
  readonly webrtc?: (fact: WebRtcFact) => void;
  hears?: LegId | undefined;
  tone?: ToneName | undefined;
  music?: boolean;
}

/** One of the threads, through its restarts. */
export interface ThreadPlace {
  thread: MediaThread;
  load: ThreadLoad | undefined;
  /** Since it began last. */
  totals: MediaTotals;
  /** When it told so, in ms of the process. */
  beatAt: number;
}

/** Who takes what a thread records. */
export interface RecordingSink {
  readonly thread: MediaThread;
  piece(piece: FilePiece): void;
  full(): void;
  failed(detail: string): void;
}

interface LegDirectoryOptions {
  readonly threads: number;
  readonly thread: ThreadOptions;
  readonly log: Logger;
  /** Runs it at once, or when this host knows what is its own: asked for each fact. */
  readonly whenSure?: ((then: () => void) => void) | undefined;
  /** Told once of each leg that its thread has closed; not of those that a thread took with it. */
  readonly ended?: (leg: LegId, statistics: LegStatistics) => void;
}

/** Which leg is in which thread; who listens to what it tells; and what is done when a thread dies. */
export class LegDirectory {
  readonly #log: Logger;
  readonly #whenSure: (then: () => void) => void;
  readonly #threadOptions: ThreadOptions;
  readonly #places: ThreadPlace[];
  readonly recordings = new Map<RecordingId, RecordingSink>();
  readonly #legs = new Map<LegId, LegRecord>();
  readonly #watchers = new Map<LegId, Set<(fact: MediaFact) => void>>();
  readonly #ended: (leg: LegId, statistics: LegStatistics) => void;
  /** Of threads that died. */
  #totalsBefore = noMediaTotals;
  #closed = false;

  constructor({ threads, thread, log, ended = () => {}, whenSure = (then) => then() }: LegDirectoryOptions) {
    this.#log = log;
    this.#ended = ended;
    this.#whenSure = whenSure;
    this.#threadOptions = thread;
    this.#places = Array.from({ length: threads }, () => {
      const place = { load: undefined, totals: noMediaTotals, beatAt: performance.now() } as ThreadPlace;
      this.#start(place);
      return place;
    });
  }

  async ready(): Promise<void> {
    await Promise.all(this.#places.map(({ thread }) => thread.ready));
  }

  get(leg: LegId): LegRecord | undefined {
    return this.#legs.get(leg);
  }

  /** A new leg goes where its group is, else where there is most room. */
  add(id: LegId, group: UserId, webrtc?: (fact: WebRtcFact) => void): LegRecord {
    const record: LegRecord = { id, group, place: this.#placeFor(group), ...(webrtc && { webrtc }) };
    this.#legs.set(id, record);
    return record;
  }

  remove(id: LegId): void {
    const record = this.#legs.get(id);
    if (record === undefined) return;
    this.#legs.delete(id);
    for (const other of this.#legs.values()) if (other.hears === id) other.hears = undefined;
    record.place.thread.order({ type: 'close', leg: id });
  }

  order(leg: LegId, order: Order): void {
    this.#legs.get(leg)?.place.thread.order(order);
  }

  /** @throws Error when there is no such leg, or its thread refuses, dies, or does not answer within 10 s */
  ask<Type extends keyof Questions>(
    leg: LegId,
    type: Type,
    ask: Questions[Type]['ask'],
  ): Promise<Questions[Type]['answer']> {
    const record = this.#legs.get(leg);
    if (record === undefined) return Promise.reject(new Error('no such leg'));
    return record.place.thread.ask(type, ask);
  }

  /** False, and a line in the log, when the two can never be joined. */
  together(a: LegId, b: LegId): boolean {
    const [one, other] = [this.#legs.get(a), this.#legs.get(b)];
    if (one === undefined || other === undefined) return false;
    if (one.place !== other.place)
      this.#log.error({ ...this.#named(b), with: this.#named(a) }, 'legs of different groups cannot be joined');
    return one.place === other.place;
  }

  watch(leg: LegId, listener: (fact: MediaFact) => void): () => void {
    const watchers = this.#watchers.get(leg) ?? new Set();
    this.#watchers.set(leg, watchers);
    watchers.add(listener);
    return () => {
      watchers.delete(listener);
      if (watchers.size === 0 && this.#watchers.get(leg) === watchers) this.#watchers.delete(leg);
    };
  }

  load(): readonly (ThreadLoad | undefined)[] {
    return this.#places.map(({ load }) => load);
  }

  threads(): { readonly all: number; readonly alive: number } {
    const now = performance.now();
    return { all: this.#places.length, alive: this.#places.filter(({ beatAt }) => now - beatAt < silentMs).length };
  }

  /** About one second old. */
  totals(): MediaTotals {
    return this.#places.map(({ totals }) => totals).reduce(sumOfTotals, this.#totalsBefore);
  }

  /** How many legs there are. */
  legs(): Readonly<Record<LegKind, number>> {
    const telegram = [...this.#legs.values()].filter(({ webrtc }) => webrtc !== undefined).length;
    return { sip: this.#legs.size - telegram, telegram };
  }

  async stats(leg: LegId): Promise<LegStatistics | undefined> {
    return this.#legs.has(leg) ? await this.ask(leg, 'stats', { leg }) : undefined;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#legs.clear();
    await Promise.all(this.#places.map(({ thread }) => thread.stop()));
  }

  #placeFor(group: UserId): ThreadPlace {
    for (const record of this.#legs.values()) if (record.group === group) return record.place;
    const legsIn = (place: ThreadPlace) => [...this.#legs.values()].filter((record) => record.place === place).length;
    const [best] = this.#places.toSorted(
      (a, b) => (a.load?.level ?? 0) - (b.load?.level ?? 0) || legsIn(a) - legsIn(b),
    );
    return best as ThreadPlace;
  }

  #start(place: ThreadPlace): void {
    place.thread = new MediaThread(this.#threadOptions, {
      report: (report) => this.#report(place, report),
      died: (error) => void this.#died(place, error),
    });
  }

  #report(place: ThreadPlace, report: Report): void {
    if (report.type === 'media') {
      this.#whenSure(() => {
        for (const watcher of this.#watchers.get(report.leg) ?? []) watcher(report.fact);
      });
    } else if (report.type === 'webrtc') {
      this.#whenSure(() => this.#legs.get(report.leg)?.webrtc?.(report.fact));
    } else if (report.type === 'record.piece') {
      this.recordings.get(report.recording)?.piece(report.piece);
    } else if (report.type === 'record.full') {
      this.recordings.get(report.recording)?.full();
    } else if (report.type === 'record.failed') {
      this.recordings.get(report.recording)?.failed(report.detail);
    } else if (report.type === 'load') {
      // Late ticks of an idle thread are somebody else's work on this machine: worth knowing, no alarm.
      const level = report.load.busyShare > 0.5 ? 'warn' : 'debug';
      if (report.load.level > (place.load?.level ?? 0)) this.#log[level](report.load, 'media thread is overloaded');
      place.load = report.load;
      place.totals = report.totals;
      place.beatAt = performance.now();
    } else if (report.type === 'leg.ended') {
      this.#ended(report.leg, report.statistics);
    } else if (report.type === 'fault') {
      this.#log.error({ ...this.#named(report.leg), detail: report.detail }, 'fault in a media thread');
    }
  }

  /** As lines of the log name a leg. */
  #named(leg: LegId | undefined): { readonly callId?: LegId; readonly voiceLegId?: LegId } {
    if (leg === undefined) return {};
    return this.#legs.get(leg)?.webrtc ? { voiceLegId: leg } : { callId: leg };
  }

  /** SIP legs go on on their ports; voice legs have lost their keys. */
  async #died(place: ThreadPlace, error: Error | undefined): Promise<void> {
    if (this.#closed) return;
    this.#log.error({ err: error }, 'media thread died');
    place.load = undefined;
    this.#totalsBefore = sumOfTotals(this.#totalsBefore, place.totals);
    place.totals = noMediaTotals;
    place.beatAt = Number.NEGATIVE_INFINITY;
    // What its coders knew is lost, and with it the rest of these files.
    for (const sink of this.recordings.values()) if (sink.thread === place.thread) sink.failed('the media thread died');
    const legs = [...this.#legs.values()].filter((record) => record.place === place);
    await place.thread.ready.then(
      () => {},
      // It never began: the cause may pass, but not at once.
      () => (legs.length === 0 ? pause(restartPauseMs) : undefined),
    );
    if (this.#closed) return;
    this.#start(place);
    for (const record of legs) {
      if (record.webrtc === undefined) continue;
      this.#legs.delete(record.id);
      record.webrtc({ type: 'failed', detail: 'the media thread died' });
    }
    await Promise.all(legs.map((record) => this.#remake(record)));
    for (const { id, hears, tone, music } of legs) {
      if (!this.#legs.has(id)) continue;
      if (hears !== undefined) this.order(id, { type: 'hear', listener: id, speaker: hears });
      if (tone !== undefined) this.order(id, { type: 'playTone', leg: id, tone });
      if (music === true) this.order(id, { type: 'playMusic', leg: id });
    }
  }

  async #remake(record: LegRecord): Promise<void> {
    const { id, port, session, place } = record;
    if (record.webrtc !== undefined || port === undefined) return;
    try {
      const { taken } = await place.thread.ask('rtp.open', { leg: id, port });
      if (taken) this.#log.error({ callId: id, port }, 'the port of a leg was taken meanwhile');
      if (session !== undefined) place.thread.order({ type: 'rtp.apply', leg: id, session });
    } catch (error) {
      this.#log.error({ callId: id, err: error }, 'a leg could not be made again');
    }
  }
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
