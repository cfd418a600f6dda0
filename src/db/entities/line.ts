import { defineEntity, type InferEntity, p } from '@mikro-orm/postgresql';
import type { DtmfMethod } from '../../machines/model/tone.ts';

/** A SIP account of ours. `password` is sealed. */
export const LineEntity = defineEntity({
  name: 'Line',
  tableName: 'line',
  properties: {
    id: p.uuid().primary(),
    name: p.string(),
    ownerId: p.string(),
    userId: p.string(),
    login: p.string(),
    password: p.text(),
    domain: p.string(),
    proxy: p.string(),
    transport: p.string().$type<'udp' | 'tcp' | 'tls'>(),
    codecs: p.array(),
    enabled: p.boolean(),
    dialRules: p.text(),
    dtmfMethods: p.array().$type<DtmfMethod[]>(),
    recording: p.boolean(),
    recordingStereo: p.boolean(),
    recordingsChat: p.string().nullable(),
    createdAt: p.datetime(),
  },
});
export type LineRow = InferEntity<typeof LineEntity>;
