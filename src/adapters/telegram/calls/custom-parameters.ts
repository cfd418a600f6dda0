import type { Api } from 'telegram/tl/index.js';

/** Keys of `phoneCall.custom_parameters` that change the wire; all false by default. */
export interface CustomParameters {
  /** `network_signaling_nosctp`: sealed messages travel as they are. */
  readonly noSctp: boolean;
  /** `network_use_mtproto`: media sealed with the call key instead of DTLS-SRTP. Not implemented. */
  readonly sealedMedia: boolean;
  /** `network_standalone_reflectors`: Telegram's own relays only. Not implemented. */
  readonly reflectorsOnly: boolean;
}

/** What cannot be read is taken as absent: these are tuning switches, and the call works without them. */
export function readCustomParameters(data: Api.TypeDataJSON | undefined): CustomParameters {
  let parsed: unknown;
  try {
    parsed = data && data.data.length <= maxLength ? JSON.parse(data.data) : undefined;
  } catch {
    parsed = undefined;
  }
  const parameters = new Map(Object.entries(parsed ?? {}));
  return {
    noSctp: parameters.get('network_signaling_nosctp') === true,
    sealedMedia: parameters.get('network_use_mtproto') === true,
    reflectorsOnly: parameters.get('network_standalone_reflectors') === true,
  };
}

const maxLength = 65_536;
