import { blankOptions, blankSettings } from '../../../machines/model/blank-line.ts';
import { LineId, type UserId } from '../../../machines/model/ids.ts';
import {
  type LineOptions,
  type OwnedLine,
  type Transport,
  transports,
  type WrongAnswer,
} from '../../../machines/model/settings.ts';
import { mainWorker } from '../../../machines/model/shards.ts';
import type { FieldValues } from '../fields/field.ts';
import { fields } from '../fields/fields.ts';
import type { AnswerHandlers, Next, PressHandlers, Visitor } from '../handlers.ts';
import type { SettingsParts } from '../parts.ts';
import { limitReachedBy, planRoom } from '../plan-room.ts';
import { contradicts, fixedValues } from '../template-fields.ts';
import { isOffered } from './auto-worker.ts';
import { type LineKey, type LineSection, readLines, writeLine, wrong } from './line-text.ts';
import { madeBy } from './made-by.ts';
import { forOwner } from './owned.ts';
import { noteTemplateOf } from './template-revision.ts';

type Parts = Pick<SettingsParts, 'lines' | 'screens' | 'templates' | 'hints' | 'workers' | 'plans' | 'checks'>;
type Wrong = { readonly wrong: WrongAnswer };
type Draft = LineOptions & FieldValues;

/** Lines as text, to be kept or carried to another installation (B-13). */
export const textPresses = (parts: Parts): PressHandlers<'export' | 'import'> => ({
  export: (visitor, press) =>
    forOwner(parts, visitor, press.line, async (line) => ({
      sayings: [{ to: visitor.user, notice: { kind: 'exported', text: writeLine(line) } }],
    })),

  import: async (visitor) => {
    const limit = await limitReachedBy(parts, visitor.user);
    if (limit !== undefined) return { screen: await parts.screens.lines(visitor, { kind: 'lines-limit', limit }) };
    const question = { kind: 'import' } as const;
    return {
      question,
      screen: { kind: 'question', question, lineName: undefined, hint: undefined, current: undefined },
    };
  },
});

export const importAnswer = (parts: Parts): AnswerHandlers<'import'> => ({
  import: async (visitor, _, text) => {
    const read = readLines(text);
    if (read.wrong) return read;
    const { own, limit } = await planRoom(parts, visitor.user);
    const ids = new Set(own.map(({ id }) => id));
    const sections = read.sections.map((section, place) => ({ ...section, id: madeBy(visitor, place) }));
    const missing = sections.filter(({ id }) => !ids.has(id));
    const over = missing[Math.max(0, limit - own.length)];
    if (over) return wrong(over.at, 'plan', over.name);
    // Each may ask for host names; nothing is made before all of them are known to be right.
    const drafts = await Promise.all(missing.map((section) => draftOf(parts, visitor, section)));
    for (const draft of drafts) if ('wrong' in draft) return draft;
    for (const [place, draft] of drafts.entries()) {
      if ('wrong' in draft) continue;
      const values = { ...draft.values, pendingSince: undefined };
      const line = await parts.lines.create(visitor.user, values, missing[place]?.id);
      await noteTemplateOf(parts, line, visitor.at);
    }
    return imported(parts, visitor, sections.length);
  },
});

const imported = async ({ screens }: Parts, visitor: Visitor, count: number): Promise<Next> => ({
  screen: await screens.lines(visitor, { kind: 'imported', count }),
});

async function draftOf(
  parts: Parts,
  { user: owner }: Visitor,
  { name, at, entries }: LineSection,
): Promise<{ readonly values: Draft } | Wrong> {
  const called = await fields.name.read(name, lineOf(owner, unset), parts.checks);
  if (!('options' in called) || 'wrong' in called) return wrong(at, 'wrong-value', name);
  let values: Draft = { ...unset, ...called.options };
  // What others are judged by comes first.
  for (const { key, value, at } of entries.toSorted((a, b) => order(a.key) - order(b.key))) {
    if (value === '') continue;
    const read = await readValue(parts, owner, key, value, values);
    if (!read || 'why' in read) return wrong(at, read?.why ?? 'wrong-value', key);
    if (contradicts(parts.templates.find(values.template ?? ''), key, read)) {
      return wrong(at, 'wrong-value', key);
    }
    values = { ...values, ...read };
  }
  return { values };
}

/** undefined: the value is none of those that are allowed. */
async function readValue(
  { checks, templates, workers, plans }: Parts,
  owner: UserId,
  key: LineKey,
  value: string,
  before: Draft,
): Promise<FieldValues | { readonly why: 'plan' } | undefined> {
  const word = value.toLowerCase();
  switch (key) {
    case 'protocol':
      return transports.includes(word as Transport) ? { transport: word as Transport } : undefined;
    case 'recording':
      if (word !== 'on' && word !== 'off') return undefined;
      return word === 'off' || (await plans.planOf(owner)).recording ? { recording: word === 'on' } : { why: 'plan' };
    case 'template': {
      const template = templates.find(value);
      return template && { template: value, ...fixedValues(template) };
    }
    case 'worker': {
      if (word === 'auto') return { worker: 'auto' };
      const worker = (await workers.all()).find(({ id, switchedOff }) => id === value && !switchedOff);
      const template = templates.find(before.template ?? '');
      if (!worker || !isOffered(worker, owner, { paidWorkers: true }, template)) return undefined;
      return isOffered(worker, owner, await plans.planOf(owner), template) ? { worker: value } : { why: 'plan' };
    }
    default: {
      const read = await fields[key].read(value, lineOf(owner, before), checks);
      if ('wrong' in read) return undefined;
      return 'options' in read ? read.options : read.edits;
    }
  }
}

const order = (key: LineKey): number => (key === 'template' ? 0 : key === 'proxy' ? 1 : 2);

/** The line a section will be. */
const lineOf = (owner: UserId, draft: Draft): OwnedLine => ({
  ...blankSettings,
  ...draft,
  id: LineId(''),
  owner,
  user: owner,
  enabled: false,
  draft: true,
  carrier: mainWorker,
  hasPassword: false,
  pending: {},
  pendingSince: undefined,
  formerOwner: undefined,
});

/** What a line has of which the text says nothing. */
const unset: LineOptions = { name: '', ...blankOptions };
