import type { EpochMs, UserId } from '../../machines/model/ids.ts';

/** Until when Telegram lets an account write to and call nobody first (product §14.3); a restart does not lift it. */
export interface FirstContactBan {
  until(account: UserId): Promise<EpochMs | undefined>;
  save(account: UserId, until: EpochMs): Promise<void>;
}
