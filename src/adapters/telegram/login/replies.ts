import type { LoginReply, LoginRequests } from '../../../actors/ports/logins.ts';
import type { Clock } from '../client/clock.ts';
import type { Signal } from './by-token.ts';

export interface Waiting {
  readonly requests: LoginRequests;
  readonly id: string;
  /** Given whenever there may be a reply. */
  readonly told: Signal;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

/** Waits until a request is done. @returns the last reply there was in time: a refusal, or none */
export async function untilDone({ requests, id, told, clock, timeoutMs }: Waiting): Promise<LoginReply | undefined> {
  let isLate = false;
  const cancel = clock.after(timeoutMs, () => {
    isLate = true;
    told.give();
  });
  try {
    for (;;) {
      const reply = await requests.reply(id);
      if (reply?.kind === 'done' || isLate) return reply;
      await told.wait(clock, timeoutMs);
    }
  } finally {
    cancel();
  }
}
