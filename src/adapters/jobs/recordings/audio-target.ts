import { type DeliveryFault, NotDelivered } from '../../../machines/model/recording-faults.ts';

/** An audio file on its way to somebody. */
export interface Audio {
  /** The same for every attempt to send it, so that Telegram can know a repetition. */
  readonly key: string;
  readonly fileName: string;
  readonly title: string;
  readonly performer: string;
  readonly durationMs: number;
  readonly caption: string;
  readonly bytes: number;
  /** From the beginning, each time it is called. */
  read(): AsyncIterable<Uint8Array>;
}

/** Where audio files can be sent. */
export interface AudioTarget {
  /** Larger ones have to be split. */
  readonly maxBytes: number;
  /**
   * @throws NotDelivered, or what reading the file throws; it may have been sent all the same
   */
  sendAudio(to: string, audio: Audio, signal: AbortSignal): Promise<void>;
}

/** The settings bot: it can also say why. */
export interface BotTarget extends AudioTarget {
  say(to: string, text: string, signal: AbortSignal): Promise<void>;
}

export function faultOf(error: unknown): DeliveryFault {
  if (error instanceof NotDelivered) return error.why;
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  return code === undefined ? { kind: 'internal', words: String(error).slice(0, 300) } : { kind: 'file', words: code };
}

export const retryAfterMsOf = (error: unknown): number =>
  Math.max(0, (error instanceof NotDelivered ? error.retryAfterMs : undefined) ?? 0);
