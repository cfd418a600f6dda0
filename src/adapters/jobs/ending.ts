import { inTime } from './jobs-unavailable.ts';

interface Closable {
  close(force?: boolean): Promise<void>;
  disconnect(): Promise<void>;
}

const closingMs = 5_000;
const disconnectingMs = 1_000;

/** Takes at most 6 s. @param force without waiting for what is being done */
export async function end(part: Closable, force = false): Promise<void> {
  try {
    await inTime(part.close(force), closingMs, 'closing');
  } catch {
    // A client that was not closed dials for ever.
    await inTime(part.disconnect(), disconnectingMs, 'disconnecting').catch(() => {});
  }
}
