import type { HostilePeer, Received } from './hostile-peer.ts';
import { message, type SipText } from './sip-text.ts';

const addressIn = (value: string) => /<([^>]+)>/.exec(value)?.[1] ?? value;
const branch = () => `branch=z9hG4bK${crypto.randomUUID()}`;

/** A request within the dialog an INVITE from the service made. `tag`: the one it was answered with. */
export function requestWithin(invite: Received, method: string, tag: string, peer: HostilePeer): string {
  return message(`${method} ${addressIn(invite.header('contact'))} SIP/2.0`, [
    `Via: SIP/2.0/UDP ${peer.domain};${branch()}`,
    `From: ${invite.header('to')};tag=${tag}`,
    `To: ${invite.header('from')}`,
    `Call-ID: ${invite.header('call-id')}`,
    `CSeq: 1 ${method}`,
    'Max-Forwards: 70',
  ]);
}

/** A call of the peer's to the line's contact, one request at a time. */
export class CallToLine {
  readonly #peer: HostilePeer;
  readonly #port: number;
  readonly #callId = crypto.randomUUID();
  readonly #inviteBranch = branch();
  readonly #number: string;

  readonly #line: string;

  /** From `number` at the peer to `line` at our `port`. */
  constructor(peer: HostilePeer, port: number, number: string, line = '100') {
    this.#peer = peer;
    this.#port = port;
    this.#number = number;
    this.#line = line;
  }

  /** Sends a request; with `answer`, within the dialog it made. */
  sends(method: string, { answer, sdp }: { readonly answer?: SipText; readonly sdp?: string } = {}): void {
    // The ACK to a refusal belongs to the INVITE, that to a 2xx does not (RFC 3261 §17.1.1.3, §13.2.2.4).
    const isRefused = method === 'ACK' && (answer?.status ?? 0) >= 300;
    const isOfInvite = method === 'INVITE' || method === 'CANCEL' || isRefused;
    const headers = [
      `Via: SIP/2.0/UDP ${this.#peer.domain};${isOfInvite ? this.#inviteBranch : branch()}`,
      `From: <sip:${this.#number}@${this.#peer.domain}>;tag=h`,
      `To: ${answer?.header('to') ?? `<sip:${this.#line}@127.0.0.1>`}`,
      `Call-ID: ${this.#callId}`,
      `CSeq: ${method === 'BYE' ? 2 : 1} ${method}`,
      'Max-Forwards: 70',
      `Contact: <sip:${this.#number}@${this.#peer.domain}>`,
    ];
    this.#peer.send(message(`${method} sip:${this.#line}@127.0.0.1:${this.#port} SIP/2.0`, headers, sdp), this.#port);
  }

  /** The answer to a request of this call. */
  answer(method: string, status: number): Promise<Received> {
    return this.#peer.until(
      (one) => one.status === status && one.method === method && one.header('call-id') === this.#callId,
      `${status} to ${method}`,
    );
  }
}
