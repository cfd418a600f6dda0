import type { EpochMs } from '../../machines/model/ids.ts';

/** How far registrars are from Workers, as their hosts measured it. */
export interface RegistrarRtts {
  /** @param registrar as `registrarOf` names it @param rttMs from a request to its answer */
  note(worker: string, registrar: string, rttMs: number, at: EpochMs): Promise<void>;
  /** In milliseconds, by Worker; of the last day. */
  to(registrar: string, at: EpochMs): Promise<ReadonlyMap<string, number>>;
}
