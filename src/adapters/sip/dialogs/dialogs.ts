import type { Session } from 'sip.js';
import type { RtpLegs } from '../../../actors/ports/rtp-legs.ts';
import {
  type DialogFacts,
  type DialogKeeper,
  DialogUnreachable,
  type SipDialogs,
} from '../../../actors/ports/sip-dialogs.ts';
import type { CallId, UserId } from '../../../machines/model/ids.ts';
import type { Account } from '../account.ts';
import type { Accounts } from '../accounts.ts';
import type { Calls } from '../calls/calls.ts';
import { MediaLeg } from '../calls/media-leg.ts';
import { LIFETIME_MS } from '../protocol-timers.ts';
import type { Stack } from '../stack.ts';
import type { FactKeeping } from './fact-keeping.ts';
import { ResumedLeg } from './resumed-leg.ts';
import { CSEQ_GAP, requestIn, type SavedDialog, savedDialogOf } from './saved-dialog.ts';

const END_TIMEOUT_MS = 10_000;

/** Dialogs that began in another process, or go on in one. */
export class Dialogs implements SipDialogs {
  readonly #stack: Stack;
  readonly #accounts: Accounts;
  readonly #calls: Calls;
  readonly #rtp: RtpLegs;
  readonly #keeping: FactKeeping;

  constructor(stack: Stack, accounts: Accounts, calls: Calls, rtp: RtpLegs, keeping: FactKeeping) {
    this.#stack = stack;
    this.#accounts = accounts;
    this.#calls = calls;
    this.#rtp = rtp;
    this.#keeping = keeping;
  }

  keepWith(keeper: DialogKeeper): void {
    this.#keeping.keepWith(keeper);
  }

  dialogFacts(call: CallId): DialogFacts | undefined {
    const session = this.#calls.legFor(call)?.session;
    const account = session && this.#accountOf(session);
    return session && account && this.#keeping.factsOf(account, session);
  }

  resumeDialog(call: CallId, user: UserId, facts: DialogFacts): void {
    const saved = savedDialogOf(facts);
    const leg = this.#calls.adopt(call, (told) => new ResumedLeg(told, saved, this.#stack, this.#keeping));
    if (leg === undefined) return;
    this.#resume(leg, saved, user)
      .catch((error: unknown) => {
        this.#stack.log.warn({ callId: call, err: error }, 'a call could not be resumed');
        leg.hangUp({ kind: 'connection-lost', detail: 'the call could not be resumed' });
      })
      .then(() => (leg.owesBye ? this.endDialog(facts) : undefined))
      .catch((error: unknown) => this.#stack.log.warn({ callId: call, err: error }, 'a lost call could not be ended'));
  }

  async endDialog(facts: DialogFacts): Promise<void> {
    const saved = savedDialogOf(facts);
    const leg = this.#calls.legInDialog(saved.facts.sipCallId, saved.facts.localTag);
    if (leg !== undefined) {
      leg.hangUp({ kind: 'normal' });
      return;
    }
    let account: Account;
    try {
      account = await this.#accounts.of(saved.facts.line);
      await this.#reach(account, saved);
    } catch (cause) {
      throw new DialogUnreachable('no way to the server of the line', { cause });
    }
    await this.#bye(account, saved).finally(() => this.#forgetWayBack(account, saved));
  }

  dropSilently(call: CallId): void {
    const leg = this.#calls.legFor(call);
    if (leg === undefined) {
      this.#calls.hangUp(call, { kind: 'shutdown' });
      return;
    }
    const { session } = leg;
    const account = session && this.#accountOf(session);
    // First, or whoever hears of the end would say a word.
    if (session && account) this.#stack.silence.cover(account, session);
    leg.drop();
    if (session && account) this.#stack.silence.end(account, session);
  }

  async #resume(leg: ResumedLeg, saved: SavedDialog, user: UserId): Promise<void> {
    const { call } = leg.facts;
    const account = await this.#accounts.of(saved.facts.line);
    const { codecs } = account.settings;
    const onAgreed = () => leg.onAgreed();
    const media = new MediaLeg(this.#rtp, call, codecs, this.#stack.time, onAgreed, saved.description);
    leg.begin(account, media);
    leg.facts.watch(({ type }) => type === 'party.hungUp' && this.#forgetWayBack(account, saved));
    const opened = leg.facts.isOver ? undefined : media.open(user);
    await Promise.all([this.#reach(account, saved), opened]);
    await leg.resume(account);
  }

  async #reach(account: Account, saved: SavedDialog): Promise<void> {
    let failure: unknown;
    for (const hop of await this.#accounts.hops(account)) {
      try {
        await this.#accounts.reach(account, hop);
        this.#rememberWayBack(account, saved);
        return;
      } catch (error) {
        this.#stack.hops.avoid(hop);
        failure = error;
      }
    }
    throw failure;
  }

  /** Without a recorded route the way back is the one the INVITE came by. */
  #rememberWayBack(account: Account, { facts: { cameFrom, sipCallId } }: SavedDialog): void {
    if (cameFrom === undefined || account.transport !== 'UDP' || !this.#stack.mayContact(account, cameFrom)) return;
    account.returnFlows.set(sipCallId, this.#stack.sockets.udp(cameFrom));
  }

  /** The BYE may have to be repeated with credentials. */
  #forgetWayBack(account: Account, { facts }: SavedDialog): void {
    this.#stack.time.after(LIFETIME_MS, () => account.returnFlows.delete(facts.sipCallId));
  }

  #bye(account: Account, saved: SavedDialog): Promise<void> {
    // More than a re-INVITE that nobody heard the answer of may have used.
    const message = requestIn(account, saved, 'BYE', saved.facts.localCSeq + 2 * CSEQ_GAP);
    return new Promise((resolve, reject) => {
      const stop = this.#stack.time.after(END_TIMEOUT_MS, () => reject(new DialogUnreachable('no answer to BYE')));
      const done = () => {
        stop();
        resolve();
      };
      account.core.request(message, {
        onAccept: done,
        onRedirect: done,
        // 408 and 503 are also what the core makes up when nobody answers; the limit above comes first, or says the same.
        onReject: ({ message: { statusCode } }) => {
          if (statusCode !== 408 && statusCode !== 503) return done();
          stop();
          reject(new DialogUnreachable(`${statusCode} to BYE`));
        },
      });
    });
  }

  #accountOf(session: Session): Account | undefined {
    return this.#stack.accounts.all.find(({ sessions }) => sessions.has(session));
  }
}
