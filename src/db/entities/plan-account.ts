import { defineEntity, type InferEntity, p } from '@mikro-orm/postgresql';

/** The plan an owner was given, and what was counted for him. `told`: epoch milliseconds by limit. */
export const PlanAccountEntity = defineEntity({
  name: 'PlanAccount',
  tableName: 'plan_account',
  properties: {
    ownerId: p.string().primary(),
    plan: p.string().nullable(),
    talkedSince: p.datetime().nullable(),
    talkedMs: p.bigint('number'),
    failedSince: p.datetime().nullable(),
    failedCalls: p.integer(),
    told: p.json<Record<string, number>>(),
  },
});
export type PlanAccountRow = InferEntity<typeof PlanAccountEntity>;
