import { defineEntity, p } from '@mikro-orm/postgresql';
import type { WorkerKind } from '../../machines/model/settings-screens.ts';

/** A process that registers lines and carries calls. `load`: 0 to 1. */
export const WorkerEntity = defineEntity({
  name: 'Worker',
  tableName: 'worker',
  properties: {
    id: p.string().primary(),
    kind: p.string().$type<WorkerKind>(),
    ownerId: p.string().nullable(),
    name: p.string(),
    place: p.string(),
    free: p.boolean(),
    load: p.float(),
    seenAt: p.datetime(),
    switchedOff: p.boolean(),
  },
});
