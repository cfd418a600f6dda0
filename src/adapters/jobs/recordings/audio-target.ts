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
   * @throws whose message says why, in words for a person, with `retryAfterMs` when Telegram named a time; it may have
   *   been sent all the same
   */
  sendAudio(to: string, audio: Audio, signal: AbortSignal): Promise<void>;
}

/** The settings bot: it can also say why. */
export interface BotTarget extends AudioTarget {
  say(to: string, text: string, signal: AbortSignal): Promise<void>;
}

export const reasonOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).slice(0, 300);

export function retryAfterMsOf(error: unknown): number {
  const { retryAfterMs } = (error ?? {}) as { retryAfterMs?: unknown };
  return typeof retryAfterMs === 'number' && retryAfterMs > 0 ? retryAfterMs : 0;
}
