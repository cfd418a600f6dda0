import { defineEntity, type InferEntity, p } from '@mikro-orm/postgresql';
import type { MessageContent } from '../../actors/ports/conversation.ts';

/** A message with buttons. */
export const PanelEntity = defineEntity({
  name: 'Panel',
  tableName: 'panel',
  properties: {
    token: p.string().primary(),
    userId: p.string(),
    content: p.json<MessageContent>(),
    messageId: p.integer().nullable(),
    inlineMessageId: p.string().nullable(),
    createdAt: p.datetime(),
  },
});
export type PanelRow = InferEntity<typeof PanelEntity>;
