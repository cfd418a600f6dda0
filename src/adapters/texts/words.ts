import type { CallLabel } from '../../machines/model/call-label.ts';
import type { Phrase } from './phrasebook.ts';

/** `+79261234567 · Anna Petrova` */
export function party({ number, name }: CallLabel, phrase: Phrase): string {
  const shown = number === undefined ? phrase('hidden-number') : oneLine(number);
  return number !== undefined && name ? `${shown} · ${oneLine(name)}` : shown;
}

/**
 * Strangers write names, numbers and reasons: they must not make lines of their own in our messages, nor drown the rest.
 */
export function oneLine(foreign: string): string {
  const line = foreign.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  const characters = Array.from(line.slice(0, 2 * longest + 2));
  return characters.length > longest ? `${characters.slice(0, longest - 1).join('')}…` : characters.join('');
}

const longest = 128;

/** `02:31`, from an hour `1:02:31` */
export function clock(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3_600);
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}

/** `15 s`, `2 min` */
export function duration(ms: number, phrase: Phrase): string {
  const seconds = Math.ceil(ms / 1_000);
  return seconds > 0 && seconds % 60 === 0
    ? phrase('minutes', { count: seconds / 60 })
    : phrase('seconds', { count: seconds });
}

/** `23:55:20`, UTC */
export const timeOfDay = (at: number): string => new Date(at).toISOString().slice(11, 19);
