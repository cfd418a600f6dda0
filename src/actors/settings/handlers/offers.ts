import type { Next, Visitor } from '../handlers.ts';
import type { MoreParts } from '../more-parts.ts';
import { take } from './hand-over.ts';
import { accept } from './invitations.ts';

/** Somebody opened the bot by a link of an invitation or of a hand-over (product §3.1). Nobody else can use it. */
export async function acceptOffer(parts: MoreParts, visitor: Visitor, token: string): Promise<Next> {
  const { offers, screens } = parts;
  const offer = await offers.find(token);
  if (offer?.to === visitor.user && offer.kind === 'owner') {
    return { screen: await screens.lines(visitor), ...(await take(parts, visitor, token)) };
  }
  const sayings = offer?.to === visitor.user ? await accept(parts, offer, visitor.at) : undefined;
  return {
    screen: await screens.lines(visitor),
    sayings: sayings ?? [{ to: visitor.user, notice: { kind: 'invitation-gone' } }],
  };
}
