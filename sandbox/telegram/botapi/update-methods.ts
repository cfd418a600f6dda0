import { BotApiError, badRequest } from './bot-api-error.ts';
import type { MethodTable } from './methods.ts';
import type { Parameters } from './parameters.ts';

const maxLimit = 100;

/** How a bot gets its updates. */
export function updateMethods(): MethodTable {
  return {
    getUpdates(params, bot, gone) {
      if (bot.webhook.url) {
        throw new BotApiError(
          409,
          "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
        );
      }
      allow(params, bot.queue);
      const limit = Math.min(maxLimit, Math.max(1, params.int('limit') ?? maxLimit));
      const timeoutMs = Math.min(50, params.int('timeout') ?? 0) * 1000;
      return bot.queue.poll({ offset: params.int('offset') ?? 0, limit, timeoutMs }, gone);
    },

    setWebhook(params, bot) {
      const url = params.text('url') ?? '';
      allow(params, bot.queue);
      if (params.flag('drop_pending_updates')) bot.queue.drop();
      if (!url) {
        bot.webhook.clear();
        return true;
      }
      const secret = params.text('secret_token');
      if (secret !== undefined && !/^[\w-]{1,256}$/.test(secret)) {
        throw badRequest('secret token contains unallowed characters');
      }
      if (!isLoopback(url)) throw badRequest('bad webhook: the sandbox delivers to this machine only');
      bot.webhook.set(url, secret);
      return true;
    },

    deleteWebhook(params, bot) {
      bot.webhook.clear();
      if (params.flag('drop_pending_updates')) bot.queue.drop();
      return true;
    },

    getWebhookInfo(_params, bot) {
      const error = bot.webhook.lastError;
      return {
        url: bot.webhook.url,
        has_custom_certificate: false,
        pending_update_count: bot.queue.pending.length,
        ...(error ? { last_error_date: error.date, last_error_message: error.message } : {}),
        ...(bot.queue.allowed ? { allowed_updates: bot.queue.allowed } : {}),
      };
    },
  };
}

function allow(params: Parameters, queue: { allow(kinds: readonly string[]): void }): void {
  const kinds = params.array('allowed_updates');
  if (kinds) queue.allow(kinds.map(String));
}

function isLoopback(url: string): boolean {
  return URL.canParse(url) && ['127.0.0.1', '[::1]', 'localhost'].includes(new URL(url).hostname);
}
