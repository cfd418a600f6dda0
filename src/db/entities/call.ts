import { defineEntity, type InferEntity, p } from '@mikro-orm/postgresql';
import type { HangupCause } from '../../machines/model/hangup-cause.ts';
import type { DialTarget } from '../../machines/model/party.ts';

/** The record of one call. */
export const CallEntity = defineEntity({
  name: 'Call',
  tableName: 'call',
  properties: {
    id: p.string().primary(),
    userId: p.string(),
    lineId: p.uuid(),
    direction: p.string().$type<'outgoing' | 'incoming'>(),
    number: p.string().nullable(),
    target: p.json<DialTarget>().nullable(),
    openedAt: p.datetime(),
    answeredAt: p.datetime().nullable(),
    endedAt: p.datetime().nullable(),
    cause: p.json<HangupCause>().nullable(),
  },
});
export type CallRow = InferEntity<typeof CallEntity>;
