import type { Offer } from '../../ports/offers.ts';
import type { Next, Saying, Visitor } from '../handlers.ts';
import type { SettingsParts } from '../parts.ts';
import { take } from './hand-over.ts';
import { accept, invitedTo } from './invitations.ts';

/** Somebody opened the bot by a link of an invitation or of a hand-over (product §3.1). Nobody else can use it. */
export async function acceptOffer(parts: SettingsParts, visitor: Visitor, token: string): Promise<Next> {
  const { offers, screens } = parts;
  const offer = await offers.find(token);
  if (offer?.to === visitor.user && offer.kind === 'owner') {
    return { screen: await screens.lines(visitor), ...(await take(parts, visitor, token)) };
  }
  const sayings = offer?.to === visitor.user ? await opened(parts, visitor, offer) : undefined;
  return {
    screen: await screens.lines(visitor),
    sayings: sayings ?? [{ to: visitor.user, notice: { kind: 'invitation-gone' } }],
  };
}

/** Calls go on ringing the owner until they can ring him: with the bot alone the chat account has not met him. */
async function opened(parts: SettingsParts, visitor: Visitor, offer: Offer): Promise<readonly Saying[] | undefined> {
  const { user: to, at } = visitor;
  const { people, chatAccount } = parts;
  const line = await invitedTo(parts, offer, at);
  if (!line) return undefined;
  if ((await people.hasMet(to)) || (await parts.reach(to))) return accept(parts, offer, at);
  return [{ to, notice: { kind: 'invitation-write-first', lineName: line.name, chatAccount } }];
}
