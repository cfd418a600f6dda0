import type { OwnedLine } from './settings.ts';

/** Of a line's name, in characters. */
export const longestName = 32;

/** What a line is called before anybody named it. */
export const automaticName = (number: number): string => `Line ${number}`;

/** What a line with these values is called once `login` counts: what nobody chose follows it (product §3.4). */
export const nameWith = (line: Pick<OwnedLine, 'name' | 'login'>, login: string): string =>
  isAutomatic(line) ? nameOfLogin(login) : line.name;

/** Nobody chose it: it is the number it was made with, or its login. */
const isAutomatic = ({ name, login }: Pick<OwnedLine, 'name' | 'login'>): boolean =>
  /^Line \d+$/.test(name) || name === nameOfLogin(login);

const nameOfLogin = (login: string): string => Array.from(login).slice(0, longestName).join('');
