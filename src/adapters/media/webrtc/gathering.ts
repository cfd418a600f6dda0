import {
  Candidate,
  type Connection,
  candidateFoundation,
  candidatePriority,
  getHostAddresses,
  serverReflexiveCandidate,
} from 'werift';
import type { IceServer } from '../../../actors/ports/webrtc-legs.ts';
import {
  type Address,
  type Demultiplexer,
  type LocalPath,
  openHostPath,
  openRelayPath,
  resolve,
} from './local-path.ts';
import { type ConnectionInside, insideOf, type LocalProtocol } from './werift-inside.ts';

export interface GatheringOptions {
  readonly servers: readonly IceServer[];
  readonly relayOnly: boolean;
  readonly addresses?: readonly string[];
  readonly portRange?: readonly [number, number];
}

const mostAddresses = 8;
const mostServers = 3;
/** Preference of the first local address; each further one gets one less, as priorities must differ (RFC 8445 §5.1.2.1). */
const firstPreference = 65_535;

/** Opens the local ends of one ICE agent and announces them as candidates as they come (RFC 8445 §5.1.1). */
export class Gathering {
  readonly #connection: Connection;
  readonly #inside: ConnectionInside;
  readonly #options: GatheringOptions;
  readonly #receive: Demultiplexer;
  readonly #paths = new Map<LocalProtocol, LocalPath>();
  readonly #reflexive: Candidate[] = [];
  readonly #closing = new AbortController();

  constructor(connection: Connection, options: GatheringOptions, receive: Demultiplexer) {
    this.#connection = connection;
    this.#inside = insideOf(connection);
    this.#options = options;
    this.#receive = receive;
  }

  /** Settles when nothing more will come. Never rejects: an address or server that fails is left out. */
  async run(): Promise<void> {
    const { servers, relayOnly } = this.#options;
    const relays = servers.filter((server) => server.kind === 'turn').slice(0, mostServers);
    const hosts = relayOnly ? [] : this.#hosts().map((host, nth) => this.#openHost(host, nth));
    await Promise.allSettled([...hosts, ...relays.map((server, nth) => this.#openRelay(server, nth))]);
  }

  /** Announces what there is once more, under the agent's new fragment: an ICE restart keeps its sockets. */
  again(): void {
    for (const path of this.#paths.values()) {
      const { localCandidate } = path.protocol;
      if (localCandidate !== undefined) this.#announce(localCandidate);
    }
    for (const candidate of this.#reflexive) this.#announce(candidate);
  }

  pathOf(protocol: unknown): LocalPath | undefined {
    return this.#paths.get(protocol as LocalProtocol);
  }

  /** Ends what is under way; paths that were added are the agent's to close. */
  close(): void {
    this.#closing.abort();
  }

  #hosts(): readonly string[] {
    return (this.#options.addresses ?? getHostAddresses(true, true)).slice(0, mostAddresses);
  }

  async #openHost(host: string, nth: number): Promise<void> {
    const path = await openHostPath(host, this.#options.portRange, this.#receive);
    await this.#add(path, this.#candidate('host', path.address, nth, host));
    const stun = this.#options.servers.filter((server) => server.kind === 'stun').slice(0, mostServers);
    this.#closing.signal.throwIfAborted();
    await Promise.allSettled(stun.map((server) => this.#reflect(path, server, nth)));
  }

  async #reflect(path: LocalPath, server: IceServer, nth: number): Promise<void> {
    const seen = await serverReflexiveCandidate(path.protocol, [await resolve(server.host), server.port]);
    if (seen === undefined || this.#closing.signal.aborted) return;
    const known = this.#reflexive.some(({ host, port }) => host === seen.host && port === seen.port);
    if (known || (seen.host === path.address[0] && seen.port === path.address[1])) return;
    const candidate = this.#candidate('srflx', [seen.host, seen.port], nth, path.address[0], path.address);
    this.#reflexive.push(candidate);
    this.#announce(candidate);
  }

  async #openRelay(server: IceServer, nth: number): Promise<void> {
    const { host, port, username, password } = server;
    if (username === undefined || password === undefined) return;
    const account = { host, port, username, password };
    const path = await openRelayPath(account, this.#options.addresses, this.#receive, this.#closing.signal);
    await this.#add(path, this.#candidate('relay', path.address, nth, host, path.mapped));
  }

  async #add(path: LocalPath, candidate: Candidate): Promise<void> {
    if (this.#closing.signal.aborted) return path.close();
    this.#paths.set(path.protocol, path);
    this.#inside.ensureProtocol(path.protocol);
    path.protocol.localCandidate = candidate;
    this.#inside.protocols.push(path.protocol);
    this.#inside.pairLocalProtocol(path.protocol);
    this.#announce(candidate);
  }

  #announce(candidate: Candidate): void {
    this.#inside.appendLocalCandidate(candidate);
  }

  #candidate(
    type: 'host' | 'srflx' | 'relay',
    [host, port]: Address,
    nth: number,
    base: string,
    related?: Address,
  ): Candidate {
    const { generation, localUsername } = this.#connection;
    const priority = candidatePriority(type, { localPreference: firstPreference - nth });
    const foundation = candidateFoundation(type, 'udp', base);
    const [relatedHost, relatedPort] = related ?? [];
    const args = [foundation, 1, 'udp', priority, host, port, type, relatedHost, relatedPort, undefined] as const;
    return new Candidate(...args, generation, localUsername);
  }
}
