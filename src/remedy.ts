import { BotUnavailable } from './adapters/bot/bot.ts';
import { CannotListen } from './adapters/http/http.ts';
import { InspectorPortTaken } from './adapters/inspector/server.ts';
import { JobsUnavailable } from './adapters/jobs/jobs-unavailable.ts';
import { WrongPlanFile } from './adapters/plans/plan-file.ts';
import { LoginLost, TelegramUnreachable } from './adapters/telegram/client/errors.ts';
import { LoginFailed } from './adapters/telegram/login/refusals.ts';
import { WrongTemplates } from './adapters/templates/catalogue.ts';
import { readConfig, WrongConfiguration } from './config.ts';
import { DatabaseUnavailable } from './db/database-unavailable.ts';
import { HostRefused } from './db/hosting/host-refused.ts';
import { WrongSecretKey } from './db/secret-box.ts';

/** Nobody has logged the chat account in yet. */
export class NotLoggedIn extends Error {
  override readonly name = 'NotLoggedIn';
}

/** Their messages say what to do. */
const remedied = [
  BotUnavailable,
  WrongConfiguration,
  WrongSecretKey,
  DatabaseUnavailable,
  HostRefused,
  NotLoggedIn,
  LoginFailed,
  LoginLost,
  WrongPlanFile,
  WrongTemplates,
];

/** What the operator can do about a start that failed; undefined: nothing, it is a bug. */
export function remedyOf(error: unknown): string | undefined {
  if (remedied.some((kind) => error instanceof kind)) return (error as Error).message;
  if (error instanceof JobsUnavailable) {
    const key = readConfig(process.env).REDIS_URL ? 'REDIS_URL' : 'DATABASE_URL';
    return `${key}: jobs cannot be kept there (${error.message}): is its server running, and are address and password right?`;
  }
  if (error instanceof TelegramUnreachable) return `${error.message}: check the network and TELEGRAM_PROXY.`;
  if (error instanceof InspectorPortTaken) return `INSPECT_PORT: ${error.message}: set INSPECT_PORT.`;
  if (error instanceof CannotListen) return `HEALTH_PORT: ${error.message}: set HEALTH_HOST or HEALTH_PORT.`;
  const { code, syscall, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number };
  if (syscall !== 'bind' && syscall !== 'listen') return undefined;
  if (code === 'EADDRINUSE')
    return `SIP_PORT: ${address}:${port} is in use by another program: stop it, or set SIP_PORT.`;
  if (code === 'EACCES') return `SIP_PORT: ${address}:${port} may not be opened by this user: set SIP_PORT above 1023.`;
  return undefined;
}
