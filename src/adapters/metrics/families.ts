import { Counter, Gauge, Histogram, Registry } from 'prom-client';

export type Labels = Readonly<Record<string, string>>;
/** A value of a family that is read when somebody looks. */
export type Reading = readonly [labels: Labels, value: number];
/** A rejection, and what is not there: the family has no values then. */
export type Read = () => Iterable<Reading> | undefined | Promise<Iterable<Reading> | undefined>;

/** A family as it is described. */
export interface Described {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
  readonly help: string;
}

interface Family {
  readonly name: string;
  /** A phrase without a full stop. */
  readonly help: string;
  readonly labels?: readonly string[];
}

/**
 * Families of metrics in a registry of their own. Labels come from lists of ours, never from the network: no family has more
 * than a few hundred values.
 */
export class Families {
  readonly registry = new Registry();
  readonly #described: Described[] = [];

  get described(): readonly Described[] {
    return this.#described;
  }

  counter(family: Family): (labels?: Labels, by?: number) => void {
    const counter = new Counter({ ...this.#describe(family, 'counter'), registers: [this.registry] });
    return (labels = {}, by = 1) => counter.inc({ ...labels }, by);
  }

  /** `buckets`: upper bounds, in the unit of the name; `known`: labels that are there before anything is. */
  histogram(
    family: Family,
    buckets: readonly number[],
    known: readonly Labels[] = [],
  ): (labels: Labels, value: number) => void {
    const registers = [this.registry];
    const described = this.#describe(family, 'histogram');
    const histogram = new Histogram({ ...described, buckets: [...buckets], registers });
    for (const labels of known) histogram.zero({ ...labels });
    return (labels, value) => histogram.observe({ ...labels }, value);
  }

  /** Of totals that something else keeps. */
  readCounter(family: Family, read: Read): void {
    new Counter({
      ...this.#describe(family, 'counter'),
      registers: [this.registry],
      async collect() {
        const readings = await readingsOf(read);
        this.reset();
        for (const [labels, value] of readings) this.inc({ ...labels }, value);
      },
    });
  }

  readGauge(family: Family, read: Read): void {
    const isPlain = (family.labels ?? []).length === 0;
    new Gauge({
      ...this.#describe(family, 'gauge'),
      registers: [this.registry],
      async collect() {
        const readings = await readingsOf(read);
        this.reset();
        // Without labels it would be told as 0.
        if (readings.length === 0 && isPlain) this.remove();
        for (const [labels, value] of readings) this.set({ ...labels }, value);
      },
    });
  }

  #describe({ name, help, labels = [] }: Family, type: Described['type']) {
    this.#described.push({ name, type, labels, help });
    return { name, help, labelNames: [...labels] };
  }
}

/** Who looks gets the rest. */
const readingsOf = async (read: Read): Promise<readonly Reading[]> => {
  try {
    return [...((await read()) ?? [])];
  } catch {
    return [];
  }
};

/** Each name of the record with its value. */
export const each = <Name extends string>(
  label: string,
  values: Readonly<Record<Name, number>>,
  others: Labels = {},
): Reading[] => Object.entries<number>(values).map(([name, value]) => [{ ...others, [label]: name }, value]);

/** An unlabelled one. */
export const one = (value: number): Reading[] => [[{}, value]];
