import type { Logger } from 'pino';

/** How a part is: `is` says it in words that hold no secret, no number and no address. */
export interface PartState {
  readonly ok: boolean;
  readonly is: string;
}

/** Something without which no call can be made. */
export interface Part {
  readonly name: string;
  /** A rejection means that it does not answer; so does an answer that is late. */
  look(): PartState | Promise<PartState>;
}

export interface Report {
  readonly ready: boolean;
  readonly parts: Readonly<Record<string, PartState>>;
}

export interface ReadinessOptions {
  readonly log: Logger;
  /** A clock that only goes forward, in ms; the process's by default. */
  readonly now?: () => number;
}

const answerMs = 2_000;
const keptMs = 1_000;
const silent: PartState = { ok: false, is: 'does not answer' };

/**
 * Whether this process can take calls. However often it is asked, each part is looked at once a second at most, and not
 * again while it owes an answer.
 */
export class Readiness {
  readonly #log: Logger;
  readonly #now: () => number;
  readonly #owing = new Map<Part, Promise<PartState>>();
  /** None yet: it is starting. */
  #parts: readonly Part[] | undefined;
  #last: { readonly at: number; readonly report: Promise<Report> } | undefined;
  #told = '';

  constructor({ log, now = () => performance.now() }: ReadinessOptions) {
    this.#log = log;
    this.#now = now;
  }

  /** It has started: these decide from now on. */
  watch(parts: readonly Part[]): void {
    this.#parts = parts;
    this.#last = undefined;
  }

  /** Takes at most 2 s, and may be a second old. Never rejects. */
  report(): Promise<Report> {
    const at = this.#now();
    if (this.#last === undefined || at - this.#last.at >= keptMs) this.#last = { at, report: this.#look() };
    return this.#last.report;
  }

  async #look(): Promise<Report> {
    if (this.#parts === undefined) return { ready: false, parts: { service: { ok: false, is: 'starting' } } };
    const states = await Promise.all(this.#parts.map(async (part) => [part.name, await this.#stateOf(part)] as const));
    const report = { ready: states.every(([, { ok }]) => ok), parts: Object.fromEntries(states) };
    this.#tell(report);
    return report;
  }

  async #stateOf(part: Part): Promise<PartState> {
    const owed = this.#owing.get(part) ?? this.#ask(part);
    const { promise: late, resolve } = Promise.withResolvers<PartState>();
    const timer = setTimeout(resolve, answerMs, silent);
    try {
      return await Promise.race([owed, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  #ask(part: Part): Promise<PartState> {
    const owed = (async () => part.look())()
      // What a library says of a lost server may name it.
      .catch(() => silent)
      .finally(() => this.#owing.delete(part));
    this.#owing.set(part, owed);
    return owed;
  }

  /** Once for each change. */
  #tell({ ready, parts }: Report): void {
    const wrong = Object.entries(parts).filter(([, { ok }]) => !ok);
    const said = JSON.stringify(wrong);
    if (said === this.#told) return;
    this.#told = said;
    if (ready) this.#log.info('ready to take calls');
    else this.#log.warn({ parts: Object.fromEntries(wrong) }, 'not ready to take calls');
  }
}
