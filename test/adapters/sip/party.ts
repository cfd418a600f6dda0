import type { SipLegFact } from '../../../src/actors/ports/sip-calls.ts';
import { type Header, headerOf, type SipMessage } from '../../../src/adapters/sip/wire/message.ts';
import { CallId, LineId, UserId } from '../../../src/machines/model/ids.ts';
import { eventually } from '../../support/eventually.ts';
import { requestTo, responseTo, sdp, type WiredStack } from './wired-stack.ts';

/** The other side of one answered call, message by message. */
export class Party {
  readonly call: CallId;
  readonly facts: SipLegFact[] = [];
  readonly #wired: WiredStack;
  readonly #dialog: Readonly<Record<'from' | 'to' | 'call-id', string>>;
  #sequence = 10;
  #read: number;

  private constructor(wired: WiredStack, call: CallId, dialog: Readonly<Record<'from' | 'to' | 'call-id', string>>) {
    this.#wired = wired;
    this.call = call;
    this.#dialog = dialog;
    this.#read = wired.sent.length;
    wired.calls.watch(call, (fact) => this.facts.push(fact));
  }

  /** We call it, and it answers. `headers` are those of its 200. */
  static async called(wired: WiredStack, headers: readonly Header[] = []): Promise<Party> {
    const call = CallId(crypto.randomUUID());
    wired.calls.invite(call, { line: LineId('office'), user: UserId(1), target: { kind: 'number', user: '600' } });
    const invite = await sentLast(wired, 'INVITE');
    const contact: Header = ['contact', '<sip:600@192.0.2.1:5060>'];
    wired.receive(responseTo(invite, 200, 'OK', { toTag: 'party', headers: [contact, ...headers], body: sdp() }));
    await sentLast(wired, 'ACK');
    return new Party(wired, call, {
      from: '<sip:600@pbx.test>;tag=party',
      to: headerOf(invite.headers, 'from') ?? '',
      'call-id': headerOf(invite.headers, 'call-id') ?? '',
    });
  }

  /** It calls us, and we answer. `headers` are those of its INVITE. */
  static async calling(wired: WiredStack, headers: Readonly<Record<string, string>> = {}): Promise<Party> {
    const offered = new Promise<CallId>((resolve) => wired.calls.onOffer(({ callId }) => resolve(callId)));
    const own = { from: '<sip:100@pbx.test>;tag=party', 'call-id': crypto.randomUUID() };
    wired.receive(requestTo('INVITE', { ...own, ...headers }, sdp()));
    const call = await offered;
    wired.calls.ring(call, UserId(1));
    wired.calls.answer(call);
    const answer = await sentLast(wired, '200');
    const dialog = { ...own, to: headerOf(answer.headers, 'to') ?? '' };
    wired.receive(requestTo('ACK', dialog));
    return new Party(wired, call, dialog);
  }

  get kinds(): readonly string[] {
    return this.facts.map(({ type }) => type);
  }

  /** What we sent last and it has not read yet: skips all before. @throws when it does not come */
  reads(kind: string): Promise<SipMessage> {
    return eventually(
      () => {
        const at = this.#wired.sentKinds.indexOf(kind, this.#read);
        const found = this.#wired.sent[at];
        if (found === undefined)
          throw new Error(`no ${kind}, only ${this.#wired.sentKinds.slice(this.#read).join(' ')}`);
        this.#read = at + 1;
        return found.message;
      },
      { interval: 2 },
    );
  }

  /** Does it find nothing of the kind, once all that is due has happened? */
  async readsNo(kind: string): Promise<boolean> {
    await new Promise(setImmediate);
    return this.#wired.sentKinds.indexOf(kind, this.#read) < 0;
  }

  answers(request: SipMessage, status: number, reason = '-', headers: readonly Header[] = [], body = ''): void {
    this.#wired.receive(responseTo(request, status, reason, { headers, body }));
  }

  /** 200 to a re-INVITE, with what it makes of our direction. */
  agrees(reinvite: SipMessage, direction: string, headers: readonly Header[] = []): void {
    const contact: Header = ['contact', '<sip:600@192.0.2.1:5060>'];
    this.answers(reinvite, 200, 'OK', [contact, ...headers], sdp('8 101', direction));
  }

  asks(method: string, headers: Readonly<Record<string, string>> = {}, body = ''): void {
    this.#wired.receive(
      requestTo(method, { ...this.#dialog, cseq: `${++this.#sequence} ${method}`, ...headers }, body),
    );
  }

  acknowledges(response: SipMessage, body = ''): void {
    const cseq = (headerOf(response.headers, 'cseq') ?? '').replace(/INVITE$/, 'ACK');
    this.#wired.receive(requestTo('ACK', { ...this.#dialog, cseq }, body));
  }

  /** re-INVITE; resolves with our answer, which is acknowledged. */
  async reinvites(direction: string, body = sdp('8 101', direction)): Promise<SipMessage> {
    this.asks('INVITE', {}, body);
    const answer = await this.reads('200');
    this.acknowledges(answer);
    return answer;
  }
}

const sentLast = (wired: WiredStack, kind: string): Promise<SipMessage> =>
  eventually(
    () => {
      const at = wired.sentKinds.lastIndexOf(kind);
      const found = wired.sent[at];
      if (found === undefined) throw new Error(`no ${kind}, only ${wired.sentKinds.join(' ')}`);
      return found.message;
    },
    { interval: 2 },
  );

/** o= of a description: its version. */
export const versionOf = (message: SipMessage): number => Number(/^o=\S+ \d+ (\d+)/m.exec(message.body)?.[1]);

export const directionOf = (message: SipMessage): string | undefined =>
  /^a=(sendrecv|sendonly|recvonly|inactive)\r?$/m.exec(message.body)?.[1];
