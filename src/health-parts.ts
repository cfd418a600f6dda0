import type { Ownership } from './actors/hosting/ownership.ts';
import type { BotHandle } from './adapters/bot/bot.ts';
import type { Part } from './adapters/http/readiness.ts';
import type { Jobs } from './adapters/jobs/jobs.ts';
import type { MediaPlane } from './adapters/media/start-media.ts';
import type { TelegramAccount } from './adapters/telegram/client/account.ts';
import type { Database } from './db/database.ts';
import { botShard } from './machines/model/shards.ts';

export interface Watched {
  readonly database: Database;
  readonly jobs: Pick<Jobs, 'answers'>;
  readonly account: Pick<TelegramAccount, 'state'>;
  readonly bot: Pick<BotHandle, 'isReading'>;
  readonly media: Pick<MediaPlane, 'threads'>;
  /** What of the installation's work is this host's. */
  readonly ownership: Pick<Ownership, 'mayActAtAll' | 'owned'>;
  /** No new calls are taken any more. */
  readonly isDraining: () => boolean;
}

/** What must be well for this process to take a call, as `/readyz` tells it. */
export const healthParts = ({
  database,
  jobs,
  account,
  bot,
  media,
  ownership,
  isDraining,
}: Watched): readonly Part[] => [
  { name: 'service', look: () => (isDraining() ? { ok: false, is: 'draining' } : { ok: true, is: 'taking calls' }) },
  { name: 'database', look: async () => answering(await database.fork().execute('select 1')) },
  { name: 'jobs', look: async () => answering(await jobs.answers()) },
  { name: 'chatAccount', look: () => ({ ok: account.state === 'connected', is: account.state }) },
  {
    name: 'settingsBot',
    look: () => {
      if (ownership.owned(botShard) === undefined) return { ok: true, is: 'read by another host' };
      return bot.isReading ? { ok: true, is: 'reading' } : { ok: false, is: 'not reading' };
    },
  },
  {
    name: 'hosting',
    look: () => (ownership.mayActAtAll ? { ok: true, is: 'owner' } : { ok: false, is: 'fenced' }),
  },
  {
    name: 'media',
    look: () => {
      const { all, alive } = media.threads();
      return { ok: alive === all, is: `${alive} of ${all} threads alive` };
    },
  },
];

const answering = (_: unknown) => ({ ok: true, is: 'answers' });
