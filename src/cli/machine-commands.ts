import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { definitionOf } from '../actors/inspection/definition.ts';
import { machinesById } from '../actors/inspection/machines.ts';
import { WrongUsage } from './wrong-usage.ts';

export const machineUsage = `\
  machines export <directory>          each machine as JSON that XState and the Stately editor take`;

/** They need no installation. */
export const machineCommands: Readonly<Record<string, (words: readonly string[]) => Promise<string>>> = {
  'machines export': async ([directory]) => {
    if (directory === undefined) throw new WrongUsage('machines export: needs a directory');
    await mkdir(directory, { recursive: true });
    for (const machine of machinesById.values()) {
      const text = `${JSON.stringify(definitionOf(machine), undefined, 2)}\n`;
      await writeFile(join(directory, `${machine.id}.json`), text);
    }
    return `${machinesById.size} machines in ${directory}`;
  },
};
