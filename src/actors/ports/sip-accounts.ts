import type { LineId } from '../../machines/model/ids.ts';

/** What the SIP side must know of a line (product §3.4). Holds the password: never log it, never put it into a machine. */
export interface SipAccountSettings {
  readonly lineId: LineId;
  readonly login: string;
  readonly password: string;
  /** Host or host:port, written in From/To. */
  readonly domain: string;
  /** Host or host:port that is contacted; empty = domain. */
  readonly proxy: string;
  readonly transport: 'udp' | 'tcp' | 'tls';
  /** In order of preference, e.g. ['opus','alaw','mulaw']. */
  readonly codecs: readonly string[];
  /** Its server may stand in a private network or on this machine: the operator said where it is. */
  readonly mayBePrivate: boolean;
}

/** Where the SIP adapter gets a line's settings; asked at each bind and each call, so edits count from the next one. */
export interface SipAccounts {
  /** @throws when the line does not exist */
  settings(line: LineId): Promise<SipAccountSettings>;
}
