import type { SettingsInput } from '../../../machines/model/settings.ts';
import type { Next, Visitor } from '../handlers.ts';
import type { SettingsParts } from '../parts.ts';
import type { OtherHandlers } from '../settings.ts';
import { newLineFrom } from './new-line.ts';

type Command = Extract<SettingsInput, { kind: 'command' }>['command'];
type Handler = (visitor: Visitor, payload: string) => Promise<Next>;

/** What people type (product §3.1). */
export const commandHandlers = (
  parts: SettingsParts,
  others: Pick<OtherHandlers, 'admin' | 'acceptOffer'>,
  workers: Handler,
): Readonly<Record<Exclude<Command, 'cancel'>, Handler>> => {
  const softphone: Handler = async (visitor) => ({ screen: await parts.screens.lines(visitor) });
  return {
    ...others.admin,
    softphone,
    workers,
    start: (visitor, payload) => {
      if (payload.startsWith('l_')) return others.acceptOffer(visitor, payload.slice(2));
      if (payload.startsWith('t_')) return newLineFrom(parts, visitor, payload.slice(2));
      return softphone(visitor, payload);
    },
    help: async () => ({ screen: { kind: 'help', chatAccount: parts.chatAccount } }),
    language: async ({ language = 'en' }) => ({ screen: { kind: 'languages', chosen: language } }),
  };
};
