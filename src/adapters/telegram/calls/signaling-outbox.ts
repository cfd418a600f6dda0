import type { Logger } from 'pino';
import { Api } from 'telegram/tl/index.js';
import type { TelegramLink } from './link.ts';
import { OneAtATime } from './one-at-a-time.ts';
import { rpcErrorName } from './refusals.ts';

/** Sends signaling of one call, one packet after another: order matters without SCTP. */
export class SignalingOutbox {
  readonly #link: TelegramLink;
  readonly #peer: Api.InputPhoneCall;
  readonly #log: Logger;
  readonly #onCallOver: () => void;
  readonly #line = new OneAtATime();
  #waiting = 0;
  #isClosed = false;

  /** @param onCallOver the server knows this call no more */
  constructor(link: TelegramLink, peer: Api.InputPhoneCall, log: Logger, onCallOver: () => void) {
    this.#link = link;
    this.#peer = peer;
    this.#log = log;
    this.#onCallOver = onCallOver;
  }

  /** Drops the packet when too many wait: SCTP sends it again. */
  send(packet: Buffer): void {
    if (this.#isClosed || this.#waiting >= maxWaiting) return;
    this.#waiting++;
    void this.#line.run(() => this.#sendOne(packet)).finally(() => this.#waiting--);
  }

  close(): void {
    this.#isClosed = true;
  }

  async #sendOne(data: Buffer): Promise<void> {
    if (this.#isClosed) return;
    try {
      const request = new Api.phone.SendSignalingData({ peer: this.#peer, data });
      const isDelivered = await this.#link.invoke(request, sendTimeoutMs);
      if (!isDelivered) this.#over();
    } catch (error) {
      const name = rpcErrorName(error);
      if (name === 'CALL_NOT_ACTIVE' || name === 'CALL_PEER_INVALID') this.#over();
      else this.#log.warn({ error: name ?? (error instanceof Error ? error.name : 'unknown') }, 'signaling not sent');
    }
  }

  #over(): void {
    if (this.#isClosed) return;
    this.close();
    this.#onCallOver();
  }
}

const sendTimeoutMs = 5000;
const maxWaiting = 128;
