import type { Phrase } from '../phrasebook.ts';

/** A command of the settings bot, without its slash, and what it does. */
export interface Command {
  readonly command: string;
  readonly description: string;
}

/** Product §3.1. Telegram itself offers `/start`. */
export const commandsIn = (phrase: Phrase): readonly Command[] =>
  (['softphone', 'workers', 'language', 'help', 'cancel'] as const).map((command) => ({
    command,
    description: phrase(`command-${command}`),
  }));
