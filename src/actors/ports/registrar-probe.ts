import type { LineId } from '../../machines/model/ids.ts';

/** Asks a line's registrar for nothing but an answer. */
export interface RegistrarProbe {
  /**
   * From a request to its answer, whatever that says.
   * @returns milliseconds; undefined when there was none within 4 s, or the server may not be contacted
   */
  rttMs(line: LineId): Promise<number | undefined>;
}
