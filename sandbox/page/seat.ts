import { randomBytes } from 'node:crypto';
import type { WebSocket } from 'ws';
import type { CallDevice } from '../telegram/device.ts';
import type { PageFaults } from './faults.ts';
import { MediaRelay } from './media-relay.ts';
import { callJson } from './views.ts';

/**
 * One tab as a device of the person. It outlives a lost connection for a while, so that a call goes on; what is pushed
 * meanwhile waits, up to a bound.
 */
export class Seat {
  readonly id = randomBytes(12).toString('hex');
  readonly device: CallDevice;
  readonly #faults: PageFaults;
  readonly #unsubscribe: (() => void)[];
  readonly #relays = new Map<string, { readonly relay: Promise<MediaRelay>; forget: () => void }>();
  #socket: WebSocket | undefined;
  #missed: string[] = [];

  constructor(device: CallDevice, faults: PageFaults) {
    this.device = device;
    this.#faults = faults;
    this.#unsubscribe = [
      device.onCall((call) => {
        this.push({ type: 'call', call: callJson(call) });
        if (call.state === 'discarded') this.#closeRelay(call.id);
      }),
      device.onSignalingData((id, data) => this.push({ type: 'signal', id, data: data.toString('hex') })),
    ];
  }

  get isTaken(): boolean {
    return this.#socket !== undefined;
  }

  take(socket: WebSocket): void {
    this.#socket = socket;
  }

  /** What came while the page was away. */
  catchUp(): void {
    for (const missed of this.#missed.splice(0)) this.#socket?.send(missed);
  }

  leave(): void {
    this.#socket = undefined;
  }

  push(event: object): void {
    const text = JSON.stringify(event);
    if (!this.#socket) {
      if (this.#missed.length < mostMissed) this.#missed.push(text);
      return;
    }
    // A page that reads nothing must not fill our memory.
    if (this.#socket.bufferedAmount > mostUnsentBytes) this.#socket.terminate();
    else this.#socket.send(text);
  }

  /** The network of a call; the port on 127.0.0.1 at which the peer finds it. */
  async openRelay(callId: string): Promise<number> {
    const known = this.#relays.get(callId);
    if (known) return (await known.relay).port;
    const opened = { relay: MediaRelay.open(), forget: () => {} };
    this.#relays.set(callId, opened);
    const relay = await opened.relay;
    if (this.#relays.get(callId) !== opened) relay.close();
    else opened.forget = this.#faults.over(relay);
    return relay.port;
  }

  async relay(callId: string): Promise<MediaRelay | undefined> {
    return this.#relays.get(callId)?.relay;
  }

  /** The tab is gone for good; its calls die as those of a telephone without power. */
  close(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    for (const id of [...this.#relays.keys()]) this.#closeRelay(id);
    this.#socket?.terminate();
  }

  #closeRelay(callId: string): void {
    const opened = this.#relays.get(callId);
    this.#relays.delete(callId);
    opened?.relay.then(
      (relay) => {
        opened.forget();
        relay.close();
      },
      () => {},
    );
  }
}

const mostMissed = 256;
const mostUnsentBytes = 8 * 1024 * 1024;
