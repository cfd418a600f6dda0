import type { EpochMs, LineId, UserId } from '../../machines/model/ids.ts';

/** An invitation to talk through a line (7 days), or to own it (5 minutes). */
export interface Offer {
  /** 16 characters, not to be guessed. */
  readonly token: string;
  readonly kind: 'user' | 'owner';
  readonly line: LineId;
  readonly from: UserId;
  readonly to: UserId;
  readonly toName: string;
  readonly expiresAt: EpochMs;
}

export interface Offers {
  /** Replaces the open one of the same kind and line. */
  put(offer: Offer): Promise<void>;
  find(token: string): Promise<Offer | undefined>;
  /** Open offers to somebody: he came to us. */
  to(user: UserId, kind: Offer['kind']): Promise<readonly Offer[]>;
  ofLine(line: LineId, kind: Offer['kind']): Promise<Offer | undefined>;
  /** @returns whether it was still there: only one takes it */
  take(token: string): Promise<boolean>;
  remove(token: string): Promise<void>;
}
