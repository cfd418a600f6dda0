import type { Account } from '../account.ts';
import type { Flow } from '../net/flow.ts';
import type { Stack } from '../stack.ts';
import { parseCSeq, tagOf } from '../wire/fields.ts';
import { headerOf, headersOf, type SipResponse } from '../wire/message.ts';
import { splitOutside } from '../wire/split.ts';
import { parseNameAddress } from '../wire/uri.ts';

/** An answered call may be about to be resumed here; then it is not ended. */
const GRACE_MS = 2_000;
/** A 2xx is repeated for 32 s (RFC 3261 §13.3.1.4). */
const MEMORY_MS = 32_000;
const MAX_REMEMBERED = 1_000;

/**
 * A 2xx to the INVITE of a process that is gone, of a call that nobody wants any more: ACK to each repetition, and one BYE
 * (RFC 3261 §13.2.2.4), or the party would speak to nobody.
 */
export class LateAnswers {
  readonly #stack: Stack;
  readonly #ended = new Set<string>();

  constructor(stack: Stack) {
    this.#stack = stack;
  }

  take(response: SipResponse, flow: Flow): void {
    if (response.method !== 'INVITE' || response.status < 200 || response.status > 299) return;
    const answer = answerIn(response);
    const account = answer && this.#accountOf(answer, flow);
    if (answer === undefined || account === undefined) return;
    this.#stack.counters.count('late answers');
    const ack = requestAfter(account, answer, 'ACK', answer.cseq);
    // A transaction of its own (RFC 3261 §17.1.1.3), and none of the library's.
    ack.setViaHeader(`z9hG4bK${Math.floor(this.#stack.random() * 1e9)}`, account.transport);
    this.#stack.send(account, ack.toString()).catch(() => this.#stack.counters.count('send failures'));
    this.#endOnce(account, answer);
  }

  /** Only the line's own servers are believed: an ACK and a BYE go where an answer says. */
  #accountOf({ from, dialogId, callId }: LateAnswer, { remote }: Flow): Account | undefined {
    return this.#stack.accounts.all.find(
      (account) =>
        account.sources.has(remote.host) &&
        !this.#stack.silence.covers(account, callId) &&
        (account.core.dialogs.has(dialogId) ||
          (from.uri.user === account.addressOfRecord.user &&
            from.uri.host.toLowerCase() === account.addressOfRecord.host.toLowerCase())),
    );
  }

  #endOnce(account: Account, answer: LateAnswer): void {
    const { dialogId } = answer;
    if (this.#ended.has(dialogId) || this.#ended.size >= MAX_REMEMBERED) return;
    this.#ended.add(dialogId);
    this.#stack.time.after(MEMORY_MS, () => this.#ended.delete(dialogId));
    this.#stack.time.after(GRACE_MS, () => {
      if (this.#stack.accounts.all.some(({ core }) => core.dialogs.has(dialogId))) return;
      account.core.request(requestAfter(account, answer, 'BYE', answer.cseq + 1));
    });
  }
}

type LateAnswer = NonNullable<ReturnType<typeof answerIn>>;

/** What a dialog is made of (RFC 3261 §12.1.2). Undefined when it cannot be. */
const answerIn = (response: SipResponse) => {
  const address = (name: string) => parseNameAddress(headerOf(response.headers, name) ?? '');
  const [from, to, contact] = [address('from'), address('to'), address('contact')];
  const [fromTag, toTag] = [tagOf(headerOf(response.headers, 'from')), tagOf(headerOf(response.headers, 'to'))];
  const callId = headerOf(response.headers, 'call-id');
  const cseq = parseCSeq(headerOf(response.headers, 'cseq') ?? '')?.number;
  const routes = headersOf(response.headers, 'record-route').map((value) => splitOutside(value, ','));
  if (from === undefined || to === undefined || contact === undefined) return undefined;
  if (fromTag === undefined || toTag === undefined || !callId || cseq === undefined) return undefined;
  const routeSet = routes.flatMap((values) => values ?? []).reverse();
  return { from, to, contact, fromTag, toTag, callId, cseq, routeSet, dialogId: `${callId}${fromTag}${toTag}` };
};

const requestAfter = (account: Account, answer: LateAnswer, method: 'ACK' | 'BYE', cseq: number) => {
  const { from, to, contact, callId, fromTag, toTag, routeSet } = answer;
  return account.core.makeOutgoingRequestMessage(method, contact.uri, from.uri, to.uri, {
    callId,
    cseq,
    fromTag,
    toTag,
    routeSet,
  });
};
