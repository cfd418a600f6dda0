import type { Storage } from '../storage.ts';

/** What a command does once its words are understood and its questions answered: the database waits for nobody. */
export type Work = (storage: Storage) => Promise<string>;

/** By name, such as `line add`; the words are those after the name. */
export type Commands = Readonly<Record<string, (words: readonly string[]) => Promise<Work>>>;
