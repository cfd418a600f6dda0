import { defineEntity, type InferEntity, p } from '@mikro-orm/postgresql';
import type { AppliedSettings, QuietHours, Transport } from '../../machines/model/settings.ts';
import type { DtmfMethod } from '../../machines/model/tone.ts';

/** Edits that wait. JSON knows no undefined: null stands for it. */
export type PendingColumns = Partial<Omit<AppliedSettings, 'template'>> & { readonly template?: string | null };

/**
 * A SIP account of ours. Passwords are sealed; without login, password or domain it is not complete and cannot be called on.
 * `serverByOperator`: domain and proxy are as the operator set them.
 * `placedOn`: the Worker that Auto chose; `placeDue`: it is to choose anew. `revision` grows with what a registration depends on, `version` with every change.
 */
export const LineEntity = defineEntity({
  name: 'Line',
  tableName: 'line',
  properties: {
    id: p.uuid().primary(),
    name: p.string(),
    ownerId: p.string(),
    userId: p.string(),
    login: p.string(),
    password: p.text().nullable(),
    domain: p.string(),
    proxy: p.string(),
    transport: p.string().$type<Transport>(),
    codecs: p.array(),
    enabled: p.boolean(),
    draft: p.boolean(),
    worker: p.string(),
    template: p.string().nullable(),
    dialRules: p.text(),
    dtmfMethods: p.array().$type<DtmfMethod[]>(),
    recording: p.boolean(),
    recordingStereo: p.boolean(),
    recordingsChat: p.string().nullable(),
    quietHours: p.json<QuietHours>().nullable(),
    pending: p.json<PendingColumns>(),
    pendingPassword: p.text().nullable(),
    pendingSince: p.datetime().nullable(),
    formerOwnerId: p.string().nullable(),
    serverByOperator: p.boolean(),
    placedOn: p.string().nullable(),
    placeDue: p.boolean(),
    revision: p.integer(),
    version: p.integer(),
    createdAt: p.datetime(),
  },
});
export type LineRow = InferEntity<typeof LineEntity>;
