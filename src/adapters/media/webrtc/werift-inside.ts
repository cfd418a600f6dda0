import type { Candidate, CandidatePair, Connection, Message, StunOverTurnProtocol, StunProtocol } from 'werift';

type Address = readonly [host: string, port: number];

/** One of werift's local transports: a UDP socket, or an allocation on a TURN server. */
export type LocalProtocol = StunProtocol | StunOverTurnProtocol;

/**
 * The private parts of werift 0.25.2's ICE agent that we use. Its own gathering opens sockets that cannot be made safe
 * (no `error` listener, one TURN server only, requests answered unchecked), so sockets are made here and handed to it.
 */
export interface ConnectionInside {
  readonly protocols: LocalProtocol[];
  readonly earlyChecks: unknown[];
  ensureProtocol(protocol: LocalProtocol): void;
  pairLocalProtocol(protocol: LocalProtocol): void;
  appendLocalCandidate(candidate: Candidate): void;
  buildRequest(options: {
    nominate: boolean;
    localUsername: string;
    remoteUsername: string;
    iceControlling: boolean;
    localCandidate: Candidate;
  }): Message;
  queryConsent(): void;
  setState(state: 'connected'): void;
}

/** What werift does with a datagram once we let it through. */
export interface DatagramSink {
  /** Of `StunProtocol`. */
  datagramReceived(data: Buffer, from: Address): void;
  /** Of `StunOverTurnProtocol`; looked up on the instance for each packet, so it can be replaced. */
  handleStunMessage: (data: Buffer, from: Address) => void;
}

/** Transaction ids werift remembers of each pair, for ever: one per STUN request of the peer. */
export interface PairInside {
  readonly requestTransactionIds: Set<string>;
}

const used = [
  'ensureProtocol',
  'pairLocalProtocol',
  'appendLocalCandidate',
  'buildRequest',
  'queryConsent',
  'setState',
];

/** @throws Error when the installed werift is not the one this was written for */
export const insideOf = (connection: Connection): ConnectionInside => {
  const inside = connection as unknown as ConnectionInside;
  const missing = used.filter((name) => typeof Reflect.get(inside, name) !== 'function');
  if (missing.length > 0 || !Array.isArray(inside.protocols) || !Array.isArray(inside.earlyChecks)) {
    throw new Error(`werift has changed inside: ${missing.join(', ') || 'protocols, earlyChecks'}`);
  }
  return inside;
};

export const sinkOf = (protocol: LocalProtocol): DatagramSink => protocol as unknown as DatagramSink;

export const pairInside = (pair: CandidatePair): PairInside => pair as unknown as PairInside;
