import type { EpochMs } from '../../../machines/model/ids.ts';
import type { OwnedLine } from '../../../machines/model/settings.ts';
import type { Offer } from '../../ports/offers.ts';
import type { Saying } from '../handlers.ts';
import type { SettingsParts } from '../parts.ts';

type Parts = Pick<SettingsParts, 'lines' | 'offers' | 'people' | 'plans' | 'chatAccount'>;

export const invitationMs = 7 * 24 * 3_600_000;

/** An offer is good up to the end of this moment. */
export const over = (expiresAt: EpochMs, at: EpochMs): boolean => at > expiresAt;

/** Opens the settings bot with an invitation (product §3.1). `username`: of the bot, without @. */
export const invitationLink = (username: string, token: string): string => `https://t.me/${username}?start=l_${token}`;

/**
 * The person who was chosen for a line has come: from now on it is his.
 * @returns what is to be said about it; undefined: the invitation is over, and nothing was changed
 */
export async function accept(parts: Parts, offer: Offer, at: EpochMs): Promise<readonly Saying[] | undefined> {
  const { lines, offers, people, chatAccount } = parts;
  const line = await invitedTo(parts, offer, at);
  if (!line || !(await offers.take(offer.token))) return undefined;
  if (!(await lines.assign(offer.to, line.id, offer.to, offer.from))) return undefined;
  const name = (await people.name(offer.to)) ?? offer.toName;
  const isReplaced = line.user !== line.owner && line.user !== offer.to;
  return [
    { to: offer.to, notice: { kind: 'invitation-accepted', lineName: line.name, chatAccount } },
    { to: line.owner, notice: { kind: 'user-active', lineName: line.name, name } },
    ...(isReplaced
      ? [{ to: line.user, notice: { kind: 'unassigned', lineName: line.name, chatAccount } } as const]
      : []),
  ];
}

/** The line an invitation is for, while it is good. */
export async function invitedTo(
  { lines, plans }: Pick<Parts, 'lines' | 'plans'>,
  offer: Offer,
  at: EpochMs,
): Promise<OwnedLine | undefined> {
  const line = await lines.find(offer.line);
  const isOpen = !over(offer.expiresAt, at) && line?.owner === offer.from;
  return isOpen && (await plans.planOf(line.owner)).assignment ? line : undefined;
}
