import { EpochMs, type LineId, type UserId } from '../../../machines/model/ids.ts';
import type { OwnedLine } from '../../../machines/model/settings.ts';
import type { Next, PressHandlers, Saying, Visitor } from '../handlers.ts';
import type { SettingsParts } from '../parts.ts';
import { limitReachedBy } from '../plan-room.ts';
import { nameOf } from '../telegram-names.ts';
import { invitationLink, over } from './invitations.ts';
import { forOwner } from './owned.ts';
import { leaveFormerChat } from './recordings-chat.ts';
import { noteTemplateOf } from './template-revision.ts';
import { farewell } from './users.ts';

type Parts = Pick<
  SettingsParts,
  | 'lines'
  | 'screens'
  | 'offers'
  | 'people'
  | 'plans'
  | 'workers'
  | 'templates'
  | 'hints'
  | 'chat'
  | 'chatAccount'
  | 'say'
  | 'newToken'
  | 'newRequest'
>;

const offerMs = 5 * 60_000;

/** A line gets another owner, and may come back (product §3.9, D-07). */
export const handOverHandlers = (parts: Parts): PressHandlers<'transfer' | 'take' | 'transfer-back'> => ({
  transfer: (visitor, press) =>
    forOwner(parts, visitor, press.line, async ({ id: line }) => {
      const request = parts.newRequest();
      return {
        picking: { kind: 'new-owner', line, request },
        sayings: [{ to: visitor.user, notice: { kind: 'pick-new-owner' }, request }],
      };
    }),

  take: (visitor, press) => take(parts, visitor, press.offer),

  'transfer-back': async (visitor, press) => {
    const { lines, screens } = parts;
    const line = await lines.find(press.line);
    if (line?.formerOwner !== visitor.user) {
      return { screen: await screens.lines(visitor, { kind: 'not-yours' }) };
    }
    const limit = await limitReachedBy(parts, visitor.user);
    if (limit !== undefined) return { screen: await screens.lines(visitor, { kind: 'lines-limit', limit }) };
    const back = await lines.takeBack(visitor.user, line.id, await notFor(parts, visitor.user));
    if (!back) return { screen: await screens.lines(visitor, { kind: 'not-yours' }) };
    await forgetOffers(parts, line.id);
    await leaveFormerChat(parts, line);
    await noteTemplateOf(parts, back, visitor.at);
    return {
      screen: await screens.line(visitor, line.id),
      sayings: [
        { to: line.owner, notice: { kind: 'taken-back', lineName: line.name, name: await ownName(parts, visitor) } },
        ...farewellFrom(parts, line, visitor),
      ],
    };
  },
});

/** The owner chose who is to have the line; where the bot cannot write to him, the link does instead. */
export const newOwnerPicked = (
  parts: Parts,
  visitor: Visitor,
  of: LineId,
  picked: { readonly user: UserId; readonly name: string | undefined },
): Promise<Next> =>
  forOwner(parts, visitor, of, async ({ id: line, owner, name: lineName }) => {
    const { offers, people, screens, chat } = parts;
    if (picked.user === owner) return { screen: await screens.line(visitor, line) };
    const name = nameOf(picked.name ?? (await people.name(picked.user)), picked.user);
    if (picked.name !== undefined) await people.note(picked.user, { name });
    const token = parts.newToken();
    const expiresAt = EpochMs(visitor.at + offerMs);
    await offers.put({ token, kind: 'owner', line, from: owner, to: picked.user, toName: name, expiresAt });
    const from = await ownName(parts, visitor);
    const isTold = await parts.say({
      to: picked.user,
      notice: { kind: 'hand-over-offer', lineName, from, offer: token },
    });
    const link = invitationLink(chat.username, token);
    return {
      screen: await screens.line(
        visitor,
        line,
        isTold ? { kind: 'offered', name } : { kind: 'offered-by-link', name, link },
      ),
    };
  });

/** The receiver takes the line; who comes too late, or was not meant, is told that the offer is over. */
export async function take(parts: Parts, visitor: Visitor, token: string): Promise<Next> {
  const { lines, screens, offers } = parts;
  const expired: Next = { sayings: [{ to: visitor.user, notice: { kind: 'hand-over-expired' } }] };
  const offer = await offers.find(token);
  if (offer?.kind !== 'owner' || offer.to !== visitor.user || over(offer.expiresAt, visitor.at)) return expired;
  const line = await lines.find(offer.line);
  if (line?.owner !== offer.from) return expired;
  const limit = await limitReachedBy(parts, visitor.user);
  if (limit !== undefined) return { screen: await screens.lines(visitor, { kind: 'lines-limit', limit }) };
  if (!(await offers.take(token))) return expired;
  await forgetOffers(parts, line.id);
  const taken = await lines.handOver(visitor.user, line.id, visitor.user, await notFor(parts, visitor.user));
  if (!taken) return expired;
  await leaveFormerChat(parts, line);
  await noteTemplateOf(parts, taken, visitor.at);
  const name = await ownName(parts, visitor);
  return {
    screen: await screens.line(visitor, line.id),
    sayings: [
      { to: offer.from, notice: { kind: 'hand-over-taken', lineName: line.name, name } },
      ...farewellFrom(parts, line, visitor),
    ],
  };
}

/** To who talked through the line until now, unless it is who has it now. */
const farewellFrom = ({ chatAccount }: Parts, line: OwnedLine, { user }: Visitor): readonly Saying[] =>
  farewell(line, chatAccount).filter(({ to }) => to !== user);

/** Private workers are their owner's: they do not go with a line (product §3.6). */
const notFor = async ({ workers }: Parts, person: UserId): Promise<readonly string[]> =>
  (await workers.all()).filter(({ kind, owner }) => kind === 'private' && owner !== person).map(({ id }) => id);

/** What the owner before promised is nothing to the next one. */
async function forgetOffers({ offers }: Parts, line: LineId): Promise<void> {
  for (const kind of ['user', 'owner'] as const) {
    const offer = await offers.ofLine(line, kind);
    if (offer) await offers.remove(offer.token);
  }
}

const ownName = async ({ people }: Parts, { user, name }: Visitor): Promise<string> =>
  nameOf(name ?? (await people.name(user)), user);
