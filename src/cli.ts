/** Operates an installation from a terminal: `npm run cli -- <command>`. */
import { WrongPlanFile } from './adapters/plans/plan-file.ts';
import { TelegramTimeout, TelegramUnreachable } from './adapters/telegram/client/errors.ts';
import { LoginFailed } from './adapters/telegram/login/refusals.ts';
import { WrongTemplates } from './adapters/templates/catalogue.ts';
import { callUsage } from './cli/call-commands.ts';
import type { Commands } from './cli/command.ts';
import { hostUsage } from './cli/host-commands.ts';
import { installationCommands } from './cli/installation-commands.ts';
import { lineUsage } from './cli/line-commands.ts';
import { loginCommands, loginUsage } from './cli/login-commands.ts';
import { machineCommands, machineUsage } from './cli/machine-commands.ts';
import { ownerUsage } from './cli/owner-commands.ts';
import { planUsage } from './cli/plan-commands.ts';
import { templateCommands, templateUsage } from './cli/template-commands.ts';
import { InputEnded } from './cli/terminal.ts';
import { workerUsage } from './cli/worker-commands.ts';
import { WrongUsage } from './cli/wrong-usage.ts';
import { type Config, readConfig, WrongConfiguration } from './config.ts';
import { runningCluster } from './db/cluster.ts';
import { DatabaseUnavailable } from './db/database-unavailable.ts';
import { WrongSecretKey } from './db/secret-box.ts';
import { dataDirOf, isSandbox, openStorage, type Storage } from './storage.ts';

const usage = `Usage: npm run cli -- <command>

${lineUsage}
${planUsage}
${ownerUsage}
${templateUsage}
${workerUsage}
${hostUsage}
${callUsage}
${machineUsage}
${loginUsage}`;

const commands: Commands = { ...installationCommands, ...loginCommands };
/** They need neither configuration nor database. */
const aloneCommands = { ...templateCommands, ...machineCommands };

async function main(words: readonly string[]): Promise<string> {
  const candidates = [words.slice(0, 2).join(' '), words[0] ?? ''];
  const name = candidates.find((one) => Object.hasOwn(commands, one) || Object.hasOwn(aloneCommands, one));
  if (name === undefined) throw new WrongUsage(usage);
  const rest = words.slice(name.split(' ').length);
  const alone = (aloneCommands as Partial<typeof aloneCommands>)[name];
  if (alone) return alone(rest);
  const config = readConfig(process.env);
  const work = await commands[name]?.(rest);
  const storage = await openInstallation(config);
  try {
    return (await work?.(storage)) ?? '';
  } finally {
    await storage.close();
  }
}

async function openInstallation(config: Config): Promise<Storage> {
  const dataDir = dataDirOf(config);
  if (!isSandbox(config)) return openStorage(config, dataDir, { share: true });
  if ((await runningCluster(dataDir)) === undefined) {
    throw new WrongUsage(
      'Without TELEGRAM_API_ID this is the sandbox. It does not run, and starts empty each time: ' +
        'start it with `npm start` first, or set TELEGRAM_API_ID, TELEGRAM_API_HASH and TELEGRAM_BOT_TOKEN.',
    );
  }
  return openStorage({ ...config, DATABASE_URL: undefined }, dataDir, { share: true });
}

const remedied = [
  WrongUsage,
  WrongConfiguration,
  WrongSecretKey,
  DatabaseUnavailable,
  InputEnded,
  LoginFailed,
  TelegramTimeout,
  TelegramUnreachable,
  WrongPlanFile,
  WrongTemplates,
];

// A signal must not leave the database running: leaving by `exit` ends it.
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));
process.once('SIGHUP', () => process.exit(129));
try {
  console.log(await main(process.argv.slice(2)));
} catch (error) {
  console.error(remedied.some((kind) => error instanceof kind) ? (error as Error).message : error);
  process.exitCode = error instanceof WrongUsage ? 2 : 1;
}
