import {
  Candidate,
  type CandidatePair,
  type Connection,
  classes,
  Message,
  methods,
  RTCIceGatherer,
  RTCIceParameters,
  RTCIceTransport,
} from 'werift';
import { formatCandidate, type IceCandidateLine, isLoopback } from './candidates.ts';
import { Gathering, type GatheringOptions } from './gathering.ts';
import type { Address, LocalPath } from './local-path.ts';
import { examineStun } from './stun-check.ts';
import { type ConnectionInside, insideOf, pairInside } from './werift-inside.ts';

export interface IceAgentOptions extends GatheringOptions {
  readonly role: 'caller' | 'callee';
}

export interface IceAgentEvents {
  candidate(sdpString: string): void;
  /** SRTP or SRTCP, from anywhere. */
  media(path: LocalPath, packet: Buffer, from: Address): void;
  /** A datagram that looks like DTLS, from a candidate of the peer: what of it may reach werift. */
  admitDtls(datagram: Buffer): readonly Buffer[];
  /** An authenticated STUN message from the peer. */
  alive(): void;
  /** A pair was nominated for the first time. */
  connected(): void;
  /** No answer from the peer for 30 s (RFC 7675). */
  failed(): void;
}

/** werift's numbers for the states of a pair (RFC 8445 §6.1.2.6). */
const pairState = { waiting: 1, succeeded: 3, failed: 4 } as const;
const mostRemoteCandidates = 64;
/** A checked peer may still appear from new ports; beyond this many we stop listening to new ones. */
const mostPairs = 256;
const mostEarlyChecks = 32;
const tickMs = 500;
const retryFailedPairsMs = 2000;
const livenessCheckMs = 2500;
/** Packets in a row from another of the peer's addresses before we answer there. */
const moveAfterPackets = 3;

/** ICE for one component (RFC 8445), around werift's agent: what it is told is checked first, what it forgets is done here. */
export class IceAgent {
  readonly transport: RTCIceTransport;
  readonly #connection: Connection;
  readonly #inside: ConnectionInside;
  readonly #gathering: Gathering;
  readonly #options: IceAgentOptions;
  readonly #events: IceAgentEvents;
  readonly #early: IceCandidateLine[] = [];
  readonly #ticker: NodeJS.Timeout;
  #started = false;
  #connected = false;
  #closed = false;
  #pair: CandidatePair | undefined;
  #path: LocalPath | undefined;
  #to: Address = ['', 0];
  #movedFrom = '';
  #movedPackets = 0;
  #ticks = 0;
  #mediaSince = 0;
  refusedStun = 0;

