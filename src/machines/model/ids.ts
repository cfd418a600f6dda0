declare const brand: unique symbol;
type Id<Name extends string> = string & { readonly [brand]: Name };

/** A Telegram user, as the decimal digits of the 64-bit id. */
export type UserId = Id<'UserId'>;
/** A SIP account of ours (product word: line). */
export type LineId = Id<'LineId'>;
/** One party's call, and at the same time its SIP leg. */
export type CallId = Id<'CallId'>;
/** One Telegram call between a user and the chat account. */
export type VoiceLegId = Id<'VoiceLegId'>;
/** One recording of a call: one file in the end. */
export type RecordingId = Id<'RecordingId'>;
/** Whatever can be heard and spoken to: the media plane knows both kinds of leg by one id space. */
export type LegId = CallId | VoiceLegId;
/** Milliseconds since the Unix epoch. */
export type EpochMs = number & { readonly [brand]: 'EpochMs' };

export const UserId = (raw: string | number | bigint) => String(raw) as UserId;
export const LineId = (raw: string) => raw as LineId;
export const CallId = (raw: string) => raw as CallId;
export const VoiceLegId = (raw: string) => raw as VoiceLegId;
export const RecordingId = (raw: string) => raw as RecordingId;
export const EpochMs = (raw: number) => raw as EpochMs;
