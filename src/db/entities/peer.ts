import { defineEntity, p } from '@mikro-orm/postgresql';

/** How an account may address a user. `accessHash`: 64-bit, decimal. */
export const PeerEntity = defineEntity({
  name: 'Peer',
  tableName: 'peer',
  properties: {
    account: p.string().primary(),
    userId: p.string().primary(),
    accessHash: p.string(),
    met: p.boolean(),
  },
});
