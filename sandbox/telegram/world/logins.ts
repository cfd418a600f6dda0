import type { Clock } from './clock.ts';
import { type Directory, serviceUserId } from './directory.ts';
import type { Events } from './events.ts';
import type { Ids } from './ids.ts';
import type { Messaging } from './messaging.ts';
import type { User, UserId } from './model.ts';
import { Refusal } from './refusal.ts';

const codeLifetimeMs = 300_000;
const tokenLifetimeMs = 30_000;

interface SentCode {
  readonly phone: string;
  readonly code: string;
  readonly untilMs: number;
}

interface QrToken {
  readonly untilMs: number;
  /** Of the login that comes of it. */
  readonly hash: bigint;
  userId?: UserId;
}

/** A token that somebody has accepted: whose login it makes, and how that is named in the list of his devices. */
export interface ScannedToken {
  readonly userId: UserId;
  readonly hash: bigint;
}

/** How people prove to a new client who they are: a code sent to their other devices, or a scanned QR code. */
export class Logins {
  readonly #codes = new Map<string, SentCode>();
  readonly #tokens = new Map<string, QrToken>();
  readonly #parts: { directory: Directory; messaging: Messaging; events: Events; ids: Ids; clock: Clock };

  constructor(parts: { directory: Directory; messaging: Messaging; events: Events; ids: Ids; clock: Clock }) {
    this.#parts = parts;
  }

  /**
   * Sends five digits to the account's conversation with Telegram. Returns the phone_code_hash.
   * @throws Refusal PHONE_NUMBER_INVALID
   */
  sendCode(phone: string): string {
    const { directory, messaging, ids, clock } = this.#parts;
    if (!/^\+?[\d ]{7,20}$/.test(phone)) throw new Refusal(400, 'PHONE_NUMBER_INVALID');
    const user = directory.byPhone(phone);
    const hash = ids.token(18);
    const code = ids.digits(5);
    this.#codes.set(hash, { phone: digitsOf(phone), code, untilMs: clock.nowMs() + codeLifetimeMs });
    if (user) messaging.note(serviceUserId, user.id, { text: `Login code: ${code}. Do not give this code to anyone.` });
    return hash;
  }

  /** The newest code sent to a number. */
  codeFor(phone: string): string | undefined {
    return [...this.#codes.values()].findLast((sent) => sent.phone === digitsOf(phone))?.code;
  }

  /** @throws Refusal PHONE_CODE_EMPTY, PHONE_CODE_INVALID, PHONE_CODE_EXPIRED, PHONE_NUMBER_UNOCCUPIED */
  checkCode(phone: string, hash: string, code: string): User {
    const sent = this.#codes.get(hash);
    if (!sent || sent.phone !== digitsOf(phone)) throw new Refusal(400, 'PHONE_CODE_EXPIRED');
    if (!code) throw new Refusal(400, 'PHONE_CODE_EMPTY');
    if (sent.untilMs <= this.#parts.clock.nowMs()) throw new Refusal(400, 'PHONE_CODE_EXPIRED');
    if (sent.code !== code) throw new Refusal(400, 'PHONE_CODE_INVALID');
    const user = this.#parts.directory.byPhone(phone);
    if (!user) throw new Refusal(400, 'PHONE_NUMBER_UNOCCUPIED');
    return user;
  }

  newToken(): { readonly token: Buffer; readonly expires: number } {
    const token = this.#parts.ids.bytes(16);
    const untilMs = this.#parts.clock.nowMs() + tokenLifetimeMs;
    this.#tokens.set(token.toString('base64url'), { untilMs, hash: this.#parts.ids.long() });
    return { token, expires: Math.floor(untilMs / 1000) };
  }

  /** A logged-in person scans the code. @throws Refusal AUTH_TOKEN_INVALIDX, AUTH_TOKEN_EXPIRED, AUTH_TOKEN_ALREADY_ACCEPTED */
  scan(token: string, userId: UserId): ScannedToken {
    const known = this.#tokens.get(token);
    if (!known) throw new Refusal(400, 'AUTH_TOKEN_INVALIDX');
    if (known.userId) throw new Refusal(400, 'AUTH_TOKEN_ALREADY_ACCEPTED');
    if (known.untilMs <= this.#parts.clock.nowMs()) throw new Refusal(400, 'AUTH_TOKEN_EXPIRED');
    known.userId = userId;
    this.#parts.events.tell({ type: 'loginTokenScanned', token });
    return { userId, hash: known.hash };
  }

  scanned(token: string): ScannedToken | undefined {
    const { userId, hash } = this.#tokens.get(token) ?? {};
    return userId === undefined || hash === undefined ? undefined : { userId, hash };
  }
}

const digitsOf = (phone: string) => phone.replace(/\D/g, '');
