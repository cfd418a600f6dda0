import { EpochMs } from './ids.ts';

/** From the first edit until edits apply by themselves (D-03). */
export const autoApplyMs = 300_000;

/** The deadline of a line's edits: this kind, at this prefix and the line's id. */
export const autoApplyKind = 'apply';
export const lineAddressPrefix = 'line/';

export const appliesAt = (pendingSince: number): EpochMs => EpochMs(pendingSince + autoApplyMs);
