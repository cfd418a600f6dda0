import type { DialTarget } from '../../machines/model/party.ts';

/** What one rule does (product §4). */
export interface DialRule {
  readonly kind: 'replaces' | 'filters';
  /** As written. */
  readonly text: string;
}

export type RulesCheck =
  | { readonly ok: true; readonly rules: readonly DialRule[] }
  /** `position`: of the trouble in the whole text, from 0. */
  | { readonly ok: false; readonly rule: string; readonly position: number; readonly why: string };

export type RulesResult =
  | { readonly kind: 'dial'; readonly target: DialTarget }
  /** `rule`: number of the filter, from 1. */
  | { readonly kind: 'filtered'; readonly rule: number; readonly text: string }
  | { readonly kind: 'empty' }
  | { readonly kind: 'tooLong' };

/** Dial rules in linear time (RE2). */
export interface DialRules {
  /** Checks what a person entered. A lone `=` is no rules. */
  check(text: string): RulesCheck;
  /** Applies rules that were checked to a number. Decides in well under a second whatever the rules are. */
  apply(rules: string, target: DialTarget): RulesResult;
  /** The string after each rule, for the dry run. */
  trace(rules: string, target: DialTarget): { readonly steps: readonly string[]; readonly result: RulesResult };
}
