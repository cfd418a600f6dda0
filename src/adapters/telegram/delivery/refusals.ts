import { type DeliveryFault, NotDelivered } from '../../../machines/model/recording-faults.ts';
import { floodWaitSeconds, rpcErrorText, UnknownUser } from '../client/errors.ts';

/** What is not listed is shown as Telegram names it. */
const refusals: Readonly<Record<string, DeliveryFault>> = {
  USER_IS_BLOCKED: { kind: 'blocked' },
  YOU_BLOCKED_USER: { kind: 'blocked-by-us' },
  USER_PRIVACY_RESTRICTED: { kind: 'privacy' },
  PRIVACY_PREMIUM_REQUIRED: { kind: 'privacy' },
  CHAT_SEND_AUDIOS_FORBIDDEN: { kind: 'no-audio' },
  CHAT_SEND_MEDIA_FORBIDDEN: { kind: 'no-files' },
  PEER_FLOOD: { kind: 'first-contact' },
  PEER_ID_INVALID: { kind: 'unknown-user' },
  INPUT_USER_DEACTIVATED: { kind: 'user-gone' },
};

/** In our words. What the file system says passes as it is. */
export function notDelivered(cause: unknown): unknown {
  if (cause instanceof NotDelivered || isFileError(cause)) return cause;
  const seconds = floodWaitSeconds(cause);
  if (seconds !== undefined) return new NotDelivered({ kind: 'wait' }, { cause, retryAfterMs: seconds * 1_000 });
  if (cause instanceof UnknownUser) return new NotDelivered({ kind: 'unknown-user' }, { cause });
  const text = rpcErrorText(cause);
  if (text !== undefined) return new NotDelivered(refusals[text] ?? { kind: 'refused', words: text }, { cause });
  return new NotDelivered({ kind: 'unreachable' }, { cause });
}

const isFileError = (error: unknown) =>
  error instanceof Error && ((error as NodeJS.ErrnoException).syscall !== undefined || error.name === 'NotOggOpus');
