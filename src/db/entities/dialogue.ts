import { defineEntity, p } from '@mikro-orm/postgresql';
import type { Picking, Question } from '../../machines/model/settings.ts';
import type { OpenQuestion } from '../../machines/model/settings-dialogue.ts';

/** Where a person is in the settings bot. */
export const DialogueEntity = defineEntity({
  name: 'Dialogue',
  tableName: 'dialogue',
  properties: {
    userId: p.string().primary(),
    screenMessage: p.integer().nullable(),
    question: p.json<OpenQuestion>().nullable(),
    picking: p.json<Picking>().nullable(),
    givenUp: p.json<Question>().nullable(),
  },
});
