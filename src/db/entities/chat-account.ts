import { defineEntity, p } from '@mikro-orm/postgresql';

/**
 * The chat account: how far its messages were read (by user id), and in the row `login` how the only host of before logs in;
 * now each has its own, in the table of that name. `session` is sealed.
 */
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
