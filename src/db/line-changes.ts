import { watch } from './watching.ts';

/** Notified in the statement that adds, changes or removes a line. */
export const lineChannel = 'siptg_lines';

/**
 * Calls back at each change of lines, and after every reconnection, since changes meanwhile went unheard.
 * Returns the end of watching.
 */
export const watchLineChanges = (url: string, onChange: () => void): Promise<() => Promise<void>> =>
  watch(url, { channel: lineChannel, told: onChange, back: onChange });
