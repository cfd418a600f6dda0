import type { Core } from 'sip.js';
import { isUpdateAllowed } from '../capabilities.ts';
import { originalOf } from '../wire/core-message.ts';
import type { Header } from '../wire/message.ts';
import { type DialogContext, retarget } from './dialog-context.ts';
import {
  agreedInterval,
  answerInterval,
  minIntervalOf,
  refreshHeaders,
  type SessionInterval,
  SessionTimer,
} from './session-timer.ts';

/** Keeps the session timer of one call going: by UPDATE where the party knows it, else by re-INVITE. */
export class SessionRefresh {
  readonly #context: DialogContext;
  readonly #intervalS: number;
  readonly #events: SessionRefreshEvents;
  readonly #timer: SessionTimer;
  #canUpdate = false;
  #isUnderWay = false;
  #minS: number | undefined;

  constructor(context: DialogContext, intervalS: number, events: SessionRefreshEvents) {
    this.#context = context;
    this.#intervalS = intervalS;
    this.#events = events;
    this.#timer = new SessionTimer(context.time, {
      onRefreshDue: () => this.#refresh(),
      onExpired: () => events.onLost('the session was not refreshed'),
    });
  }

  begin(agreed: SessionInterval | undefined, peer: readonly Header[]): void {
    this.#canUpdate = isUpdateAllowed(peer);
    this.#timer.restart(agreed);
  }

  restart(agreed: SessionInterval | undefined): void {
    this.#timer.restart(agreed);
  }

  /** Of the next re-INVITE or UPDATE. */
  headers(): string[] {
    return refreshHeaders(this.#timer.agreed, this.#minS);
  }

  answerTo(request: readonly Header[]): ReturnType<typeof answerInterval> {
    return answerInterval(request, this.#intervalS, this.#timer.agreed);
  }

  onAccepted(response: readonly Header[]): void {
    this.#timer.restart(agreedInterval(response));
  }

  /** 422: the next try says what was asked for. False when that was said already. */
  onIntervalTooSmall(response: readonly Header[]): boolean {
    const minS = minIntervalOf(response);
    if (minS === undefined || minS <= (this.#minS ?? 0)) return false;
    this.#minS = minS;
    return true;
  }

  close(): void {
    this.#timer.stop();
  }

  #refresh(): void {
    if (this.#isUnderWay) return;
    this.#isUnderWay = true;
    const done = () => {
      this.#isUnderWay = false;
    };
    // A refusal leaves it to the timer to try again, or to end the call.
    if (this.#canUpdate) this.#update(done);
    else {
      this.#events
        .reinvite()
        .catch(() => {})
        .finally(done);
    }
  }

  #update(done: () => void): void {
    const { dialog, account } = this.#context;
    const message = dialog.createOutgoingRequestMessage('UPDATE', {
      extraHeaders: [`Contact: <${account.contact}>`, ...this.headers()],
    });
    const refused = ({ message: response }: Core.IncomingResponse) => {
      done();
      const status = response.statusCode ?? 500;
      if (status === 408 || status === 481) this.#events.onLost(`${status} to UPDATE`);
      else if (status === 422) this.onIntervalTooSmall(originalOf(response)?.headers ?? []);
      else if (status === 405 || status === 501) {
        this.#canUpdate = false;
        this.#refresh();
      }
    };
    account.core.request(message, {
      onAccept: ({ message: response }) => {
        done();
        if (this.#timer.agreed === undefined) return;
        const original = originalOf(response);
        retarget(dialog, original);
        this.onAccepted(original?.headers ?? []);
      },
      onReject: refused,
      onRedirect: refused,
    });
  }
}

export interface SessionRefreshEvents {
  /** A re-INVITE that changes nothing. */
  reinvite(): Promise<void>;
  onLost(detail: string): void;
}
