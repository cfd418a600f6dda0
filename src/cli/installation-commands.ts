import { callCommands } from './call-commands.ts';
import type { Commands } from './command.ts';
import { hostCommands } from './host-commands.ts';
import { lineCommands } from './line-commands.ts';
import { ownerCommands } from './owner-commands.ts';
import { planCommands } from './plan-commands.ts';
import { workerCommands } from './worker-commands.ts';

/** Everything that needs no more than the installation's database. */
export const installationCommands: Commands = {
  ...lineCommands,
  ...planCommands,
  ...ownerCommands,
  ...workerCommands,
  ...hostCommands,
  ...callCommands,
};
