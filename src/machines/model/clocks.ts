/**
 * How far a host's clock may be from the database's. A lock lasts 7 s by its owner's clock, is renewed every 2 s at most, and on
 * PostgreSQL is judged by the clock of whoever checks: two hosts may be 5 s apart, each of them half of that from the database.
 */
export const clockLimitMs = 2_500;

/** By how much the other clock is at least ahead of ours, having been read between those two moments of ours; 0: maybe not at all. */
export const clockOffsetMs = (other: number, from: number, to: number): number =>
  other > to ? other - to : Math.min(0, other - from);

/** What to do about it. */
export const clockRemedy = (offsetMs: number): string =>
  `the clock of this host is ${clockWords(offsetMs)} the database's: set both, as by NTP`;

/** `1.5 s behind`, to be followed by whose. @param offsetMs by how much the other clock is ahead of ours */
export const clockWords = (offsetMs: number): string =>
  `${inWords(Math.abs(offsetMs))} ${offsetMs > 0 ? 'behind' : 'ahead of'}`;

const inWords = (ms: number): string =>
  ms < 120_000 ? `${(ms / 1_000).toFixed(1)} s` : `${Math.round(ms / 60_000)} minutes`;
