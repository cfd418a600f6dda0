/** Round-trip estimate (RFC 3261 §17.1.1.1). */
export const T1_MS = 500;
/** Longest interval between repetitions of anything but INVITE. */
export const T2_MS = 4_000;
/** 64·T1: how long a transaction may take, and how long repetitions of it may arrive after its end. */
export const LIFETIME_MS = 64 * T1_MS;
