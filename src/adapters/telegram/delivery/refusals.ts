import { floodWaitSeconds, rpcErrorText, UnknownUser } from '../client/errors.ts';

/** Telegram did not take a file; the message says why, for a person. */
export class NotDelivered extends Error {
  override readonly name = 'NotDelivered';
  /** When Telegram named a time. */
  readonly retryAfterMs: number | undefined;
  constructor(message: string, options: ErrorOptions & { retryAfterMs?: number } = {}) {
    super(message, options);
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** Refusals in words; what is not listed is shown as Telegram names it. */
const words: Readonly<Record<string, string>> = {
  USER_IS_BLOCKED: 'the user has blocked the chat account',
  YOU_BLOCKED_USER: 'the chat account has blocked the user',
  USER_PRIVACY_RESTRICTED: 'the user’s privacy settings forbid it',
  PRIVACY_PREMIUM_REQUIRED: 'the user’s privacy settings forbid it',
  CHAT_SEND_AUDIOS_FORBIDDEN: 'audio files are forbidden in this conversation',
  CHAT_SEND_MEDIA_FORBIDDEN: 'files are forbidden in this conversation',
  PEER_FLOOD: 'Telegram forbids the chat account to write first',
  PEER_ID_INVALID: 'the user is unknown to the chat account',
  INPUT_USER_DEACTIVATED: 'the user’s account was deleted',
};

/** In our words. What the file system says passes as it is. */
export function notDelivered(cause: unknown): unknown {
  if (cause instanceof NotDelivered || isFileError(cause)) return cause;
  const seconds = floodWaitSeconds(cause);
  if (seconds !== undefined) {
    return new NotDelivered(`Telegram wants the chat account to wait ${seconds} s`, {
      cause,
      retryAfterMs: seconds * 1_000,
    });
  }
  if (cause instanceof UnknownUser) return new NotDelivered('the user is unknown to the chat account', { cause });
  const text = rpcErrorText(cause);
  if (text !== undefined) return new NotDelivered(words[text] ?? `Telegram refused it: ${text}`, { cause });
  const told = cause instanceof Error ? cause.message : String(cause);
  return new NotDelivered(`Telegram could not be reached: ${told}`, { cause });
}

const isFileError = (error: unknown) =>
  error instanceof Error && ((error as NodeJS.ErrnoException).syscall !== undefined || error.name === 'NotOggOpus');
