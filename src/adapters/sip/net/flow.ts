export type SipTransport = 'UDP' | 'TCP' | 'TLS';

/** A way to one peer: a UDP address pair or a stream connection (RFC 5626 §3.1). */
export interface Flow {
  readonly transport: SipTransport;
  readonly remote: Endpoint;
  readonly local: Endpoint;
  readonly isOpen: boolean;
  /** Rejects when the flow is gone. */
  send(bytes: Buffer): Promise<void>;
}

export interface Endpoint {
  /** IP address without brackets; IPv4 never in its IPv6 form. */
  readonly host: string;
  readonly port: number;
}

export const plainAddress = (address: string): string =>
  address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/^\[|\]$/g, '');

/** As URIs and Via write it. */
export const bracketed = (host: string): string => (host.includes(':') ? `[${plainAddress(host)}]` : host);
