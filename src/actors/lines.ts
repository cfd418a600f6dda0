import { type Actor, createActor } from 'xstate';
import { EpochMs, type LineId, type UserId } from '../machines/model/ids.ts';
import type { Reachability } from '../machines/model/registration.ts';
import type { sipAccountMachine } from '../machines/sip-account.ts';
import type { Inspection } from './inspection/hub.ts';
import type { WallClock } from './ports/clock.ts';
import type { Faults } from './ports/faults.ts';
import type { Line, Lines } from './ports/lines.ts';
import type { Presence } from './ports/presence.ts';
import type { Registrar } from './ports/registrar.ts';
import type { Standings } from './ports/standings.ts';
import { sipAccount } from './sip-account.ts';

type ActorClock = NonNullable<Parameters<typeof createActor>[1]>['clock'];

interface RunningLine {
  readonly actor: Actor<typeof sipAccountMachine>;
  readonly revision: number;
  readonly user: UserId;
}

/** The lines that are switched on: one actor each, and how each stands at its registrar. */
export class LineActors implements Presence, Standings {
  readonly #lines: Lines;
  readonly #faults: Faults;
  readonly #clock: ActorClock;
  readonly #machine: ReturnType<typeof sipAccount>;
  readonly #wallClock: WallClock;
  readonly #actors = new Map<LineId, RunningLine>();
  readonly #reachability = new Map<LineId, Reachability>();
  readonly #boundUntil = new Map<LineId, EpochMs>();
  readonly #watchers = new Set<(line: LineId, reachability: Reachability) => void>();
  readonly #registrar: Registrar;
  readonly #carries: (line: Line) => boolean;
  readonly #inspection: Inspection | undefined;
  #following: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  constructor(parts: {
    lines: Lines;
    registrar: Registrar;
    faults: Faults;
    clock?: ActorClock;
    wallClock?: WallClock;
    /** Whether this host carries the line; all where not given. */
    carries?: (line: Line) => boolean;
    inspection?: Inspection;
  }) {
    this.#lines = parts.lines;
    this.#faults = parts.faults;
    this.#clock = parts.clock;
    this.#wallClock = parts.wallClock ?? { now: () => EpochMs(Date.now()) };
    this.#registrar = parts.registrar;
    this.#carries = parts.carries ?? (() => true);
    this.#inspection = parts.inspection;
    this.#machine = sipAccount(parts.registrar, this);
  }

  show(line: LineId, reachability: Reachability): void {
    this.#reachability.set(line, reachability);
    for (const watcher of this.#watchers) watcher(line, reachability);
  }

  bound(line: LineId, lifetimeMs: number): void {
    this.#boundUntil.set(line, EpochMs(this.#wallClock.now() + lifetimeMs));
  }

  of(line: LineId): { readonly reachability: Reachability; readonly registeredUntil: EpochMs | undefined } {
    const reachability: Reachability = this.#reachability.get(line) ?? { state: 'off' };
    const isBound = reachability.state === 'reachable';
    return { reachability, registeredUntil: isBound ? this.#boundUntil.get(line) : undefined };
  }

  /** Told now for every line, and at each change. Returns the unsubscribe. */
  watch(watcher: (line: LineId, reachability: Reachability) => void): () => void {
    this.#watchers.add(watcher);
    for (const [line, reachability] of this.#reachability) watcher(line, reachability);
    return () => this.#watchers.delete(watcher);
  }

  /** Resolves when no line of this user waits for its registrar's first answer any more, at the latest when `patience` aborts. */
  async tried(user: UserId, patience: AbortSignal): Promise<void> {
    const waits = () =>
      [...this.#actors].some(
        ([line, actor]) => actor.user === user && this.#reachability.get(line)?.state === 'registering',
      );
    if (!waits() || patience.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const unwatch = this.watch(() => {
      if (!waits()) resolve();
    });
    patience.addEventListener('abort', () => resolve(), { once: true });
    await promise.finally(unwatch);
  }

  /** Until a line stands like this. @throws the signal's reason */
  until(line: LineId, state: Reachability['state'], signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (end: () => void) => {
        this.#watchers.delete(look);
        end();
      };
      const look = (changed: LineId, reachability: Reachability) => {
        if (changed === line && reachability.state === state) settle(resolve);
      };
      signal.addEventListener('abort', () => settle(() => reject(signal.reason as Error)), { once: true });
      this.watch(look);
    });
  }

  /**
   * Starts what is switched on in the database and carried here, stops what is not any more, and registers anew what was
   * changed. Resolves when that is so for everything that was stored before.
   */
  follow(): Promise<void> {
    // One at a time: an older list must not be applied after a newer one. One that has not begun will see what is there by then.
    this.#next ??= this.#following.then(() => {
      this.#next = undefined;
      return this.#follow();
    });
    this.#following = this.#next.catch(() => {});
    return this.#next;
  }

  /** Stops what another host carries now, without a word to its registrar. */
  drop(isLost: (user: UserId) => boolean): void {
    for (const [id, { actor, user }] of this.#actors) {
      if (!isLost(user)) continue;
      actor.stop();
      this.#registrar.forget(id);
      this.#remove(id);
    }
  }

  async #follow(): Promise<void> {
    const enabled = await this.#lines.enabled();
    const wanted = new Map(enabled.filter((line) => this.#carries(line)).map((line) => [line.id, line]));
    for (const line of wanted.values()) {
      const running = this.#actors.get(line.id);
      if (!running) this.#start(line);
      else if (running.revision !== line.revision) this.#change(line, running);
      // Its user is not part of what it registers with.
      else this.#actors.set(line.id, { ...running, user: line.user });
    }
    for (const [id, { actor }] of this.#actors) {
      if (wanted.has(id)) continue;
      actor.send({ type: 'account.disable' });
      this.#remove(id);
    }
  }

  #remove(id: LineId): void {
    this.#actors.delete(id);
    this.#reachability.delete(id);
    this.#boundUntil.delete(id);
  }

  /** Whose it is, of those that run here. */
  userOf(line: LineId): UserId | undefined {
    return this.#actors.get(line)?.user;
  }

  /** How many of those that run here stand how at their registrars. */
  get states(): Readonly<Record<Reachability['state'], number>> {
    const states = { off: 0, registering: 0, reachable: 0, unreachable: 0, refused: 0 };
    for (const line of this.#actors.keys()) states[this.#reachability.get(line)?.state ?? 'off']++;
    return states;
  }

  /** How many run here. */
  get size(): number {
    return this.#actors.size;
  }

  /** Un-registers everything within 2 s. */
  async stop(): Promise<void> {
    const ids = [...this.#actors.keys()];
    for (const { actor } of this.#actors.values()) actor.stop();
    this.#actors.clear();
    await Promise.allSettled(ids.map((line) => this.#registrar.unbind(line)));
  }

  #start(line: Line): void {
    const input = { line: line.id, spread: spreadOf(line.id) };
    const actor = createActor(this.#machine, {
      input,
      ...(this.#clock && { clock: this.#clock }),
      ...this.#inspection?.root(`line/${line.id}`, this.#machine, input),
    });
    actor.subscribe({ error: (error) => this.#faults.report('line actor', error) });
    this.#actors.set(line.id, { actor, revision: line.revision, user: line.user });
    actor.start();
    actor.send({ type: 'account.enable' });
  }

  #change(line: Line, { actor }: RunningLine): void {
    this.#actors.set(line.id, { actor, revision: line.revision, user: line.user });
    actor.send({ type: 'account.changed' });
  }
}

/** A number in [0, 1) that is the line's own, so that lines do not refresh in step. */
function spreadOf(line: LineId): number {
  let hash = 0;
  for (const character of line) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 1_000;
  return hash / 1_000;
}
