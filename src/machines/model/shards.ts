import type { UserId } from './ids.ts';

declare const brand: unique symbol;

/** A part of a Worker's work that one host owns at a time: `<worker>/s<number>`, `main/bot`, `main/lead`. */
export type ShardId = string & { readonly [brand]: 'ShardId' };
/** One run of one host: `<host id>/<boot id>`. */
export type Incarnation = string & { readonly [brand]: 'Incarnation' };

export const ShardId = (raw: string) => raw as ShardId;
export const Incarnation = (raw: string) => raw as Incarnation;

/** The id of its host. */
export const hostOf = (incarnation: Incarnation): string => incarnation.slice(0, incarnation.indexOf('/'));
/** The id of that run. */
export const bootOf = (incarnation: Incarnation): string => incarnation.slice(incarnation.indexOf('/') + 1);
/** What hosts and Workers may be called. */
export const hostName = /^[\w.-]{1,40}$/;

/** The Worker of an installation that names none. */
export const mainWorker = 'main';

/** Reads the settings bot's updates. */
export const botShard = ShardId(`${mainWorker}/bot`);
/** Reads what is written to the chat account. */
export const leadShard = ShardId(`${mainWorker}/lead`);

/** Everything a Worker's hosts share among themselves. @param count how many parts its users are divided into */
export const shardsOf = (worker: string, count: number): readonly ShardId[] => [
  ...(worker === mainWorker ? [botShard, leadShard] : []),
  ...Array.from({ length: count }, (_, number) => ShardId(`${worker}/s${number}`)),
];

/** Where this person's lines in that Worker are: the same on every host and in every version. */
export const shardOf = (user: UserId, worker: string, count: number): ShardId =>
  ShardId(`${worker}/s${fnv1a(user) % count}`);

/** FNV-1a, 32 bits, over the UTF-8 of the text (http://www.isthe.com/chongo/tech/comp/fnv). */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
