import type { DialRules, RulesCheck, RulesResult } from '../../actors/ports/dial-rules.ts';
import type { DialTarget } from '../../machines/model/party.ts';
import { type CompiledRule, readRules } from './grammar.ts';
import { type Effort, replaceAll } from './replacement.ts';
import { subjectOf } from './subject.ts';

/** UTF-16 units after any rule (product §4). */
const longestResult = 128;
/** UTF-16 units a filter is tried on: time grows with them, and no number is that long. */
const longestFiltered = 8_192;
/** What rewriting may cost in all, about a fifth of a second. Of thirty characters the largest rules spend a fifth of it. */
const mostEffort = 5_000_000;

/** Dial rules in the dialect of RE2, whose matching time grows with the text and not with the ways to match it. */
export const dialRules: DialRules = {
  check(text: string): RulesCheck {
    const read = readRules(text);
    if (!read.ok) return { ok: false, ...read.trouble };
    return { ok: true, rules: read.rules.map(({ kind, text: rule }) => ({ kind, text: rule })) };
  },
  apply: (rules, target) => run(rules, target).result,
  trace: run,
};

function run(text: string, target: DialTarget): { readonly steps: readonly string[]; readonly result: RulesResult } {
  const read = readRules(text);
  const steps: string[] = [];
  // Such rules are never stored; should they be, a line that lets nothing through is safer than one that dials anything.
  if (!read.ok) return { steps, result: { kind: 'filtered', rule: read.trouble.number, text: read.trouble.rule } };
  // Without rules a number is dialled as it was typed, and so is an address that has no user part.
  if (read.rules.length === 0) return { steps, result: { kind: 'dial', target } };
  const subject = subjectOf(target);
  const effort = { left: mostEffort };
  let current = subject.text;
  for (const [index, rule] of read.rules.entries()) {
    const next = step(rule, current, effort);
    if (next === 'tooLong') return { steps, result: { kind: 'tooLong' } };
    if (next === 'filtered') return { steps, result: { kind: 'filtered', rule: index + 1, text: rule.text } };
    current = next.text;
    steps.push(current);
  }
  if (current === '') return { steps, result: { kind: 'empty' } };
  if (current.length > longestResult) return { steps, result: { kind: 'tooLong' } };
  return { steps, result: { kind: 'dial', target: current === subject.text ? target : subject.rewritten(current) } };
}

function step(rule: CompiledRule, current: string, effort: Effort): { readonly text: string } | 'filtered' | 'tooLong' {
  if (rule.kind === 'filters') {
    if (current.length > longestFiltered) return 'tooLong';
    return rule.pattern.matcher(current).find() ? { text: current } : 'filtered';
  }
  if (current.length > longestResult) return 'tooLong';
  const text = replaceAll(rule.pattern, current, rule.replacement, effort);
  return text === undefined || text.length > longestResult ? 'tooLong' : { text };
}
