import { defineEntity, type InferEntity, p } from '@mikro-orm/postgresql';

/** A finished recording, until it was delivered. */
export const RecordingEntity = defineEntity({
  name: 'Recording',
  tableName: 'recording',
  properties: {
    id: p.string().primary(),
    path: p.string(),
    bytes: p.bigint('number'),
    durationMs: p.integer(),
    userId: p.string(),
    ownerId: p.string(),
    chat: p.string().nullable(),
    title: p.string(),
    performer: p.string(),
    caption: p.string(),
    startedAt: p.datetime(),
    takenAt: p.datetime(),
    nextTryAt: p.datetime(),
    tries: p.integer(),
    reason: p.string().nullable(),
    partsSent: p.integer(),
    partsSentToOwner: p.integer(),
    ownerTold: p.boolean(),
    deliveredAt: p.datetime().nullable(),
    host: p.string().nullable(),
    run: p.integer().nullable(),
    segments: p.integer().nullable(),
  },
});
export type RecordingRow = InferEntity<typeof RecordingEntity>;
