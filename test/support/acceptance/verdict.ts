/** Something the product is said to do. */
export interface Claim {
  /** `AC-15`, `F-DIA-6`, `B-1`. */
  readonly id: string;
  readonly text: string;
  /** Ids that titles of tests name: every test that names one of them has to pass. None: it is not yet to be shown. */
  readonly shownBy: readonly string[];
  /** What is still missing where that is not all of it. */
  readonly lacks?: string;
}

/** A test of the run. */
export interface RanTest {
  readonly title: string;
  /** From the root of the repository. */
  readonly file: string;
  readonly state: 'passed' | 'failed' | 'skipped' | 'pending';
}

export interface Verdict<C extends Claim = Claim> {
  readonly claim: C;
  /** `in part`: all that is to be there passes, but that is not all of the claim. */
  readonly result: 'pass' | 'in part' | 'fail' | 'skipped' | 'missing' | 'not yet';
  readonly tests: readonly RanTest[];
}

/**
 * Holds claims against the tests of a run. A skipped test shows nothing, and neither does one that never ended.
 * `problems` are those of the claims, and those of references: to a test that is not there, and of a test to a claim that
 * does not count it.
 */
export function judge<C extends Claim>(
  claims: readonly C[],
  ran: readonly RanTest[],
): { readonly verdicts: readonly Verdict<C>[]; readonly problems: readonly string[] } {
  const naming = testsByName(ran);
  const verdicts = claims.map((claim) => verdictOn(claim, naming));
  const problems = verdicts.flatMap(({ claim, result, tests }) => {
    const dangling = claim.shownBy.filter((id) => !naming.has(id)).map((id) => `${claim.id}: no test names ${id}`);
    const broken = tests.filter(({ state }) => state !== 'passed');
    return [...dangling, ...broken.map(({ state, title }) => `${claim.id} ${result}: ${title} (${state})`)];
  });
  const counted = new Set(claims.filter(({ id, shownBy }) => shownBy.includes(id)).map(({ id }) => id));
  const strangers = [...naming].filter(([id]) => !counted.has(id));
  return {
    verdicts,
    problems: [
      ...problems,
      ...strangers.map(([id, [test]]) => `${id}: named by a test, counted nowhere: ${test?.title}`),
    ],
  };
}

const testsByName = (ran: readonly RanTest[]): ReadonlyMap<string, readonly RanTest[]> => {
  const naming = new Map<string, RanTest[]>();
  for (const test of ran) for (const id of idsIn(test)) naming.set(id, [...(naming.get(id) ?? []), test]);
  return naming;
};

/** The claims a test names. */
export const idsIn = ({ title }: RanTest): ReadonlySet<string> =>
  new Set(title.match(/\b(AC-\d+|F-[A-Z]{3}-\d+|B-\d+)\b/g));

function verdictOn<C extends Claim>(claim: C, naming: ReadonlyMap<string, readonly RanTest[]>): Verdict<C> {
  const { shownBy, lacks } = claim;
  const tests = [...new Set(shownBy.flatMap((id) => naming.get(id) ?? []))];
  const result = (): Verdict['result'] => {
    if (shownBy.length === 0) return 'not yet';
    if (shownBy.some((id) => !naming.has(id))) return 'missing';
    if (tests.some(({ state }) => state === 'failed')) return 'fail';
    if (tests.some(({ state }) => state !== 'passed')) return 'skipped';
    return lacks === undefined ? 'pass' : 'in part';
  };
  return { claim, result: result(), tests };
}
