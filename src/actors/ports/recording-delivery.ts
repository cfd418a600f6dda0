import type { EpochMs, RecordingId, UserId } from '../../machines/model/ids.ts';
import type { RecordedSegment } from '../../machines/model/recorded-segment.ts';
import type { RecordedFile } from './recorder.ts';

/** Where and as what a recording is delivered (product §8). */
export interface Delivery {
  readonly recording: RecordingId;
  readonly file: RecordedFile;
  /** The user of the call: gets it in the conversation with the chat account where no chat is chosen. */
  readonly user: UserId;
  /** Gets it from the settings bot, with the reason, when the destination refuses for good. */
  readonly owner: UserId;
  /** The chosen group or channel: the Bot API's chat id. */
  readonly chat: string | undefined;
  readonly title: string;
  readonly performer: string;
  readonly startedAt: EpochMs;
  /** Whole caption, ready to be sent. */
  readonly caption: string;
}

/** Takes finished recordings and does not lose them: retried, split, kept until delivered, at most 7 days. */
export interface RecordingDelivery {
  /** Resolves once the delivery survives a restart of this process. */
  deliver(delivery: Delivery): Promise<void>;
  /** Brings a piece that is closed from this host's disk to where every host can read it; tried again until it is there. */
  take(segment: RecordedSegment): void;
}
