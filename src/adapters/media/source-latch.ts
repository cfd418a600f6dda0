const consistentPackets = 3;
const silenceMs = 2000;

/**
 * Decides whose packets a plain RTP socket takes and where it sends: symmetric RTP (RFC 4961) against peers behind
 * NAT, without letting a stranger's packet take the call away.
 */
export class SourceLatch {
  readonly #strict: boolean;
  #host = '';
  #port = 0;
  #lastMs = -Infinity;
  #candidateHost = '';
  #candidatePort = 0;
  #candidateSsrc = 0;
  #candidatePackets = 0;
  /** Packets that were refused. */
  foreign = 0;

  /** `strict`: only the negotiated address is ever believed. */
  constructor(strict: boolean) {
    this.#strict = strict;
  }

  /** Where to send: the negotiated address until packets come from another. */
  get host(): string {
    return this.#host;
  }

  get port(): number {
    return this.#port;
  }

  /** The address of a new session description. Only a changed one overrules what packets have taught. */
  negotiated(host: string, port: number): void {
    this.#host = host;
    this.#port = port;
    this.#lastMs = -Infinity;
    this.#candidatePackets = 0;
  }

  /** True when a packet from there belongs to the leg. `ssrc` of a packet with a payload type that was negotiated. */
  accepts(host: string, port: number, ssrc: number, nowMs: number): boolean {
    if (port === this.#port && host === this.#host) {
      this.#lastMs = nowMs;
      this.#candidatePackets = 0;
      return true;
    }
    if (this.#strict || nowMs - this.#lastMs < silenceMs || !this.#consistent(host, port, ssrc)) {
      this.foreign++;
      return false;
    }
    this.#host = host;
    this.#port = port;
    this.#lastMs = nowMs;
    return true;
  }

  #consistent(host: string, port: number, ssrc: number): boolean {
    const same = host === this.#candidateHost && port === this.#candidatePort && ssrc === this.#candidateSsrc;
    this.#candidateHost = host;
    this.#candidatePort = port;
    this.#candidateSsrc = ssrc;
    this.#candidatePackets = same ? this.#candidatePackets + 1 : 1;
    return this.#candidatePackets >= consistentPackets;
  }
}
