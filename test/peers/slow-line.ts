import dgram from 'node:dgram';
import { readSip, type SipText } from '../faults/support/sip-text.ts';

type Side = 'service' | 'proxy';

/** A message, and when it was passed on: a `performance.now()`. */
export interface Passed {
  readonly to: Side;
  readonly atMs: number;
  readonly message: SipText;
}

/**
 * A slow network between the service and its proxy, SIP over UDP: messages that meet on their way cross for certain only
 * when the way is long. Each side knows the other under ports of this line; what says otherwise, in Via, Route and Contact,
 * is rewritten.
 */
export class SlowLine {
  /** How long every message is on its way; order is kept. */
  readonly delayMs: Record<Side, number> = { service: 0, proxy: 0 };
  /** All that went by since `forget`, in order. */
  readonly passed: Passed[] = [];
  readonly #facing: Record<Side, dgram.Socket>;
  readonly #proxyPort: number;
  readonly #watchers = new Set<() => void>();
  #servicePort: number | undefined;
  #keeps: ((message: SipText) => boolean) | undefined;
  readonly #kept: (() => void)[] = [];
  #isClosed = false;

  private constructor(facing: Record<Side, dgram.Socket>, proxyPort: number) {
    this.#facing = facing;
    this.#proxyPort = proxyPort;
    facing.service.on('message', (bytes, from) => {
      this.#servicePort = from.port;
      this.#pass(bytes, 'proxy');
    });
    facing.proxy.on('message', (bytes) => this.#pass(bytes, 'service'));
  }

  static async to(proxyPort: number): Promise<SlowLine> {
    return new SlowLine({ service: await bound(), proxy: await bound() }, proxyPort);
  }

  /** Where the service finds its proxy: host:port. */
  get address(): string {
    return addressOf(this.#facing.service);
  }

  /** Keeps back what fits of that which is on its way to the service, until `releases`. */
  keepsBack(fits: (message: SipText) => boolean): void {
    this.#keeps = fits;
  }

  releases(): void {
    this.#keeps = undefined;
    for (const deliver of this.#kept.splice(0)) deliver();
  }

  /** Whenever something goes by. Returns the unsubscribe. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  forget(): void {
    this.passed.length = 0;
  }

  close(): void {
    this.#isClosed = true;
    for (const socket of Object.values(this.#facing)) socket.close();
  }

  #pass(bytes: Buffer, to: Side): void {
    const text = bytes.toString('latin1');
    const message = readSip(text);
    const deliver = () => {
      // What only keeps a way open says nothing.
      if (text.trim() !== '') this.passed.push({ to, atMs: performance.now(), message });
      this.#deliver(text, to);
      for (const watcher of this.#watchers) watcher();
    };
    if (to === 'service' && this.#keeps?.(message)) this.#kept.push(deliver);
    else if (this.delayMs[to] === 0) deliver();
    else setTimeout(deliver, this.delayMs[to]);
  }

  #deliver(text: string, to: Side): void {
    if (this.#isClosed) return;
    // What each side is to the other: a re-INVITE that told where the service really is would lead around this line.
    const names = [
      { real: `127.0.0.1:${this.#servicePort}`, ours: addressOf(this.#facing.proxy), hides: 'service' },
      { real: `127.0.0.1:${this.#proxyPort}`, ours: addressOf(this.#facing.service), hides: 'proxy' },
    ];
    const rewritten = names.reduce(
      (sip, { real, ours, hides }) => (hides === to ? sip.replaceAll(ours, real) : sip.replaceAll(real, ours)),
      text,
    );
    const port = to === 'proxy' ? this.#proxyPort : this.#servicePort;
    this.#facing[to].send(Buffer.from(rewritten, 'latin1'), port, '127.0.0.1');
  }
}

const addressOf = (socket: dgram.Socket): string => `127.0.0.1:${socket.address().port}`;

/** On a port of five digits, as ephemeral ones are: rewriting changes no length. */
async function bound(): Promise<dgram.Socket> {
  const socket = dgram.createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return socket;
}
