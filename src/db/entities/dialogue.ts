import { defineEntity, p } from '@mikro-orm/postgresql';
import type { Dialogue } from '../../actors/ports/dialogues.ts';
import type { Picking } from '../../machines/model/settings.ts';

/** Where a person is in the settings bot. */
export const DialogueEntity = defineEntity({
  name: 'Dialogue',
  tableName: 'dialogue',
  properties: {
    userId: p.string().primary(),
    screenMessage: p.integer().nullable(),
    question: p.json<NonNullable<Dialogue['question']>>().nullable(),
    picking: p.json<Picking>().nullable(),
  },
});
