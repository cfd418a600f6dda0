import type { UserId } from '../../machines/model/ids.ts';
import type { OwnedLine } from '../../machines/model/settings.ts';
import type { LineBook } from '../ports/line-book.ts';
import type { Plans } from '../ports/plans.ts';

interface Parts {
  readonly lines: Pick<LineBook, 'of'>;
  readonly plans: Pick<Plans, 'planOf'>;
}

/** The lines a person owns, and how many his plan allows; `Infinity`: any number. Lines lent to him do not count. */
export async function planRoom(
  { lines, plans }: Parts,
  person: UserId,
): Promise<{ readonly own: readonly OwnedLine[]; readonly limit: number }> {
  const own = (await lines.of(person)).filter(({ owner }) => owner === person);
  const { sipAccounts: limit = Infinity } = await plans.planOf(person);
  return { own, limit };
}

/** How many lines the person's plan allows, when he has as many. */
export async function limitReachedBy(parts: Parts, person: UserId): Promise<number | undefined> {
  const { own, limit } = await planRoom(parts, person);
  return own.length >= limit ? limit : undefined;
}
