import { defineEntity, p } from '@mikro-orm/postgresql';

/** Something a person did in the settings bot. `input`: sealed JSON with the row's key, for it may be a password; empty when done. */
export const InboxEntity = defineEntity({
  name: 'Inbox',
  tableName: 'inbox',
  properties: {
    id: p.string().primary(),
    position: p.bigint('number'),
    userId: p.string(),
    input: p.text(),
    language: p.string().nullable(),
    name: p.string().nullable(),
    expiresAt: p.datetime().nullable(),
    doneAt: p.datetime().nullable(),
  },
});
