import type { EpochMs, LineId, UserId } from '../../machines/model/ids.ts';

/** How far registrars are from Workers, as their hosts measured it. */
export interface RegistrarRtts {
  /** @param registrar as `registrarOf` names it @param rttMs from a request to its answer */
  note(worker: string, registrar: string, rttMs: number, at: EpochMs): Promise<void>;
  /** Lines on Auto, one for each registrar that this Worker did not measure since; at most 100 of them, not always the same. */
  unmeasured(worker: string, since: EpochMs): Promise<readonly Unmeasured[]>;
  /** In milliseconds, by Worker; of the last day. */
  to(registrar: string, at: EpochMs): Promise<ReadonlyMap<string, number>>;
}

/** A line by which its registrar can be asked. */
export interface Unmeasured {
  readonly id: LineId;
  readonly owner: UserId;
  readonly template: string | undefined;
  readonly registrar: string;
}
