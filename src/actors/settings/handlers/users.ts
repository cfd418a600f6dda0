import { EpochMs, type UserId } from '../../../machines/model/ids.ts';
import type { OwnedLine } from '../../../machines/model/settings.ts';
import type { Next, PressHandlers, Saying, Visitor } from '../handlers.ts';
import type { SettingsParts } from '../parts.ts';
import { nameOf } from '../telegram-names.ts';
import { invitationLink, invitationMs } from './invitations.ts';
import { forOwner } from './owned.ts';

type Parts = Pick<
  SettingsParts,
  'lines' | 'screens' | 'offers' | 'people' | 'plans' | 'chat' | 'chatAccount' | 'newToken' | 'newRequest'
>;

/** Who talks through a line (product §3.7). */
export const userHandlers = (parts: Parts): PressHandlers<'user' | 'unlink'> => ({
  user: (visitor, press) =>
    forOwner(parts, visitor, press.line, async (line) => {
      if (!(await parts.plans.planOf(line.owner)).assignment) return { screen: await notInPlan(parts, visitor, line) };
      const request = parts.newRequest();
      return {
        picking: { kind: 'user', line: line.id, request },
        sayings: [{ to: visitor.user, notice: { kind: 'pick-user' }, request }],
      };
    }),

  unlink: (visitor, press) =>
    forOwner(parts, visitor, press.line, async (line) => {
      const sayings = await unlink(parts, visitor, line);
      return sayings ? { screen: await parts.screens.line(visitor, line.id), sayings } : goneFrom(parts, visitor);
    }),
});

/** The owner chose somebody: he is active at once if the chat account has met him, otherwise when he comes (D-06). */
export const userPicked = (
  parts: Parts,
  visitor: Visitor,
  of: OwnedLine['id'],
  picked: { readonly user: UserId; readonly name: string | undefined },
): Promise<Next> =>
  forOwner(parts, visitor, of, async (line) => {
    const { lines, screens, offers, people, plans, chat, chatAccount } = parts;
    if (!(await plans.planOf(line.owner)).assignment) return { screen: await notInPlan(parts, visitor, line) };
    const name = nameOf(picked.name ?? (await people.name(picked.user)), picked.user);
    const chosen = { kind: 'user-chosen', name } as const;
    if (picked.user === line.owner) {
      const sayings = await unlink(parts, visitor, line);
      return sayings ? { screen: await screens.line(visitor, line.id, chosen), sayings } : goneFrom(parts, visitor);
    }
    if (picked.name !== undefined) await people.note(picked.user, { name });
    if (line.user === picked.user || (await people.hasMet(picked.user))) {
      const sayings = line.user === picked.user ? [] : farewell(line, chatAccount);
      if (!(await lines.assign(visitor.user, line.id, picked.user))) return goneFrom(parts, visitor);
      await forgetInvitation(parts, line);
      if (line.user !== picked.user) {
        sayings.push({ to: picked.user, notice: { kind: 'invitation-accepted', lineName: line.name, chatAccount } });
      }
      return { screen: await screens.line(visitor, line.id, chosen), sayings };
    }
    const token = parts.newToken();
    const expiresAt = EpochMs(visitor.at + invitationMs);
    await offers.put({
      token,
      kind: 'user',
      line: line.id,
      from: line.owner,
      to: picked.user,
      toName: name,
      expiresAt,
    });
    const link = invitationLink(chat.username, token);
    return { screen: await screens.line(visitor, line.id, { kind: 'user-invited', name, link }) };
  });

/** @returns what is to be said about it; undefined: the line is another's meanwhile, and so is what becomes of it */
async function unlink(parts: Parts, visitor: Visitor, line: OwnedLine): Promise<Saying[] | undefined> {
  if (!(await parts.lines.assign(visitor.user, line.id, undefined))) return undefined;
  await forgetInvitation(parts, line);
  return farewell(line, parts.chatAccount);
}

/** To who talked through the line until now, unless it is the owner, who did it himself. */
export const farewell = ({ name: lineName, owner, user }: OwnedLine, chatAccount: string): Saying[] =>
  user === owner ? [] : [{ to: user, notice: { kind: 'unassigned', lineName, chatAccount } }];

async function forgetInvitation({ offers }: Parts, { id }: OwnedLine): Promise<void> {
  const offer = await offers.ofLine(id, 'user');
  if (offer) await offers.remove(offer.token);
}

/** Between the look at the line and the change somebody has taken it. */
const goneFrom = async ({ screens }: Parts, visitor: Visitor): Promise<Next> => ({
  screen: await screens.lines(visitor, { kind: 'not-yours' }),
});

const notInPlan = ({ screens }: Parts, visitor: Visitor, line: OwnedLine) =>
  screens.line(visitor, line.id, { kind: 'not-in-plan', what: 'assignment' });
