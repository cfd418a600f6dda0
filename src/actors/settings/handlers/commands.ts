import type { SettingsInput } from '../../../machines/model/settings.ts';
import type { HandlerTable } from '../handler-table.ts';
import type { Next, Visitor } from '../handlers.ts';
import type { SettingsParts } from '../parts.ts';
import { showLanguages } from './list.ts';
import { newLineFrom } from './new-line.ts';

type Command = Extract<SettingsInput, { kind: 'command' }>['command'];
type Handler = (visitor: Visitor, payload: string) => Promise<Next>;

/** What people type (product §3.1). */
export const commandHandlers = (
  parts: SettingsParts,
  table: Pick<HandlerTable, 'admin' | 'acceptOffer' | 'presses'>,
): Readonly<Record<Exclude<Command, 'cancel'>, Handler>> => {
  const softphone: Handler = async (visitor) => ({ screen: await parts.screens.lines(visitor) });
  return {
    ...table.admin,
    softphone,
    hosts: (visitor) => table.presses.hosts(visitor, { do: 'hosts' }),
    workers: (visitor) => table.presses.workers(visitor, { do: 'workers' }),
    start: (visitor, payload) => {
      if (payload.startsWith('l_')) return table.acceptOffer(visitor, payload.slice(2));
      if (payload.startsWith('t_')) return newLineFrom(parts, visitor, payload.slice(2));
      return softphone(visitor, payload);
    },
    help: async () => ({ screen: { kind: 'help', chatAccount: parts.chatAccount } }),
    language: showLanguages,
  };
};
