import type { Referral as LibraryReferral } from 'sip.js';
import type { SipLegFact } from '../../../actors/ports/sip-calls.ts';
import type { HangupCause, SipReply } from '../../../machines/model/hangup-cause.ts';
import type { DialTarget } from '../../../machines/model/party.ts';
import { originalOf } from '../wire/core-message.ts';
import { type Header, headerOf } from '../wire/message.ts';
import { parametersOf } from '../wire/split.ts';
import { type NameAddress, parseNameAddress, unescapeUser } from '../wire/uri.ts';
import { replyOfCause } from './causes.ts';
import type { DialogContext } from './dialog-context.ts';

/** A REFER that nobody accepts or declines by then is declined: its sender repeats it for 32 s at most. */
const PATIENCE_MS = 10_000;
/** What NOTIFY says; it is said again before it is over. */
const SUBSCRIPTION_S = 60;

/** The party asks us to call somebody else (RFC 3515), and hears how that goes. */
export class Referral {
  readonly target: DialTarget;
  /** Headers of the INVITE this leads to (RFC 3892, RFC 3891). */
  readonly inviteHeaders: readonly string[];
  readonly #referral: LibraryReferral;
  readonly #context: DialogContext;
  readonly #eventHeader: string;
  #isOpen = true;
  #isEnded = false;
  #stopTimer: () => void;
  #notified: Promise<unknown> = Promise.resolve();

  /** `isFirst` in its dialog: the others are told apart by their CSeq (RFC 3515 §2.4.6). */
  constructor(referral: LibraryReferral, referTo: NameAddress, context: DialogContext, isFirst: boolean) {
    this.#referral = referral;
    this.#context = context;
    this.target = targetOf(referTo, context.account.addressOfRecord.host);
    this.inviteHeaders = inviteHeadersOf(referral, referTo);
    this.#eventHeader = `Event: refer${isFirst ? '' : `;id=${referral.request.cseq}`}`;
    this.#stopTimer = context.time.after(PATIENCE_MS, () => this.decline());
  }

  /** Neither accepted nor declined so far. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** 202, and from then on NOTIFYs: 100, and how the new call turns out. */
  accept(watch: (listener: (fact: SipLegFact) => void) => () => void): void {
    if (!this.#close()) return;
    const isSilent = /^\s*false\b/i.test(headerOf(this.#headers, 'refer-sub') ?? '');
    // RFC 4488 §4: the answer says that the wish not to be notified is obeyed.
    const extraHeaders = isSilent ? ['Refer-Sub: false'] : [];
    this.#referral.accept({ statusCode: 202, extraHeaders }).catch(() => {});
    if (isSilent) return;
    this.#notifyTrying();
    let stopWatching = () => {};
    let isOver = false;
    const finish = (outcome: SipReply) => {
      if (isOver) return;
      isOver = true;
      this.#stopTimer();
      stopWatching();
      this.#notify(outcome, 'terminated;reason=noresource');
    };
    stopWatching = watch((fact) => {
      if (fact.type === 'party.answered') finish({ status: 200, reason: 'OK' });
      else if (fact.type === 'party.hungUp') finish(outcomeOf(fact.cause));
    });
    // What had happened already was told at once.
    if (isOver) stopWatching();
  }

  decline(): void {
    if (this.#close()) this.#referral.reject({ statusCode: 603 }).catch(() => {});
  }

  /** The call is over. The outcome is still told: who hangs up after a REFER may want to know it (RFC 5589 §6). */
  close(): void {
    this.#isEnded = true;
    this.decline();
    this.#stopTimer();
  }

  get #headers(): readonly Header[] {
    return originalOf(this.#referral.request)?.headers ?? [];
  }

  #close(): boolean {
    if (!this.#isOpen) return false;
    this.#isOpen = false;
    this.#stopTimer();
    return true;
  }

  #notifyTrying(): void {
    this.#notify({ status: 100, reason: 'Trying' }, `active;expires=${SUBSCRIPTION_S}`);
    if (this.#isEnded) return;
    this.#stopTimer = this.#context.time.after((SUBSCRIPTION_S - 10) * 1_000, () => this.#notifyTrying());
  }

  /** One after the other: on the way they could overtake each other, and the later one would be refused. */
  #notify({ status, reason }: SipReply, state: string): void {
    const { dialog, account } = this.#context;
    const options = {
      extraHeaders: [this.#eventHeader, `Subscription-State: ${state}`, `Contact: <${account.contact}>`],
      body: {
        contentDisposition: 'render',
        contentType: 'message/sipfrag;version=2.0',
        content: `SIP/2.0 ${status} ${reason}\r\n`,
      },
    };
    this.#notified = this.#notified.then(
      () =>
        new Promise<void>((resolve) => {
          const done = () => resolve();
          dialog.notify({ onAccept: done, onReject: done, onRedirect: done }, options);
        }),
    );
    this.#notified.catch(() => {});
  }
}

/** Whom the party means. Undefined when it is nothing that could be called. */
export const referToOf = (referral: LibraryReferral): NameAddress | undefined => {
  const text = headerOf(originalOf(referral.request)?.headers ?? [], 'refer-to');
  const referTo = text === undefined ? undefined : parseNameAddress(text);
  if (referTo === undefined || !/^(sips?|tel)$/.test(referTo.uri.scheme)) return undefined;
  const method = /;method=([^;?]+)/i.exec(referTo.uri.toRaw())?.[1] ?? 'INVITE';
  return method.toUpperCase() === 'INVITE' ? referTo : undefined;
};

/** A number at the line's own domain is dialled as one; anything else as it was given, without the headers. */
const targetOf = ({ uri }: NameAddress, domain: string): DialTarget => {
  if (uri.scheme === 'sip' && uri.user && uri.host.toLowerCase() === domain.toLowerCase()) {
    return { kind: 'number', user: unescapeUser(uri.user) };
  }
  const text = uri.toRaw();
  return { kind: 'uri', uri: uri.hasHeaders ? text.slice(0, text.indexOf('?', text.indexOf('@') + 1)) : text };
};

const inviteHeadersOf = (referral: LibraryReferral, { uri }: NameAddress): string[] => {
  const referredBy = headerOf(originalOf(referral.request)?.headers ?? [], 'referred-by');
  const text = uri.toRaw();
  const headers = uri.hasHeaders
    ? parametersOf(text.slice(text.indexOf('?', text.indexOf('@') + 1) + 1).split('&'))
    : [];
  const replaces = new Map(headers).get('replaces');
  return [
    ...(referredBy === undefined ? [] : [`Referred-By: ${referredBy}`]),
    ...(replaces === undefined ? [] : [`Replaces: ${withoutLineBreaks(unescapeUser(replaces))}`]),
  ];
};

/** An escaped line break must not become a header of its own. */
const withoutLineBreaks = (text: string): string => text.replace(/[\p{Cc}]/gu, '');

const outcomeOf = (cause: HangupCause): SipReply => {
  const { status, reason } = replyOfCause(cause);
  return { status, reason };
};
