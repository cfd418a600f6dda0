import type { KeptCalls } from '../../../src/actors/ports/facts.ts';
import { FactsRepository } from '../../../src/db/facts-repository.ts';
import { ShardInboxRepository } from '../../../src/db/hosting/shard-inbox-repository.ts';

/** Where a process is killed, at the latest just before it would go on. */
export type Failpoint =
  /** So many writes of this user's facts are done; at most so long after the last of them, and before the next. */
  | { readonly is: 'between writes'; readonly user: string; readonly done: number; readonly withinMs: number }
  /** A letter to one of its shards: before it is marked as begun, once it is, or when it has been handled and is not marked as done. */
  | { readonly is: 'at a letter'; readonly when: 'found' | 'begun' | 'handled' };

/** Of this process, once it is told to by SIGUSR2; it says when it has heard that. */
export function dieWhere(point: Failpoint): void {
  process.once('SIGUSR2', () => {
    if (point.is === 'between writes') betweenWrites(point);
    else atLetter(point.when);
    console.log('It may die.');
  });
}

const die = (): Promise<never> => {
  process.kill(process.pid, 'SIGKILL');
  return new Promise(() => {});
};

function betweenWrites({ user, done, withinMs }: Extract<Failpoint, { is: 'between writes' }>): void {
  const keep = Reflect.get(FactsRepository.prototype, 'keep') as FactsRepository['keep'];
  const forget = Reflect.get(FactsRepository.prototype, 'forget') as FactsRepository['forget'];
  let written = 0;
  const write = async <T>(whose: string, really: () => Promise<T>): Promise<T> => {
    if (whose !== user) return really();
    if (written >= done) return die();
    const result = await really();
    written++;
    if (written >= done) setTimeout(() => void die(), withinMs);
    return result;
  };
  FactsRepository.prototype.keep = function (this: FactsRepository, calls: KeptCalls, lease) {
    return write(calls.user, () => keep.call(this, calls, lease));
  };
  FactsRepository.prototype.forget = function (this: FactsRepository, whose, lease) {
    return write(whose, () => forget.call(this, whose, lease));
  };
}

function atLetter(when: 'found' | 'begun' | 'handled'): void {
  const begin = Reflect.get(ShardInboxRepository.prototype, 'begin') as ShardInboxRepository['begin'];
  ShardInboxRepository.prototype.begin = async function (this: ShardInboxRepository, id, by) {
    if (when === 'found') return die();
    const isOurs = await begin.call(this, id, by);
    return when === 'begun' ? die() : isOurs;
  };
  if (when === 'handled') ShardInboxRepository.prototype.done = die;
}
