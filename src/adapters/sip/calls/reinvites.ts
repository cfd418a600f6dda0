import type { Core } from 'sip.js';
import { RequestRefused } from '../../../actors/ports/sip-calls.ts';
import { allow } from '../capabilities.ts';
import { originalOf } from '../wire/core-message.ts';
import { type Header, headerOf } from '../wire/message.ts';
import { type DialogContext, retarget } from './dialog-context.ts';
import type { Gate } from './gate.ts';

/** A little over timer B: a party that only says 100 is not waited for longer, its re-INVITE is cancelled. */
const PATIENCE_MS = 33_000;
/** After the end of the call a party should answer what is pending (RFC 3261 §15.1.2); not all do. */
const LAST_PATIENCE_MS = 2_000;
/** Longer than that RFC 3261 §14.2 does not let anybody wait. */
const MAX_RETRY_AFTER_S = 10;
const MAX_QUEUED = 8;

/** Our re-INVITEs within one call, one after the other (RFC 3261 §14.1). */
export class Reinvites {
  readonly #context: DialogContext;
  readonly #peerRequest: Gate;
  readonly #events: ReinviteEvents;
  readonly #ended = new AbortController();
  #queue: Promise<unknown> = Promise.resolve();
  #queued = 0;
  #giveUpAfter: ((ms: number) => void) | undefined;

  /** `peerRequest` is closed as long as an INVITE of the party is not acknowledged. */
  constructor(context: DialogContext, peerRequest: Gate, events: ReinviteEvents) {
    this.#context = context;
    this.#peerRequest = peerRequest;
    this.#events = events;
  }

  /**
   * Makes an offer when its turn has come; undefined: there is nothing to say any more.
   * @throws RequestRefused when the party does not take it, or the call ends
   */
  offer(describe: () => string | undefined): Promise<void> {
    if (this.#queued >= MAX_QUEUED) return Promise.reject(new RequestRefused(500, 'Too Many Requests'));
    this.#queued++;
    const done = this.#queue.then(() => this.#negotiate(describe)).finally(() => this.#queued--);
    this.#queue = done.catch(() => {});
    return done;
  }

  /** The call is over. */
  close(): void {
    this.#ended.abort();
    this.#giveUpAfter?.(LAST_PATIENCE_MS);
  }

  async #negotiate(describe: () => string | undefined): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      await this.#unlessEnded(this.#peerRequest.whenOpen());
      if (this.#ended.signal.aborted) throw noCall();
      const body = describe();
      if (body === undefined) return;
      const reply = await this.#unlessEnded(this.#send(body));
      if (reply.status < 300) return;
      // The party knows nothing of the call (RFC 5057 §5.1).
      if (reply.status === 408 || reply.status === 481) this.#events.onLost(reply.status);
      const retryMs = attempt > 1 ? undefined : this.#retryDelay(reply);
      if (retryMs === undefined) throw new RequestRefused(reply.status, reply.reason);
      await this.#pause(retryMs);
    }
  }

  #send(body: string): Promise<Reply> {
    const { dialog, descriptions, account } = this.#context;
    return new Promise((resolve) => {
      const settle = (reply: Reply) => {
        this.#stopGivingUp();
        resolve(reply);
      };
      const refused = ({ message }: { readonly message: Core.IncomingResponseMessage }) => {
        descriptions.rollBack();
        settle(replyOf(message));
      };
      const options = {
        extraHeaders: [`Contact: <${account.contact}>`, `Allow: ${allow}`, ...this.#events.headers()],
        body: { contentDisposition: 'session', contentType: 'application/sdp', content: body },
      };
      try {
        const delegate = {
          onAccept: (response: Core.AckableIncomingResponseWithSession) => settle(this.#accept(response)),
          onReject: refused,
          onRedirect: refused,
        };
        this.#watchPatience(dialog.invite(delegate, options));
      } catch {
        // Another re-INVITE is under way, of which we were not told.
        descriptions.rollBack();
        settle({ status: 491, reason: 'Request Pending', headers: [] });
      }
    });
  }

  /** A 2xx is acknowledged whatever it says; without a usable answer things stay as they were. */
  #accept(response: Core.AckableIncomingResponseWithSession): Reply {
    const { dialog, descriptions } = this.#context;
    const { message } = response;
    const reply = replyOf(message);
    let accepted: Reply = reply;
    try {
      if (!this.#ended.signal.aborted) descriptions.take(message.body);
    } catch {
      descriptions.rollBack();
      dialog.signalingStateRollback();
      accepted = { status: 488, reason: 'Not Acceptable Here', headers: [] };
    }
    response.ack();
    if (!this.#ended.signal.aborted) {
      retarget(dialog, originalOf(message));
      this.#events.onAccepted(reply.headers);
    }
    return accepted;
  }

  #watchPatience(request: Core.OutgoingInviteRequest): void {
    let stop = () => {};
    this.#giveUpAfter = (ms) => {
      stop();
      stop = this.#context.time.after(ms, () => request.cancel());
    };
    this.#stopGivingUp = () => {
      stop();
      this.#giveUpAfter = undefined;
    };
    this.#giveUpAfter(PATIENCE_MS);
  }

  #stopGivingUp = () => {};

  /** Milliseconds until it makes sense to try again; undefined: it does not. */
  #retryDelay({ status, headers }: Reply): number | undefined {
    if (status === 491) {
      // RFC 3261 §14.1: the owner of the Call-ID waits longer, in steps of 10 ms, so that the two do not meet again.
      const [fromMs, stepsMs] = this.#context.isCaller ? [2_100, 1_900] : [0, 2_000];
      return fromMs + 10 * Math.round((this.#context.random() * stepsMs) / 10);
    }
    if (status === 422) return this.#events.onIntervalTooSmall(headers) ? 0 : undefined;
    const seconds = Number(/^\d+/.exec(headerOf(headers, 'retry-after') ?? '')?.[0]);
    return status === 500 && seconds <= MAX_RETRY_AFTER_S ? seconds * 1_000 : undefined;
  }

  #pause(ms: number): Promise<void> {
    let stop = () => {};
    const passed = new Promise<void>((resolve) => {
      stop = this.#context.time.after(ms, resolve);
    });
    return this.#unlessEnded(passed).finally(() => stop());
  }

  #unlessEnded<Value>(work: Promise<Value>): Promise<Value> {
    const { signal } = this.#ended;
    return new Promise((resolve, reject) => {
      const end = () => reject(noCall());
      if (signal.aborted) end();
      signal.addEventListener('abort', end, { once: true });
      work.then(resolve, reject).finally(() => signal.removeEventListener('abort', end));
    });
  }
}

export interface ReinviteEvents {
  /** For the next re-INVITE. */
  headers(): readonly string[];
  onAccepted(headers: readonly Header[]): void;
  /** 422; says whether another try may do better. */
  onIntervalTooSmall(headers: readonly Header[]): boolean;
  /** 408 or 481: there is no call any more. */
  onLost(status: number): void;
}

export const noCall = () => new RequestRefused(481, 'Call/Transaction Does Not Exist');

interface Reply {
  readonly status: number;
  readonly reason: string;
  readonly headers: readonly Header[];
}

const replyOf = (message: Core.IncomingResponseMessage): Reply => ({
  status: message.statusCode ?? 500,
  reason: message.reasonPhrase ?? '',
  headers: originalOf(message)?.headers ?? [],
});
