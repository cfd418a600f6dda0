import type { HangupCause } from '../../../machines/model/hangup-cause.ts';

/** A call that cannot go on, and why. */
export class CallFailed extends Error {
  override readonly name = 'CallFailed';
  readonly hangupCause: HangupCause;
  constructor(hangupCause: HangupCause) {
    super(hangupCause.kind);
    this.hangupCause = hangupCause;
  }
}

/** The RPC error's name, such as CALL_NOT_ACTIVE; undefined when Telegram gave no answer at all. */
export function rpcErrorName(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('errorMessage' in error)) return undefined;
  return typeof error.errorMessage === 'string' ? error.errorMessage : undefined;
}

/** Why a request of ours failed, in our words. */
export function causeOfError(error: unknown): HangupCause {
  if (error instanceof CallFailed) return error.hangupCause;
  const name = rpcErrorName(error);
  const retryAfterMs = floodWaitMs(error);
  if (retryAfterMs !== undefined) return { kind: 'flood', retryAfterMs };
  if (name !== undefined) return refusals.get(name) ?? { kind: 'internal-fault', detail: `Telegram says ${name}` };
  if (error instanceof Error && withoutAnswer.has(error.name))
    return { kind: 'connection-lost', detail: 'Telegram does not answer' };
  // Nobody whom the chat account has never seen can be called.
  if (error instanceof Error && error.name === 'UnknownUser') return { kind: 'no-answer' };
  return { kind: 'internal-fault', detail: error instanceof Error ? error.name : 'unknown error' };
}

/** Errors of the link, by name: the link belongs to another folder. */
const withoutAnswer: ReadonlySet<string> = new Set([
  'TelegramTimeout',
  'TelegramUnreachable',
  'TelegramBusy',
  'LoginLost',
]);

/** There is no call (any more) that we could end. */
export const isOverForTelegram = (error: unknown): boolean => overForTelegram.has(rpcErrorName(error) ?? '');

const overForTelegram: ReadonlySet<string> = new Set([
  'CALL_ALREADY_ACCEPTED',
  'CALL_ALREADY_DECLINED',
  'CALL_PEER_INVALID',
  'CALL_NOT_ACTIVE',
]);

/** A map and not an object: the name comes from the network, and could be `constructor`. */
const refusals: ReadonlyMap<string, HangupCause> = new Map(
  Object.entries<HangupCause>({
    USER_PRIVACY_RESTRICTED: { kind: 'privacy' },
    USER_IS_BLOCKED: { kind: 'blocked' },
    // No length is given; other gateways stop calling for a day.
    PEER_FLOOD: { kind: 'flood', retryAfterMs: 86_400_000 },
    PARTICIPANT_VERSION_OUTDATED: { kind: 'peer-fault', detail: 'no app of the user can take the call' },
    INPUT_USER_DEACTIVATED: { kind: 'no-answer' },
    CALL_PROTOCOL_COMPAT_LAYER_INVALID: { kind: 'peer-fault', detail: 'no library version in common' },
    CALL_OCCUPY_FAILED: { kind: 'busy' },
    CALL_ALREADY_ACCEPTED: { kind: 'answered-elsewhere' },
    CALL_ALREADY_DECLINED: { kind: 'cancelled' },
    CALL_PEER_INVALID: { kind: 'cancelled' },
    CALL_NOT_ACTIVE: { kind: 'cancelled' },
  }),
);

/** The n seconds of FLOOD_WAIT_n, which GramJS turns into an error with `seconds` whose name is only FLOOD. */
export function floodWaitMs(error: unknown): number | undefined {
  const name = rpcErrorName(error);
  const named = /^FLOOD_(?:PREMIUM_)?WAIT_(\d+)$/.exec(name ?? '')?.[1];
  if (named !== undefined) return Number(named) * 1000;
  const hasSeconds = error instanceof Error && 'seconds' in error && typeof error.seconds === 'number';
  return hasSeconds ? Number(error.seconds) * 1000 : undefined;
}
