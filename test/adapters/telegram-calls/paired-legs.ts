import { randomBytes } from 'node:crypto';
import type { WebRtcFact, WebRtcLegs, WebRtcLocal } from '../../../src/actors/ports/webrtc-legs.ts';
import type { LegId } from '../../../src/machines/model/ids.ts';

type OpenOptions = Parameters<WebRtcLegs['open']>[1];

export interface PairedLeg {
  readonly options: OpenOptions;
  readonly tell: (fact: WebRtcFact) => void;
  local: WebRtcLocal;
  remote?: { readonly ufrag: string; readonly pwd: string; readonly fingerprint: string };
  dtlsRole?: 'client' | 'server';
  readonly candidates: string[];
  readonly texts: string[];
  sending?: number;
  receiving?: { readonly ssrc: number; readonly payloadType: number };
  remotesSet: number;
  isClosed: boolean;
  isUp: boolean;
}

/** Where legs find each other, by ufrag. */
export class Ether {
  readonly legs: PairedLeg[] = [];

  /** Both know each other, with fitting DTLS roles and a candidate: they connect. */
  check(): void {
    for (const leg of this.legs) {
      const peer = this.legs.find(({ local }) => local.ufrag === leg.remote?.ufrag);
      if (!peer || leg.isUp || peer.isUp || leg.isClosed || peer.isClosed) continue;
      const fits =
        peer.remote?.ufrag === leg.local.ufrag &&
        peer.remote.fingerprint === leg.local.fingerprint &&
        leg.dtlsRole !== peer.dtlsRole &&
        (leg.candidates.length > 0 || peer.candidates.length > 0);
      if (!fits) continue;
      for (const side of [leg, peer]) {
        side.isUp = true;
        side.tell({ type: 'connected' });
        side.tell({ type: 'channelOpen' });
      }
    }
  }
}

/** The media plane, as far as signaling can tell. */
export class PairedLegs implements WebRtcLegs {
  readonly #ether: Ether;
  readonly #legs = new Map<LegId, PairedLeg>();
  readonly closed: LegId[] = [];
  /** False: as a peer that began the restart itself. */
  renewsOnRestart = true;
  beforeOpen: () => Promise<void> = () => Promise.resolve();

  constructor(ether: Ether) {
    this.#ether = ether;
  }

  /** The one leg there is or was. */
  get only(): PairedLeg {
    const [leg] = this.#legs.values();
    if (!leg) throw new Error('no leg was opened');
    return leg;
  }

  get openCount(): number {
    return [...this.#legs.values()].filter(({ isClosed }) => !isClosed).length;
  }

  async open(leg: LegId, options: OpenOptions, tell: (fact: WebRtcFact) => void): Promise<WebRtcLocal> {
    await this.beforeOpen();
    const local = newLocal();
    const made: PairedLeg = {
      options,
      tell,
      local,
      candidates: [],
      texts: [],
      remotesSet: 0,
      isClosed: false,
      isUp: false,
    };
    this.#legs.set(leg, made);
    this.#ether.legs.push(made);
    tell({ type: 'candidate', sdpString: 'candidate:1 1 udp 2122260223 127.0.0.1 40000 typ host' });
    return local;
  }

  async setRemote(
    leg: LegId,
    remote: NonNullable<PairedLeg['remote']>,
    dtlsRole: 'client' | 'server',
  ): Promise<WebRtcLocal> {
    await Promise.resolve();
    const known = this.#leg(leg);
    if (known.remote && known.remote.ufrag !== remote.ufrag) {
      if (this.renewsOnRestart) known.local = { ...known.local, ufrag: randomBytes(3).toString('hex') };
      known.isUp = false;
    }
    known.remotesSet++;
    known.remote = remote;
    known.dtlsRole = dtlsRole;
    this.#ether.check();
    return known.local;
  }

  addCandidate(leg: LegId, sdpString: string): void {
    this.#leg(leg).candidates.push(sdpString);
    this.#ether.check();
  }

  startSending(leg: LegId, payloadType: number): void {
    this.#leg(leg).sending = payloadType;
  }

  startReceiving(leg: LegId, ssrc: number, payloadType: number): void {
    this.#leg(leg).receiving = { ssrc, payloadType };
  }

  sendText(leg: LegId, text: string): void {
    this.#leg(leg).texts.push(text);
  }

  close(leg: LegId): void {
    this.closed.push(leg);
    const known = this.#legs.get(leg);
    if (known) known.isClosed = true;
  }

  #leg(leg: LegId): PairedLeg {
    const known = this.#legs.get(leg);
    if (!known || known.isClosed) throw new Error('no such leg');
    return known;
  }
}

function newLocal(): WebRtcLocal {
  const hexPairs = randomBytes(32).toString('hex').toUpperCase().match(/../g) ?? [];
  return {
    ufrag: randomBytes(2).toString('hex'),
    pwd: randomBytes(12).toString('hex'),
    fingerprint: hexPairs.join(':'),
    ssrc: randomBytes(4).readUInt32BE(),
  };
}
