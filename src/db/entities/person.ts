import { defineEntity, type InferEntity, p } from '@mikro-orm/postgresql';

/** What is remembered of a Telegram user. */
export const PersonEntity = defineEntity({
  name: 'Person',
  tableName: 'person',
  properties: {
    id: p.string().primary(),
    callback: p.boolean(),
    /** First name, as Telegram or a picker told it. */
    name: p.string().nullable(),
    /** Chosen. */
    language: p.string().nullable(),
    telegramLanguage: p.string().nullable(),
  },
});
export type PersonRow = InferEntity<typeof PersonEntity>;
