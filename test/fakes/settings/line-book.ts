import type { Deadline } from '../../../src/actors/ports/deadlines.ts';
import type { Changer, LineBook, NewEdits } from '../../../src/actors/ports/line-book.ts';
import { appliesAt, autoApplyKind, lineAddressPrefix } from '../../../src/machines/model/auto-apply.ts';
import { blankSettings } from '../../../src/machines/model/blank-line.ts';
import { type EpochMs, LineId, type UserId } from '../../../src/machines/model/ids.ts';
import { nameWith } from '../../../src/machines/model/line-name.ts';
import { auto } from '../../../src/machines/model/placement.ts';
import type { AppliedSettings, LineOptions, OwnedLine } from '../../../src/machines/model/settings.ts';
import { mainWorker } from '../../../src/machines/model/shards.ts';

interface Held {
  line: OwnedLine;
  password: string | undefined;
  newPassword: string | undefined;
}

export interface AuditEntry {
  readonly by: Changer;
  readonly line: LineId;
  readonly did: string;
}

/** A line book on paper: it knows every password, and writes down who did what. */
export class MemoryLineBook implements LineBook {
  readonly audit: AuditEntry[] = [];
  /** How often every host was told to look. */
  announced = 0;
  /** Calls in progress, as the test says. */
  readonly calls = new Map<LineId, number>();
  readonly plans = new Map<UserId, string>();
  readonly names = new Map<UserId, string>();
  readonly #held = new Map<LineId, Held>();
  #made = 0;

  /** Of the edits that wait. */
  get deadlines(): readonly Deadline[] {
    return this.#lines().flatMap(({ id, pendingSince }) =>
      pendingSince === undefined
        ? []
        : [{ address: `${lineAddressPrefix}${id}`, kind: autoApplyKind, dueAt: appliesAt(pendingSince) }],
    );
  }

  async of(person: UserId) {
    const lines = this.#lines();
    return [
      ...lines.filter(({ owner }) => owner === person),
      ...lines.filter(({ owner, user }) => user === person && owner !== person),
    ];
  }

  async formerOf(person: UserId) {
    return this.#lines().filter(({ formerOwner }) => formerOwner === person);
  }

  async find(line: LineId) {
    return this.#held.get(line)?.line;
  }

  async create(
    owner: UserId,
    values: LineOptions & NewEdits & { readonly pendingSince: EpochMs | undefined },
    id = LineId(`00000000-0000-4000-8000-${String(this.#made + 1).padStart(12, '0')}`),
  ) {
    const { name, codecs, dtmfMethods, recording, recordingsChat, quietHours, pendingSince, ...edits } = values;
    this.#made += 1;
    const { password, ...settings } = edits;
    const line: OwnedLine = {
      id,
      owner,
      user: owner,
      ...{ name, codecs, dtmfMethods, recording, recordingsChat, quietHours },
      ...blankSettings,
      enabled: false,
      draft: true,
      carrier: mainWorker,
      hasPassword: false,
      pending: {},
      pendingSince: undefined,
      formerOwner: undefined,
    };
    const held: Held = { line, password: undefined, newPassword: undefined };
    this.#held.set(id, held);
    if (pendingSince !== undefined) edit(held, edits, pendingSince);
    else {
      held.password = password;
      held.line = { ...line, ...settings, hasPassword: password !== undefined };
    }
    return this.#note(owner, held, 'create');
  }

  async change(by: Changer, line: LineId, changes: Partial<LineOptions>) {
    return this.#asOwner(by, line, 'change', (held) => {
      held.line = { ...held.line, ...changes };
    });
  }

  async edit(by: Changer, line: LineId, edits: NewEdits, at: EpochMs) {
    return this.#asOwner(by, line, 'edit', (held) => edit(held, edits, at));
  }

  async apply(by: Changer, line: LineId) {
    return this.#asOwner(by, line, 'apply', apply);
  }

  async switch(by: Changer, line: LineId, on: boolean) {
    return this.#asOwner(by, line, on ? 'switch-on' : 'switch-off', (held) => {
      if (!on) held.line = { ...held.line, enabled: false, draft: false };
      else if (isCompleteWith(held)) {
        apply(held);
        held.line = { ...held.line, enabled: true, draft: false };
      }
    });
  }

  async assign(by: Changer, line: LineId, user: UserId | undefined, owner: Changer = by) {
    const known = this.#held.get(line)?.line;
    if (!known || !isHis(owner, known)) return undefined;
    return this.#do(by, line, 'assign', (held) => {
      held.line = { ...held.line, user: user ?? held.line.owner };
    });
  }

  async handOver(by: Changer, line: LineId, to: UserId, notFor: readonly string[] = []) {
    return this.#do(by, line, 'hand-over', (held) => {
      const formerOwner = held.line.owner;
      if (formerOwner === to) return;
      apply(held);
      held.line = { ...held.line, owner: to, user: to, recordingsChat: undefined, formerOwner };
      leave(held, notFor);
    });
  }

  async takeBack(by: UserId, line: LineId, notFor: readonly string[] = []) {
    if (this.#held.get(line)?.line.formerOwner !== by) return undefined;
    return this.#do(by, line, 'take-back', (held) => {
      discard(held);
      held.line = { ...held.line, owner: by, user: by, recordingsChat: undefined, formerOwner: undefined };
      leave(held, notFor);
    });
  }

  async remove(by: Changer, line: LineId) {
    const held = this.#held.get(line);
    if (!held || !isHis(by, held.line)) return false;
    this.#note(by, held, 'remove');
    return this.#held.delete(line);
  }

  async callsOn(line: LineId) {
    return this.calls.get(line) ?? 0;
  }

  async isRecordingsChat(chat: string): Promise<boolean> {
    return [...this.#lines()].some(({ recordingsChat }) => recordingsChat === chat);
  }

  async owners() {
    const counts = new Map<UserId, number>();
    for (const { owner } of this.#lines()) counts.set(owner, (counts.get(owner) ?? 0) + 1);
    return [...counts]
      .map(([owner, lines]) => ({ owner, name: this.names.get(owner), lines, plan: this.plans.get(owner) }))
      .toSorted((a, b) => (a.owner < b.owner ? -1 : 1));
  }

  /** What the line registers with. */
  passwordOf(line: LineId): string | undefined {
    return this.#held.get(line)?.password;
  }

  #lines(): OwnedLine[] {
    return [...this.#held.values()].map(({ line }) => line);
  }

  #asOwner(by: Changer, line: LineId, did: string, change: (held: Held) => void): OwnedLine | undefined {
    const held = this.#held.get(line);
    return held && isHis(by, held.line) ? this.#do(by, line, did, change) : undefined;
  }

  #do(by: Changer, line: LineId, did: string, change: (held: Held) => void): OwnedLine | undefined {
    const held = this.#held.get(line);
    if (!held) return undefined;
    const before = JSON.stringify(held);
    change(held);
    return JSON.stringify(held) === before ? held.line : this.#note(by, held, did);
  }

  #note(by: Changer, { line }: Held, did: string): OwnedLine {
    this.audit.push({ by, line: line.id, did });
    this.announced += 1;
    return line;
  }
}

