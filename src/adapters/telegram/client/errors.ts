/** A request had no answer in time. Whether Telegram carried it out is unknown. */
export class TelegramTimeout extends Error {
  override readonly name = 'TelegramTimeout';
  constructor(method: string, timeoutMs: number) {
    super(`${method} had no answer in ${timeoutMs} ms`);
  }
}

/** Too many requests wait already; this one was not sent. */
export class TelegramBusy extends Error {
  override readonly name = 'TelegramBusy';
}

/** The connection is gone for good, or could not be made. */
export class TelegramUnreachable extends Error {
  override readonly name = 'TelegramUnreachable';
}

/** Telegram does not accept this login any more: somebody has to log in anew. */
export class LoginLost extends Error {
  override readonly name = 'LoginLost';
}

/** The account has never seen this user, so it has no access hash for him. */
export class UnknownUser extends Error {
  override readonly name = 'UnknownUser';
}

/** Telegram forbade first contacts (PEER_FLOOD) less than 24 h ago, and this would be one. */
export class FirstContactsForbidden extends Error {
  override readonly name = 'FirstContactsForbidden';
  /** As Telegram's own refusal, for those who judge errors by it. */
  readonly errorMessage = 'PEER_FLOOD';
  readonly retryAfterMs: number;
  constructor(retryAfterMs: number) {
    super('first contacts are forbidden for now');
    this.retryAfterMs = retryAfterMs;
  }
}

/** The error text of an rpc_error, e.g. `PEER_ID_INVALID`; undefined for anything else. */
export function rpcErrorText(error: unknown): string | undefined {
  const text = (error as { errorMessage?: unknown } | undefined)?.errorMessage;
  return typeof text === 'string' ? text : undefined;
}

/** Seconds of FLOOD_WAIT_n and its kin; the library turns the number into a field. */
export function floodWaitSeconds(error: unknown): number | undefined {
  const seconds = (error as { seconds?: unknown } | undefined)?.seconds;
  return typeof seconds === 'number' && Number.isFinite(seconds) ? seconds : undefined;
}

/** 401 and 406 mean the authorization key is of no use any more; a missing second factor is the one exception. */
export function isLoginLost(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  const text = rpcErrorText(error);
  if (text === undefined || text === 'SESSION_PASSWORD_NEEDED') return false;
  return code === 401 || text === 'AUTH_KEY_DUPLICATED' || text === 'AUTH_KEY_UNREGISTERED';
}
