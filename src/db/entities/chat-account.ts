import { defineEntity, p } from '@mikro-orm/postgresql';

/** The chat account: how it logs in (the row `login`), and how far its messages were read (by user id). `session` is sealed. */
export const ChatAccountEntity = defineEntity({
  name: 'ChatAccount',
  tableName: 'chat_account',
  properties: {
    id: p.string().primary(),
    session: p.text().nullable(),
    pts: p.integer().nullable(),
    qts: p.integer().nullable(),
    date: p.integer().nullable(),
    noFirstContactsUntil: p.datetime().nullable(),
  },
});
