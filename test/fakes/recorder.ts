import type { RecordingStart } from '../../src/actors/recordings.ts';
import type { SoftphoneParts } from '../../src/actors/softphone.ts';
import type { RecordingId } from '../../src/machines/model/ids.ts';
import { UserId } from '../../src/machines/model/ids.ts';
import type { RecordingOrder } from '../../src/machines/model/recording-order.ts';

/** Nothing is recorded unless the user wants it. */
export const byHand: RecordingOrder = {
  user: UserId('1'),
  owner: UserId('1'),
  language: undefined,
  chat: undefined,
  stereo: false,
  automatic: false,
  locked: false,
  limitMs: undefined,
};

type Recordings = SoftphoneParts['recordings'];
type Fact = Parameters<Parameters<Recordings['watch']>[1]>[0];

/** A recorder played by the test: it writes down what it is told; its facts are told by the test. */
export class PlayedRecorder implements Recordings {
  readonly told: string[] = [];
  readonly #listeners = new Map<RecordingId, (fact: Fact) => void>();
  /** Length of what is delivered next. */
  lengthMs = 1_000;
  last: RecordingStart | undefined;

  start(what: RecordingStart): void {
    this.last = what;
    this.told.push(`start${what.limitMs === undefined ? '' : ` ${what.limitMs} ms`} by ${what.startedBy}`);
  }
  pause(): void {
    this.told.push('pause');
  }
  resume(): void {
    this.told.push('resume');
  }
  deliver(): Promise<number> {
    this.told.push('deliver');
    return Promise.resolve(this.lengthMs);
  }
  leave(): void {}

  deliverOf(user: UserId): void {
    this.told.push(`deliver what is left of ${user}`);
  }
  watch: Recordings['watch'] = (recording, listener) => {
    this.#listeners.set(recording, listener);
    return () => this.#listeners.delete(recording);
  };

  /** Told of the newest recording. */
  tells(fact: Fact): void {
    if (this.last) this.#listeners.get(this.last.recording)?.(fact);
  }
}
