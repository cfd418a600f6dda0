import { RTCSctpTransport } from 'werift';
import type { AudioDtls } from './audio-dtls.ts';

/** Payload protocol identifiers (RFC 8831 §8). */
const ppid = { dcep: 50, text: 51, emptyText: 56 } as const;
/** Message types (RFC 8832 §8.2.1). */
const dcep = { open: 3, ack: 2 } as const;

const sctpPort = 5000;
/** The caller's choice in Telegram, whatever its DTLS role would suggest. */
const callersStream = 0;
const label = 'data';
/** Largest text either way; Telegram's MediaState has 150 bytes. */
const mostTextBytes = 65_536;
const mostWaitingTexts = 32;

/** Members of werift's SCTP that it keeps to itself. */
interface SctpInside {
  handleData(packet: Buffer): Promise<void>;
  /** What is left of the receive window; a peer that sends more than it was granted makes it negative. */
  readonly advertisedRwnd: number;
}

export interface DataChannelEvents {
  opened(): void;
  text(text: string): void;
}

/**
 * The one data channel of a Telegram call: label `data`, reliable and ordered, opened by the caller (RFC 8831, RFC 8832).
 *
 * werift's SCTP does the transport. Its own data channels are not used: an unknown payload type from the peer is an unhandled
 * rejection there, and the stream number follows the DTLS role instead of being 0.
 */
export class DataChannel {
  readonly #transport = new RTCSctpTransport(sctpPort);
  readonly #isCaller: boolean;
  readonly #events: DataChannelEvents;
  readonly #waiting: string[] = [];
  #stream = callersStream;
  #sending = 0;
  #open = false;
  #closed = false;

  constructor(dtls: AudioDtls, role: 'caller' | 'callee', events: DataChannelEvents) {
    this.#isCaller = role === 'caller';
    this.#events = events;
    this.#transport.setDtlsTransport(dtls);
    const { sctp } = this.#transport;
    sctp.onReceive.allUnsubscribe();
    sctp.onReceive.subscribe((stream, protocol, data) => this.#receive(stream, protocol, data));
    sctp.stateChanged.connected.subscribe(() => this.#associated());
    // As client werift does not answer the peer's INIT; both INITs cross safely because the peer answers ours.
    sctp.isServer = !this.#isCaller;
    dtls.dataReceiver = (packet) => this.#take(packet);
  }

  /** Call once DTLS is up. The caller begins; the callee waits for it. */
  start(): void {
    this.#transport.sctp.start(sctpPort).catch(() => {});
  }

  /** Sends at once, or as soon as the channel opens. Too long a text, or one too many to wait, is dropped. */
  sendText(text: string): void {
    if (this.#closed || Buffer.byteLength(text) > mostTextBytes) return;
    if (this.#open) this.#sendNow(text);
    else if (this.#waiting.length < mostWaitingTexts) this.#waiting.push(text);
  }

  close(): void {
    this.#closed = true;
    this.#transport.stop().catch(() => {});
  }

  #take(packet: Buffer): void {
    if (this.#closed) return;
    const { sctp } = this.#transport;
    const inside = sctp as unknown as SctpInside;
    // Junk rejects; a peer that overruns its window would fill our memory.
    inside.handleData(packet).catch(() => {});
    if (inside.advertisedRwnd < 0) this.close();
  }

  #associated(): void {
    if (this.#isCaller) this.#send(ppid.dcep, openMessage());
  }

  #receive(stream: number, protocol: number, data: Buffer): void {
    if (this.#closed) return;
    if (protocol === ppid.dcep && data[0] === dcep.open) this.#accept(stream);
    if (stream !== this.#stream) return;
    if (protocol === ppid.dcep && data[0] === dcep.ack) this.#opened();
    if (protocol === ppid.text && data.length <= mostTextBytes) this.#events.text(data.toString('utf8'));
    if (protocol === ppid.emptyText) this.#events.text('');
  }

  /** A browser that is the DTLS server opens stream 1 (RFC 8832 §6): the first one opened is the channel. */
  #accept(stream: number): void {
    if (!this.#open) this.#stream = stream;
    if (stream !== this.#stream) return;
    this.#send(ppid.dcep, Buffer.from([dcep.ack]));
    this.#opened();
  }

  #opened(): void {
    if (this.#open) return;
    this.#open = true;
    this.#events.opened();
    for (const text of this.#waiting.splice(0)) this.#sendNow(text);
  }

  #sendNow(text: string): void {
    // SCTP has no empty messages: one zero byte stands for it (RFC 8831 §6.6).
    if (text === '') this.#send(ppid.emptyText, Buffer.alloc(1));
    else this.#send(ppid.text, Buffer.from(text));
  }

  #send(protocol: number, data: Buffer): void {
    // Resolves once the peer has taken it in; one that never does must not pile up texts here.
    if (this.#sending >= mostWaitingTexts) return;
    this.#sending++;
    const sent = (): void => {
      this.#sending--;
    };
    this.#transport.sctp.send(this.#stream, protocol, data).then(sent, sent);
  }
}

/** DATA_CHANNEL_OPEN: reliable, priority 0 (RFC 8832 §5.1). */
const openMessage = (): Buffer => {
  const message = Buffer.alloc(12 + label.length);
  message.writeUInt8(dcep.open, 0);
  message.writeUInt16BE(label.length, 8);
  message.write(label, 12);
  return message;
};
