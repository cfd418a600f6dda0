import { UserId } from '../../../machines/model/ids.ts';
import type { AdminCommand, OwnedLine } from '../../../machines/model/settings.ts';
import type { Next, Visitor } from '../handlers.ts';
import type { SettingsParts } from '../parts.ts';

type Parts = Pick<SettingsParts, 'lines' | 'screens' | 'planBook' | 'operatorNotices' | 'admins'>;
export type AdminHandlers = Readonly<
  Record<Exclude<AdminCommand, 'hosts'>, (visitor: Visitor, payload: string) => Promise<Next>>
>;

/** UTF-16 units; with the words around it, it must fit into one message. */
export const longestNotice = 3_000;
/** UTF-16 units of a list. */
const longestList = 3_500;

/** What the operator can do from his own Telegram, in English. Others get the list of their lines. */
export const adminHandlers = (parts: Parts): AdminHandlers => ({
  owners: asAdmin(parts, async () => {
    const owners = await parts.lines.owners();
    const rows = owners.map(({ owner, name, lines, plan }) =>
      [owner, name?.replaceAll(/\s+/g, ' '), `${lines} ${lines === 1 ? 'line' : 'lines'}`, plan && `plan ${plan}`]
        .filter(Boolean)
        .join(' · '),
    );
    return fit(rows, 'owner list') || 'Nobody owns a line yet.';
  }),

  lines: asAdmin(parts, async (owner) => {
    if (!isId(owner)) return 'Usage: /lines <owner id>; /owners lists the owners';
    const lines = (await parts.lines.of(UserId(owner))).filter((line) => line.owner === owner);
    return fit(lines.map(lineRow), 'line list') || `${owner} owns no line.`;
  }),

  plan: asAdmin(parts, async (payload) => {
    const [owner = '', plan = '', ...more] = payload.split(/\s+/);
    if (!isId(owner) || plan === '' || more.length > 0)
      return 'Usage: /plan <owner id> <plan>, or - for the default one';
    const names = parts.planBook.names();
    if (plan !== '-' && !names.includes(plan)) {
      return names.length === 0
        ? 'There is no plan file (PLANS_FILE): nothing is limited.'
        : `There is no plan ${plan.slice(0, 32)}. There are: ${names.join(', ')}`;
    }
    await parts.planBook.setPlan(UserId(owner), plan === '-' ? undefined : plan);
    return `${owner} has the ${plan === '-' ? 'default plan' : `plan ${plan}`}.`;
  }),

  notice: asAdmin(parts, async (payload) => {
    const [, owner, one] = /^(\d{1,16})\s+(.+)$/s.exec(payload) ?? [];
    const text = (one ?? payload).trim();
    if (text === '' || isId(text)) return 'Usage: /notice <text> to every owner, or /notice <owner id> <text>';
    if (text.length > longestNotice)
      return `A notice has at most ${longestNotice} characters; this one has ${text.length}.`;
    const isOwner = owner === undefined || (await parts.lines.owners()).some((known) => known.owner === owner);
    if (!isOwner) return `${owner} owns no line. A notice to every owner begins with a word.`;
    const count = await parts.operatorNotices.put(owner === undefined ? undefined : UserId(owner), text);
    return `The notice goes to ${count} ${count === 1 ? 'owner' : 'owners'}.`;
  }),
});

const asAdmin =
  ({ admins, screens }: Parts, does: (payload: string) => Promise<string>) =>
  async (visitor: Visitor, payload: string): Promise<Next> =>
    admins.has(visitor.user)
      ? { sayings: [{ to: visitor.user, notice: { kind: 'admin', text: await does(payload) } }] }
      : { screen: await screens.lines(visitor) };

const isId = (text: string): boolean => /^\d{1,16}$/.test(text);

/** What the operator needs to speak of a line; its login is its owner's. */
const lineRow = ({ id, name, owner, user, domain, enabled, draft }: OwnedLine): string =>
  [id, name.replaceAll(/\s+/g, ' '), enabled ? 'on' : draft ? 'draft' : 'off', domain, user !== owner && `user ${user}`]
    .filter(Boolean)
    .join(' · ');

/** As many rows as one message holds, and how many more there are. `all`: the command that has them all. */
function fit(rows: readonly string[], all: string): string {
  let length = 0;
  const kept = rows.filter((row) => (length += row.length + 1) <= longestList);
  const left = rows.length - kept.length;
  return [...kept, ...(left > 0 ? [`… and ${left} more: \`${all}\` of the CLI has them all`] : [])].join('\n');
}
