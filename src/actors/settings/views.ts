import { appliesAt } from '../../machines/model/auto-apply.ts';
import type { LineId } from '../../machines/model/ids.ts';
import type { PlanLimit } from '../../machines/model/refusals.ts';
import type { LineEdits, OwnedLine, Remark } from '../../machines/model/settings.ts';
import type { LineDetails, LineDot, LineFacts, LineSummary, Screen } from '../../machines/model/settings-screens.ts';
import { withEdits } from './fields/field.ts';
import { invitationLink, over } from './handlers/invitations.ts';
import type { Visitor } from './handlers.ts';
import type { Screens, ViewParts } from './parts.ts';
import { fixedFields, nextTransport } from './template-fields.ts';

/** Lines as the visitor may see them, judged anew each time (product §§2, 3.3). */
export class Views implements Screens {
  readonly #parts: ViewParts;

  constructor(parts: ViewParts) {
    this.#parts = parts;
  }

  async lines(visitor: Visitor, remark?: Remark): Promise<Screen> {
    const { lines, people, chatAccount } = this.#parts;
    const [seen, former, callback] = await Promise.all([
      lines.of(visitor.user),
      lines.formerOf(visitor.user),
      people.callback(visitor.user),
    ]);
    const summaries = await Promise.all(seen.map((line) => this.#summary(visitor, line)));
    const ids = new Set(summaries.map(({ id }) => id));
    return {
      kind: 'lines',
      lines: [...summaries, ...former.filter(({ id }) => !ids.has(id)).map(formerSummary)],
      callback,
      chatAccount,
      ...(remark && { remark }),
    };
  }

  async line(visitor: Visitor, id: LineId, remark?: Remark): Promise<Screen> {
    const line = await this.#parts.lines.find(id);
    const said = remark ? { remark } : {};
    if (line?.owner === visitor.user) return { ...(await this.#own(visitor, line)), ...said };
    if (line?.user === visitor.user) {
      const { chatAccount } = this.#parts;
      return { kind: 'assigned-line', facts: await this.#facts(visitor, line), chatAccount, ...said };
    }
    if (line && line.formerOwner === visitor.user) return { kind: 'former-line', id, name: line.name, ...said };
    return this.lines(visitor, { kind: 'not-yours' });
  }

  async #own(visitor: Visitor, line: OwnedLine): Promise<Screen> {
    const [facts, details] = await Promise.all([this.#facts(visitor, line), this.#details(visitor, line)]);
    return { kind: 'own-line', facts, details };
  }

  async #summary(visitor: Visitor, line: OwnedLine): Promise<LineSummary> {
    const { id, name, dot } = await this.#facts(visitor, line);
    return { id, name, dot, own: line.owner === visitor.user };
  }

  async #facts({ user, at }: Visitor, line: OwnedLine): Promise<LineFacts> {
    const { id, enabled, draft } = line;
    // Edits that wait are its owner's alone.
    const { name } = line.owner === user ? withEdits(line) : line;
    const { reachability: standing, registeredUntil } = this.#parts.standings.of(id);
    const limit = await this.#parts.plans.refusalOf(line.owner, id, at);
    const dot = dotOf(line, standing.state, limit);
    return { id, name, dot, standing, registeredUntil, enabled, draft, limit };
  }

  async #details({ at }: Visitor, line: OwnedLine): Promise<LineDetails> {
    const { people, offers, templates, settingsBot } = this.#parts;
    const edited = withEdits(line);
    const { pendingSince } = line;
    const template = templates.find(edited.template ?? '');
    const [offer, userName, { set: workerShown, carrier }, recordingsChatTitle] = await Promise.all([
      offers.ofLine(line.id, 'user'),
      line.user === line.owner ? undefined : people.name(line.user),
      this.#parts.workersOf(line),
      line.recordingsChat === undefined ? undefined : this.#parts.chatTitle(line.recordingsChat),
    ]);
    // It stays in the book for a while after it is over.
    const invitation = offer && !over(offer.expiresAt, at) ? offer : undefined;
    const { codecs, dtmfMethods, recording, recordingsChat, quietHours } = line;
    const { login, domain, proxy, transport, worker, dialRules, hasPassword } = edited;
    return {
      ...{ codecs, dtmfMethods, recording, recordingsChat, quietHours },
      ...{ login, domain, proxy, transport, worker, dialRules, hasPassword, template: edited.template },
      pending: Object.keys(line.pending) as (keyof LineEdits)[],
      appliesAt: pendingSince === undefined ? undefined : appliesAt(pendingSince),
      workerShown,
      carriedBy: carrier?.id === workerShown?.id ? undefined : carrier,
      nextTransport: nextTransport(template, transport),
      templateName: template?.name,
      fixed: fixedFields(template, edited),
      recordingsChatTitle,
      user: line.user === line.owner ? undefined : { id: line.user, name: userName ?? line.user },
      invited: invitation && {
        name: invitation.toName,
        link: invitationLink(settingsBot, invitation.token),
      },
    };
  }
}

/** Off comes first: nothing else is to be expected of such a line. Trouble is worth more than edits that wait. */
function dotOf(line: OwnedLine, state: LineFacts['standing']['state'], limit: PlanLimit | undefined): LineDot {
  if (!line.enabled) return 'off';
  if (limit || state === 'refused' || state === 'unreachable') return 'error';
  return state === 'reachable' && line.pendingSince === undefined ? 'registered' : 'pending';
}

const formerSummary = ({ id, name }: OwnedLine): LineSummary => ({ id, name, dot: 'off', own: false });
