import { RE2JS, RE2JSException, RE2JSSyntaxException } from 're2js';
import type { DialRule } from '../../actors/ports/dial-rules.ts';
import { instructionsOf } from './pattern-size.ts';
import { type Replacement, readReplacement } from './replacement.ts';

/** A rule that can be applied. */
export type CompiledRule = DialRule & { readonly pattern: RE2JS } & (
    | { readonly kind: 'filters' }
    | { readonly kind: 'replaces'; readonly replacement: Replacement }
  );

export interface Trouble {
  /** The rule as written, and its number from 1. */
  readonly rule: string;
  readonly number: number;
  /** In the whole text, UTF-16 units from 0. */
  readonly position: number;
  readonly why: string;
}

type RulesRead =
  | { readonly ok: true; readonly rules: readonly CompiledRule[] }
  | { readonly ok: false; readonly trouble: Trouble };

const mostRules = 64;
const longestText = 1_000;
/**
 * Of all rules together. Rules without counts such as `{9}` stay below it whatever they say; with counts 1000 characters
 * make a million instructions, and matching takes instructions × characters.
 */
const mostInstructions = 2_000;

/** Reads dial rules (product §4): split at spaces; `left=right` at the first `=` replaces, anything else filters. */
export function readRules(text: string): RulesRead {
  const words = [...text.matchAll(/\S+/g)].map((match) => ({ rule: match[0], at: match.index }));
  if (words.length === 1 && words[0]?.rule === '=') return { ok: true, rules: [] };
  const rules: CompiledRule[] = [];
  let instructions = 0;
  for (const [index, { rule, at }] of words.entries()) {
    const refuse = (position: number, why: string): RulesRead => ({
      ok: false,
      trouble: { rule, number: index + 1, position, why },
    });
    if (index >= mostRules) return refuse(at, `more than ${mostRules} rules`);
    if (at + rule.length > longestText) return refuse(longestText, `more than ${longestText} characters`);
    const split = rule.indexOf('=');
    const left = split < 0 ? rule : rule.slice(0, split);
    if (left === '') return refuse(at, 'nothing stands before the equals sign');
    instructions += instructionsOf(left);
    if (instructions > mostInstructions) return refuse(at, 'the repetitions make the rules too large');
    const pattern = compile(left);
    if (!(pattern instanceof RE2JS)) return refuse(at + pattern.position, pattern.why);
    if (split < 0) {
      rules.push({ kind: 'filters', text: rule, pattern });
      continue;
    }
    const replacement = readReplacement(rule.slice(split + 1), pattern.groupCount());
    if ('why' in replacement) return refuse(at + split + 1 + replacement.position, replacement.why);
    rules.push({ kind: 'replaces', text: rule, pattern, replacement });
  }
  return { ok: true, rules };
}

interface PatternTrouble {
  /** In the pattern. */
  readonly position: number;
  readonly why: string;
}

function compile(pattern: string): RE2JS | PatternTrouble {
  // `(?=1)2` was split at its equals sign.
  const lookAround = /\(\?<?$/.exec(pattern);
  if (lookAround) {
    return { position: lookAround.index, why: 'look-ahead and look-behind are not supported; a plain = is \\x3d' };
  }
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    if (!(error instanceof RE2JSSyntaxException)) return { position: 0, why: error.message };
    const { what, fragment } = failureOf(error);
    return { position: positionOf(pattern, { what, fragment }), why: fragment === '' ? what : `${what}: ${fragment}` };
  }
}

interface Failure {
  readonly what: string;
  /** What the library choked on; it does not say where. */
  readonly fragment: string;
}

const failureOf = (error: RE2JSSyntaxException): Failure => ({
  what: error.getDescription(),
  // Typed as a string, but missing for a trailing backslash.
  fragment: (error.getPattern() as string | undefined) ?? '',
});

function positionOf(pattern: string, { what, fragment }: Failure): number {
  const fails = (part: string) => failure(part)?.what === what;
  // For brackets the fragment is the whole pattern.
  if (what === 'unexpected )') return places(pattern, ')').find((at) => fails(pattern.slice(0, at + 1))) ?? 0;
  if (what === 'missing closing )') return places(pattern, '(').findLast((at) => fails(pattern.slice(at))) ?? 0;
  if (fragment === '') return pattern.length - 1;
  // The same characters may stand earlier where they are right, as in `z-a[z-a]`.
  const candidates = places(pattern, fragment);
  return candidates.find((at) => fails(pattern.slice(0, at + fragment.length))) ?? candidates[0] ?? 0;
}

function places(text: string, wanted: string): number[] {
  const found: number[] = [];
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1)) found.push(at);
  return found;
}

function failure(pattern: string): Failure | undefined {
  try {
    RE2JS.compile(pattern);
    return undefined;
  } catch (error) {
    return error instanceof RE2JSSyntaxException ? failureOf(error) : undefined;
  }
}
