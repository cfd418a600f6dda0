import type { LoginRequests } from '../../../actors/ports/logins.ts';
import { type Clock, systemClock } from '../client/clock.ts';
import { Signal } from './by-token.ts';
import { untilDone } from './replies.ts';

export interface EndElsewhereOptions {
  readonly requests: LoginRequests;
  /** Whose login is to be ended. */
  readonly host: string;
  readonly authorization: string | undefined;
  readonly clock?: Clock;
  /** 20 s where not given. */
  readonly timeoutMs?: number;
}

/** Has another host end a login. @returns why none did */
export async function endElsewhere(options: EndElsewhereOptions): Promise<string | undefined> {
  const { requests, host, authorization, clock = systemClock, timeoutMs = 20_000 } = options;
  const told = new Signal();
  const endWatching = await requests.watch(() => told.give());
  try {
    const id = await requests.ask(host, { kind: 'end', authorization }, timeoutMs);
    try {
      const reply = await untilDone({ requests, id, told, clock, timeoutMs });
      if (reply?.kind === 'done') return undefined;
      return reply?.why ?? 'none answered';
    } finally {
      await requests.withdraw(id);
    }
  } finally {
    await endWatching();
  }
}
