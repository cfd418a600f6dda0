import { defineEntity, type InferEntity, p } from '@mikro-orm/postgresql';

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
    createdAt: p.datetime(),
  },
});
export type LineRow = InferEntity<typeof LineEntity>;
