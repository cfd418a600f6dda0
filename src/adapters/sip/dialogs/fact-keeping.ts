import { Invitation, type Session } from 'sip.js';
import type { DialogBeginning, DialogFacts, DialogKeeper } from '../../../actors/ports/sip-dialogs.ts';
import type { Account } from '../account.ts';
import { legOf } from '../calls/leg.ts';
import { agreedInterval, grantedInterval, type SessionInterval } from '../calls/session-timer.ts';
import { sessionOf } from '../directory.ts';
import type { Answer } from '../screening.ts';
import type { SipTime } from '../time.ts';
import { originalOf } from '../wire/core-message.ts';
import { tagOf } from '../wire/fields.ts';
import { type Header, headerOf, type SipMessage, type SipResponse } from '../wire/message.ts';
import { beginningOf, factsOf, type Heard, heardIn, isSame } from './facts.ts';

/** How long a message may wait for its facts to be kept. */
const KEEPING_TIMEOUT_MS = 500;

/** Sees to it that the facts of a dialog are kept before the message that makes them true leaves. */
export class FactKeeping {
  readonly #time: SipTime;
  #keeper: DialogKeeper | undefined;
  /** By account and Call-ID: messages of a call stay in their order. */
  readonly #waiting = new Map<string, Promise<void>>();
  readonly #heard = new WeakMap<Session, Heard>();
  readonly #told = new WeakMap<Session, DialogBeginning | DialogFacts>();

  constructor(time: SipTime) {
    this.#time = time;
  }

  keepWith(keeper: DialogKeeper): void {
    this.#keeper = keeper;
  }

  /** What the party said of itself, and with our 2xx or theirs of session timers. */
  hear(session: Session, headers: readonly Header[], interval: SessionInterval | undefined): void {
    this.#heard.set(session, heardIn(headers, interval, this.#heard.get(session)));
  }

  onAnswer(account: Account, response: SipResponse): void {
    const session = sessionOf(account, response);
    if (session !== undefined) this.hear(session, response.headers, agreedInterval(response.headers));
  }

  /** Nothing waits for what an UPDATE changed: the library does not know it, and its answer leaves by another way. */
  afterUpdate(account: Account, request: SipMessage, answer: Answer): Answer {
    const session = answer.status < 300 ? sessionOf(account, request) : undefined;
    if (session === undefined) return answer;
    this.#hearOwn(session, answer.headers ?? []);
    const facts = this.factsOf(account, session);
    if (facts !== undefined && this.#isNews(session, facts)) this.keepChanged(account, session).catch(() => {});
    return answer;
  }

  /** See `Stack.beforeSending`. */
  beforeSending(account: Account, message: SipMessage): Promise<void> | undefined {
    const callId = headerOf(message.headers, 'call-id') ?? '';
    const key = `${account.token} ${callId}`;
    const kept = this.#keep(account, message);
    const before = this.#waiting.get(key);
    if (kept === undefined) return before;
    const both = before === undefined ? kept : Promise.allSettled([before]).then(() => kept);
    // Whoever waits hears of it, and not before its turn.
    kept.catch(() => {});
    this.#waiting.set(key, both);
    const forget = () => {
      if (this.#waiting.get(key) === both) this.#waiting.delete(key);
    };
    both.then(forget, forget);
    return both;
  }

  /** The call goes on, whatever became of the facts. */
  async keepChanged(account: Account, session: Session): Promise<void> {
    const leg = legOf.get(session);
    const facts = leg && this.factsOf(account, session);
    const keeper = this.#keeper;
    if (keeper === undefined || leg === undefined || facts === undefined) return;
    this.#told.set(session, facts);
    await this.#patiently(session, () => keeper.changed(leg.facts.call, facts));
  }

  factsOf(account: Account, session: Session): DialogFacts | undefined {
    return factsOf(account, session, this.#heardOf(session));
  }

  #heardOf(session: Session): Heard {
    const heard = this.#heard.get(session);
    if (heard !== undefined) return heard;
    if (session instanceof Invitation) this.hear(session, originalOf(session.request)?.headers ?? [], undefined);
    return this.#heard.get(session) ?? { supported: [], allow: [], interval: undefined };
  }

  /** Undefined: the message says nothing new of its dialog. */
  #keep(account: Account, message: SipMessage): Promise<void> | undefined {
    const keeper = this.#keeper;
    const session = isTelling(message) ? sessionOf(account, message) : undefined;
    if (session === undefined) return undefined;
    if (message.kind === 'response' && !isBeginning(message)) this.#hearOwn(session, message.headers);
    const leg = legOf.get(session);
    if (keeper === undefined || leg === undefined || leg.facts.isOver) return undefined;
    const { call } = leg.facts;
    const localTag = tagOf(headerOf(message.headers, message.kind === 'request' ? 'from' : 'to'));
    if (isBeginning(message)) {
      const facts = localTag === undefined ? undefined : beginningOf(account, session, localTag);
      if (facts === undefined || !this.#isNews(session, facts)) return undefined;
      const kept = this.#patiently(session, () => keeper.begun(call, facts));
      // A call that was given up meanwhile is not made.
      return message.kind === 'response' ? kept : kept.then(() => this.#unlessOver(leg.facts));
    }
    const facts = this.factsOf(account, session);
    // An answer of another branch: it gets its BYE.
    if (facts === undefined || facts.localTag !== localTag || !isOf(facts, message)) return undefined;
    return this.#isNews(session, facts) ? this.#patiently(session, () => keeper.changed(call, facts)) : undefined;
  }

  #hearOwn(session: Session, headers: readonly Header[]): void {
    const { supported, allow } = this.#heardOf(session);
    this.#heard.set(session, { supported, allow, interval: grantedInterval(headers) });
  }

  #unlessOver(facts: { readonly isOver: boolean }): void {
    if (facts.isOver) throw new Error('the call was given up');
  }

  #isNews(session: Session, facts: DialogBeginning | DialogFacts): boolean {
    const told = this.#told.get(session);
    if (told !== undefined && isSame(told, facts)) return false;
    this.#told.set(session, facts);
    return true;
  }

  /** What could not be kept is told again with the next message. */
  #patiently(session: Session, keep: () => Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      const stop = this.#time.after(KEEPING_TIMEOUT_MS, resolve);
      const goOn = () => {
        stop();
        resolve();
      };
      const failed = () => {
        this.#told.delete(session);
        goOn();
      };
      try {
        keep().then(goOn, failed);
      } catch {
        failed();
      }
    });
  }
}

/** First INVITE and 18x; 2xx to INVITE, and ACK. */
const isTelling = (message: SipMessage): boolean =>
  message.kind === 'request'
    ? message.method === 'ACK' || isBeginning(message)
    : message.method === 'INVITE' && message.status > 100 && message.status < 300;

const isBeginning = (message: SipMessage): boolean =>
  message.kind === 'request'
    ? message.method === 'INVITE' && tagOf(headerOf(message.headers, 'to')) === undefined
    : message.status < 200;

const isOf = ({ remoteTag }: DialogFacts, message: SipMessage): boolean =>
  tagOf(headerOf(message.headers, message.kind === 'request' ? 'to' : 'from')) === remoteTag;
