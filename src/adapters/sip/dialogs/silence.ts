import { Invitation, Inviter, type Session, SessionState } from 'sip.js';
import type { Account } from '../account.ts';
import { endCancelledInvite } from '../responses.ts';
import type { Stack } from '../stack.ts';
import { headerOf, parseMessage } from '../wire/message.ts';
import { abandon } from './abandon.ts';

/** Longer than any request is repeated, and than a call waits for its next owner. */
const MEMORY_MS = 600_000;

/** Calls that are another process's from now on: whatever we said about them would be heard as their owner's word. */
export class Silence {
  readonly #stack: Stack;
  /** Tokens of accounts by Call-ID: both ends of a call may live in this process. */
  readonly #calls = new Map<string, Set<string>>();

  constructor(stack: Stack) {
    this.#stack = stack;
  }

  /** May nothing be sent for this call? */
  covers(account: Account, callId: string): boolean {
    return this.#calls.get(callId)?.has(account.token) ?? false;
  }

  /** Is what arrives for this call nobody's here? */
  isKnown(callId: string): boolean {
    return this.#calls.has(callId);
  }

  /** From now on nothing is sent for the call of this session. */
  cover(account: Account, session: Session): void {
    const callId = callIdOf(session);
    if (callId === undefined) return;
    this.#calls.set(callId, (this.#calls.get(callId) ?? new Set()).add(account.token));
    this.#stack.time.after(MEMORY_MS, () => this.#calls.delete(callId));
  }

  /** Ends a covered session of the library in whatever state it is. */
  end(account: Account, session: Session): void {
    const callId = callIdOf(session);
    if (callId === undefined) return;
    this.#stack.server.forget(callId, account.token);
    const forgotten = this.#stack.client.forget(
      (branch, bytes) =>
        this.#stack.branches.read(branch)?.accountToken === account.token && callIdIn(bytes) === callId,
    );
    switch (session.state) {
      case SessionState.Initial:
      case SessionState.Establishing:
        // What it answers is swallowed.
        if (session instanceof Invitation) session.reject().catch(() => {});
        // The library waits for the end of its INVITE, and so is told of one.
        for (const { branch, method, bytes } of forgotten) {
          if (session instanceof Inviter && method === 'INVITE') endCancelledInvite(this.#stack, branch, bytes);
        }
        break;
      case SessionState.Established:
      case SessionState.Terminating:
        abandon(session);
        break;
      default:
    }
  }
}

const callIdOf = (session: Session): string | undefined =>
  session instanceof Inviter || session instanceof Invitation ? session.request.callId : session.dialog?.callId;

const callIdIn = (bytes: Buffer): string | undefined => {
  const message = parseMessage(bytes);
  return message === undefined ? undefined : headerOf(message.headers, 'call-id');
};
