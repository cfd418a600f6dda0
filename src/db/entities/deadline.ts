import { defineEntity, p } from '@mikro-orm/postgresql';

/** A moment that must not be missed; one of a kind per address. */
export const DeadlineEntity = defineEntity({
  name: 'Deadline',
  tableName: 'deadline',
  properties: {
    address: p.string().primary(),
    kind: p.string().primary(),
    dueAt: p.datetime(),
  },
});