function edit(held: Held, { password, ...edits }: NewEdits, at: EpochMs): void {
  const { line } = held;
  const pending = Object.fromEntries(
    Object.entries({ ...line.pending, ...edits, ...(password !== undefined && { password: true }) }).filter(
      ([key, value]) => key === 'password' || line[key as keyof AppliedSettings] !== value,
    ),
  );
  if (password !== undefined) held.newPassword = password;
  const isAny = Object.keys(pending).length > 0;
  held.line = { ...line, pending, pendingSince: isAny ? (line.pendingSince ?? at) : undefined };
}

function apply(held: Held): void {
  const { pending, ...line } = held.line;
  const { password, ...settings } = pending;
  held.password = held.newPassword ?? held.password;
  held.newPassword = undefined;
  const hasPassword = held.password !== undefined;
  const applied = { ...line, ...settings, hasPassword };
  const isComplete = hasPassword && applied.login !== '' && applied.domain !== '';
  held.line = {
    ...applied,
    ...(settings.login !== undefined && { name: nameWith(line, settings.login) }),
    pending: {},
    pendingSince: undefined,
    carrier: applied.worker === auto ? line.carrier : applied.worker,
    enabled: isComplete && (line.enabled || line.draft),
    draft: line.draft && !isComplete,
    formerOwner: password ? undefined : line.formerOwner,
  };
}

function discard(held: Held): void {
  held.newPassword = undefined;
  held.line = { ...held.line, pending: {}, pendingSince: undefined };
}

function leave(held: Held, workers: readonly string[]): void {
  if (workers.includes(held.line.worker)) held.line = { ...held.line, worker: 'auto' };
}

const isCompleteWith = ({ line, password, newPassword }: Held): boolean =>
  (newPassword ?? password) !== undefined &&
  (line.pending.login ?? line.login) !== '' &&
  (line.pending.domain ?? line.domain) !== '';

const isHis = (by: Changer, { owner }: OwnedLine): boolean => by === 'timer' || by === 'operator' || by === owner;
