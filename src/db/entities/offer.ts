import { defineEntity, type InferEntity, p } from '@mikro-orm/postgresql';

/** An open invitation to a line. */
export const OfferEntity = defineEntity({
  name: 'Offer',
  tableName: 'offer',
  properties: {
    token: p.string().primary(),
    kind: p.string().$type<'user' | 'owner'>(),
    lineId: p.uuid(),
    fromId: p.string(),
    toId: p.string(),
    toName: p.string(),
    expiresAt: p.datetime(),
  },
});
export type OfferRow = InferEntity<typeof OfferEntity>;