  constructor(options: IceAgentOptions, events: IceAgentEvents) {
    this.#options = options;
    this.#events = events;
    // No servers and no addresses: werift's own gathering is not used, and its default STUN server is a public one.
    const gatherer = new RTCIceGatherer({ useIpv4: false, useIpv6: false });
    this.transport = new RTCIceTransport(gatherer);
    this.#connection = gatherer.connection as Connection;
    delete this.#connection.stunServer;
    this.#inside = insideOf(this.#connection);
    this.#prepare();
    this.#gathering = new Gathering(this.#connection, options, (path, data, from) => this.#receive(path, data, from));
    this.#connection.onIceCandidate.subscribe((candidate) => this.#tell(candidate));
    this.#connection.stateChanged.subscribe((state) => {
      if (state === 'failed') events.failed();
    });
    this.#ticker = setInterval(() => this.#tick(), tickMs);
  }

  get ufrag(): string {
    return this.#connection.localUsername;
  }

  get pwd(): string {
    return this.#connection.localPassword;
  }

  gather(): Promise<void> {
    return this.#gathering.run();
  }

  /** The peer's parameters; others than before are an ICE restart, after which `ufrag` and `pwd` are new too. */
  setRemote(remote: { readonly ufrag: string; readonly pwd: string }): void {
    const { remoteUsername, remotePassword } = this.#connection;
    if (this.#started && remoteUsername === remote.ufrag && remotePassword === remote.pwd) return;
    if (this.#started) {
      this.transport.restart();
      this.#prepare();
      this.#gathering.again();
    }
    this.#started = true;
    const { ufrag: usernameFragment, pwd: password } = remote;
    this.transport.setRemoteParams(new RTCIceParameters({ usernameFragment, password, iceLite: false }));
    for (const candidate of this.#early.splice(0)) this.#pairWith(candidate);
    // It fails only when closed meanwhile; that is told elsewhere.
    this.transport.start().then(
      () => this.#nominate(),
      () => {},
    );
  }

  addCandidate(candidate: IceCandidateLine): void {
    const { addresses } = this.#options;
    // With loopback addresses only, as in tests and the sandbox, no packet may leave the machine.
    if (addresses?.every(isLoopback) && !isLoopback(candidate.host)) return;
    if (this.#started) this.#pairWith(candidate);
    else if (this.#early.length < mostRemoteCandidates) this.#early.push(candidate);
  }

  /** Memory for one outgoing packet, or undefined while there is no way to send. */
  slot(): Buffer | undefined {
    const { nominated, state } = this.#connection;
    if (nominated !== undefined && nominated !== this.#pair) this.#nominate();
    // Without consent nothing may be sent (RFC 7675 §5.1). During a restart the old pair goes on.
    return state === 'failed' ? undefined : this.#path?.slot();
  }

  /** Sends what stands in the memory `slot` gave. */
  send(packet: Buffer, length: number): void {
    this.#path?.send(packet, length, this.#to);
  }

  /** Tells the agent that authenticated media came from there. True when that is the nominated address of the peer. */
  heardFrom(path: LocalPath, from: Address): boolean {
    this.#mediaSince = 0;
    if (path === this.#path && from[1] === this.#to[1] && from[0] === this.#to[0]) {
      this.#movedPackets = 0;
      return true;
    }
    this.#follow(path, from);
    return false;
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#ticker);
    this.#gathering.close();
    this.transport.stop().catch(() => {});
  }

  #prepare(): void {
    this.#connection.iceControlling = this.#options.role === 'caller';
    // Ours come one by one, before and after the start: for werift the list is complete at any time.
    this.#connection.localCandidatesEnd = true;
  }

  #tell({ foundation, priority, host, port, type, relatedAddress, relatedPort }: Candidate): void {
    if (type !== 'host' && type !== 'srflx' && type !== 'relay') return;
    const related =
      relatedAddress === undefined || relatedPort === undefined
        ? {}
        : { related: { host: relatedAddress, port: relatedPort } };
    this.#events.candidate(formatCandidate({ foundation, priority, host, port, type, ...related }));
  }

  #pairWith({ foundation, priority, host, port, type }: IceCandidateLine): void {
    if (this.#connection.remoteCandidates.length >= mostRemoteCandidates) return;
    if (this.#connection.remoteCandidates.some((known) => known.host === host && known.port === port)) return;
    void this.#connection.addRemoteCandidate(new Candidate(foundation, 1, 'udp', priority, host, port, type));
  }

  /** RFC 7983: the first byte says whose datagram it is. */
  #receive(path: LocalPath, data: Buffer, from: Address): void {
    const first = data[0];
    if (first === undefined || this.#closed) return;
    if (first >= 128 && first < 192) this.#events.media(path, data, from);
    else if (first < 4) this.#receiveStun(path, data, from);
    else if (first >= 20 && first < 64) this.#receiveDtls(path, data, from);
  }

  #receiveStun(path: LocalPath, data: Buffer, from: Address): void {
    const verdict = examineStun(data, this.#connection.userHistory);
    if (verdict.kind === 'refused') this.refusedStun++;
    if (verdict.kind === 'other') pass(path, data, from);
    if (verdict.kind !== 'request') return;
    this.#events.alive();
    if (verdict.ufrag !== this.#connection.localUsername) return this.#answerAsBefore(path, data, from, verdict.ufrag);
    if (this.#inside.earlyChecks.length >= mostEarlyChecks) return;
    if (this.#connection.checkList.length >= mostPairs && !this.#isPeer(path, from)) return;
    pass(path, data, from);
  }

  /**
   * During a restart the peer keeps the old pair alive until it has our new parameters. werift would take such a check for one
   * of the new list and go back to the old fragment, so it is answered here (RFC 8445 §7.3.1.3).
   */
  #answerAsBefore(path: LocalPath, request: Buffer, to: Address, ufrag: string): void {
    const password = Buffer.from(this.#connection.userHistory[ufrag] ?? '');
    const transactionId = Buffer.from(request.subarray(8, 20));
    const response = new Message(methods.BINDING, classes.RESPONSE, transactionId).setAttribute(
      'XOR-MAPPED-ADDRESS',
      to,
    );
    path.protocol.sendStun(response.addMessageIntegrity(password).addFingerprint(), to).catch(() => {});
  }

  #receiveDtls(path: LocalPath, data: Buffer, from: Address): void {
    if (!this.#isPeer(path, from)) return;
    for (const datagram of this.#events.admitDtls(data)) pass(path, datagram, from);
  }

  #isPeer(path: LocalPath, from: Address): boolean {
    return this.#pairAt(path, from) !== undefined || (path === this.#path && isSame(this.#to, from));
  }

  #pairAt(path: LocalPath, from: Address): CandidatePair | undefined {
    return this.#connection.checkList.find((pair) => pair.protocol === path.protocol && isSame(pair.remoteAddr, from));
  }

  #nominate(): void {
    const pair = this.#connection.nominated;
    if (pair === undefined || this.#closed) return;
    this.#pair = pair;
    this.#path = this.#gathering.pathOf(pair.protocol);
    this.#to = pair.remoteAddr;
    this.#movedPackets = 0;
    if (this.#connected) return;
    this.#connected = true;
    this.#events.connected();
  }

  /**
   * The peer's media comes from elsewhere: its network changed, or both sides chose different pairs. werift keeps its first
   * nomination for ever, so we move by ourselves once the pair is checked; an unknown address is checked first.
   */
  #follow(path: LocalPath, from: Address): void {
    const source = `${from[0]} ${from[1]}`;
    this.#movedPackets = source === this.#movedFrom ? this.#movedPackets + 1 : 1;
    this.#movedFrom = source;
    if (this.#movedPackets < moveAfterPackets) return;
    const pair = this.#pairAt(path, from);
    if (pair?.state === pairState.succeeded) this.#connection.nominated = pair;
    // Once in 50 packets, a second of speech, and not more: each try is a transaction.
    if (this.#movedPackets % 50 !== moveAfterPackets) return;
    if (pair === undefined)
      this.#pairWith({ foundation: 'moved', priority: 1, host: from[0], port: from[1], type: 'host' });
    const fresh = this.#pairAt(path, from);
    if (fresh?.state === pairState.waiting || fresh?.state === pairState.failed) this.#connection.checkStart(fresh);
  }

  #tick(): void {
    this.#ticks++;
    const { nominated, state } = this.#connection;
    if (nominated === undefined) {
      if ((this.#ticks * tickMs) % retryFailedPairsMs === 0) this.#retryFailedPairs();
      return;
    }
    if (nominated !== this.#pair) this.#nominate();
    // A restart during the first connection leaves werift's own start waiting for a queue that is gone.
    if (state === 'new') {
      this.#inside.queryConsent();
      this.#inside.setState('connected');
    }
    if (pairInside(nominated).requestTransactionIds.size > 256) pairInside(nominated).requestTransactionIds.clear();
    this.#mediaSince += tickMs;
    if (this.#mediaSince > 1000 && (this.#ticks * tickMs) % livenessCheckMs === 0) this.#check(nominated);
  }

  /** werift tries a pair for 1.5 s and never again; behind two NATs the first ones rarely get through. */
  #retryFailedPairs(): void {
    for (const pair of this.#connection.checkList) {
      if (pair.state === pairState.failed) pair.updateState(pairState.waiting);
    }
  }

  /** Is the peer there although it sends no media? Its answer is authenticated by werift. */
  #check(pair: CandidatePair): void {
    const { localUsername, remoteUsername, remotePassword, iceControlling } = this.#connection;
    const { localCandidate } = pair;
    const names = { nominate: false, localUsername, remoteUsername, iceControlling, localCandidate };
    pair.protocol
      .request(this.#inside.buildRequest(names), pair.remoteAddr, Buffer.from(remotePassword), {
        retransmissions: 0,
        responseTimeout: livenessCheckMs - tickMs,
      })
      .then(() => this.#closed || this.#events.alive())
      .catch(() => {});
  }
}

const isSame = (a: Address, b: Address): boolean => a[1] === b[1] && a[0] === b[0];

/** Whatever werift makes of a datagram ends here: one that it cannot read is one that did not come. */
const pass = (path: LocalPath, data: Buffer, from: Address): void => {
  try {
    path.pass(data, from);
  } catch {
    // Nothing has changed.
  }
};
