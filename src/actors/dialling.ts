import type { LineId, UserId } from '../machines/model/ids.ts';
import type { LineChoice } from '../machines/model/line-choice.ts';
import type { DialTarget } from '../machines/model/party.ts';
import type { LineRefusal, PlanLimit } from '../machines/model/refusals.ts';
import type { Reachability } from '../machines/model/registration.ts';
import type { WallClock } from './ports/clock.ts';
import type { DialRules } from './ports/dial-rules.ts';
import type { Line, Lines } from './ports/lines.ts';
import type { Plans } from './ports/plans.ts';
import type { Standings } from './ports/standings.ts';

/** Where a number can go out, and why it cannot elsewhere. */
export interface Judgement {
  readonly choices: readonly LineChoice[];
  readonly refusals: readonly { readonly line: LineId; readonly lineName: string; readonly why: LineRefusal }[];
}

export interface DiallingParts {
  readonly lines: Lines;
  /** Of all Workers' lines. */
  readonly standings: Pick<Standings, 'of'>;
  readonly rules: DialRules;
  readonly plans: Plans;
  readonly clock: WallClock;
}

/** Judges which of a person's lines take a number: state, plan and dial rules (product §5.2). */
export class Dialling {
  readonly #parts: DiallingParts;

  constructor(parts: DiallingParts) {
    this.#parts = parts;
  }

  async judge(user: UserId, target: DialTarget): Promise<Judgement> {
    const lines = await this.#parts.lines.ofUser(user);
    const judged = await Promise.all(lines.map(async (line) => ({ line, ...(await this.#judgeLine(line, target)) })));
    return {
      choices: judged.flatMap(({ line, dial }) => (dial ? [{ line: line.id, lineName: line.name, target: dial }] : [])),
      refusals: judged.flatMap(({ line, why }) => (why ? [{ line: line.id, lineName: line.name, why }] : [])),
    };
  }

  /** Why no call may be made on this line now, for the plan of its owner. */
  async limitOf(id: LineId): Promise<PlanLimit | undefined> {
    const { lines, plans, clock } = this.#parts;
    const line = await lines.find(id);
    return line && plans.refusalOf(line.owner, id, clock.now());
  }

  async #judgeLine(line: Line, target: DialTarget): Promise<{ why?: LineRefusal; dial?: DialTarget }> {
    const { standings, rules, plans, clock } = this.#parts;
    const result = rules.apply(line.dialRules, target);
    if (result.kind === 'filtered') return { why: result };
    if (result.kind !== 'dial') return { why: { kind: result.kind } };
    const state = whyNot(line, standings.of(line.id).reachability);
    if (state) return { why: state };
    const limit = await plans.refusalOf(line.owner, line.id, clock.now());
    return limit ? { why: { kind: 'limit', limit } } : { dial: result.target };
  }
}

/** Why this line cannot carry a call now; undefined: it can. */
function whyNot(line: Line, reachability: Reachability): LineRefusal | undefined {
  if (!line.enabled || reachability.state === 'off') return { kind: 'off' };
  if (reachability.state === 'refused') return { kind: 'refused', sip: reachability.sip };
  return reachability.state === 'reachable' ? undefined : { kind: reachability.state };
}
