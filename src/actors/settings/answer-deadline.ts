import { UserId } from '../../machines/model/ids.ts';
import type { Deadline } from '../ports/deadlines.ts';

const prefix = 'dialogue/';
const kind = 'answer';

/** When the answer to a person's question is no longer waited for, kept where it outlives this process. */
export const answerDeadline = (user: UserId): Pick<Deadline, 'address' | 'kind'> => ({
  address: `${prefix}${user}`,
  kind,
});

/** @returns whose question it is; undefined: the deadline is another one's */
export const askedPerson = (deadline: Pick<Deadline, 'address' | 'kind'>): UserId | undefined =>
  deadline.kind === kind && deadline.address.startsWith(prefix)
    ? UserId(deadline.address.slice(prefix.length))
    : undefined;
