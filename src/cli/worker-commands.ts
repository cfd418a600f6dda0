import type { Worker } from '../actors/ports/workers.ts';
import { WorkerRepository } from '../db/worker-repository.ts';
import { EpochMs, UserId } from '../machines/model/ids.ts';
import { workerName } from '../machines/model/placement.ts';
import type { Commands } from './command.ts';
import { checked, type Form, readOptions, telegramId, WrongUsage } from './wrong-usage.ts';

const workerId: Form = { form: workerName, allowed: '1 to 27 letters, digits, _ or -, other than auto and host' };
const words: Form = { form: /^[^\p{Cc}\p{Cf}]{1,32}$/u, allowed: '1 to 32 characters' };
const options = {
  kind: { form: /^(official|shared|operator|private)$/, allowed: 'official, shared, operator or private' },
  name: words,
  place: words,
  owner: telegramId,
  free: { form: /^(yes|no)$/, allowed: 'yes or no' },
} satisfies Record<string, Form>;

export const workerUsage = `\
  worker list
  worker add <id> --kind official|shared|operator|private [--name <name>] [--place <place>] [--owner <telegram id>]
           [--free yes|no]   free: offered to owners whose plan has no paid workers
           The same id again replaces it, and switches one on that was given up. Lines can be on it when a host with
           that WORKER_ID runs, which says itself what kind, name and place it has.
  worker remove <id>`;

export const workerCommands: Commands = {
  'worker list': async () => async (storage) => {
    const workers = await new WorkerRepository(storage.database).all();
    return workers.map(row).join('\n') || 'There is no worker in the list.';
  },
  'worker add': async ([id = '', ...rest]) => {
    checked('worker add', 'id', id, workerId);
    const { kind: given, name = id, place = '', owner, free } = readOptions('worker add', rest, options);
    const kind = (given ?? checked('worker add', '--kind', '', options.kind)) as Worker['kind'];
    if (kind === 'private' && owner === undefined) throw new WrongUsage('worker add: a private worker needs --owner');
    if (free === 'yes' && kind !== 'official') throw new WrongUsage('worker add: --free is for official workers');
    return async (storage) => {
      const said = { id, kind, name, place, owner: owner === undefined ? undefined : UserId(owner) };
      await new WorkerRepository(storage.database).enter({ ...said, free: free === 'yes' }, EpochMs(Date.now()));
      return `Added worker ${id}.`;
    };
  },
  'worker remove': async ([id = '']) => {
    checked('worker remove', 'id', id, workerId);
    return async (storage) => {
      if (!(await new WorkerRepository(storage.database).remove(id))) {
        throw new WrongUsage(`worker remove: there is no worker ${id}`);
      }
      return `Removed worker ${id}. Lines set to it need another.`;
    };
  },
};

const row = ({ id, kind, name, place, owner, free, seenAt, switchedOff }: Worker): string =>
  [
    id,
    kind + (free ? ', free' : ''),
    name,
    place,
    owner && `owner ${owner}`,
    switchedOff ? 'given up' : `seen ${new Date(seenAt).toISOString()}`,
  ]
    .filter(Boolean)
    .join('  ');
