import type { SettingsOptions } from '../../src/adapters/bot/bot.ts';
import { EpochMs } from '../../src/machines/model/ids.ts';
import { MemoryDialogues } from '../fakes/settings/dialogues.ts';
import { MemoryInbox } from '../fakes/settings/inbox.ts';

/** What the bot adapter needs beside the panels of calls; it is on one day in January 2027. */
export const botSettings = (more: Partial<SettingsOptions> = {}): SettingsOptions => ({
  inbox: new MemoryInbox(new MemoryDialogues()),
  onPut: () => {},
  toast: (says, language) => `${says} ${language}`,
  admins: [],
  clock: { now: () => EpochMs(1_800_000_000_000) },
  mayStay: async () => false,
  commands: {},
  ...more,
});
