import type { World } from '../world/world.ts';
import type { Bot } from './bot.ts';
import { editingMethods } from './editing-methods.ts';
import { inlineMethods } from './inline-methods.ts';
import type { Parameters } from './parameters.ts';
import { sendingMethods } from './sending-methods.ts';
import { settingsMethods } from './settings-methods.ts';
import { updateMethods } from './update-methods.ts';

/** `gone` aborts when the client has hung up. */
export type Method = (params: Parameters, bot: Bot, gone: AbortSignal) => unknown;
export type MethodTable = Readonly<Record<string, Method>>;

/** All methods by lower-case name: the Bot API does not mind the case. */
export function methodsByName(world: World): ReadonlyMap<string, Method> {
  const tables: MethodTable[] = [
    updateMethods(),
    sendingMethods(world),
    editingMethods(world),
    inlineMethods(world),
    settingsMethods(world),
  ];
  return new Map(
    tables.flatMap((table) => Object.entries(table).map(([name, method]) => [name.toLowerCase(), method])),
  );
}
