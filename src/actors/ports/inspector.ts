import type { EpochMs } from '../../machines/model/ids.ts';

/** One actor as the list has it. No word of a person is in it. */
export interface ActorSummary {
  /** Unique among hosts and restarts. */
  readonly id: string;
  readonly parent: string | undefined;
  /** A root's address or a child's id. */
  readonly name: string;
  /** Whose chart it has; undefined: it is no machine. */
  readonly machine: string | undefined;
  /** The innermost states it is in, with a dot between levels and a comma between regions. */
  readonly state: string;
  readonly status: string;
  readonly lastEvent: string | undefined;
  /** Events so far. */
  readonly count: number;
  readonly at: EpochMs;
}

/** What changed since the last one of these. */
export interface ActorChanges {
  readonly changed: readonly ActorSummary[];
  /** Their ids. */
  readonly gone: readonly string[];
}

/** Something an actor took, and where it came to. */
export interface Step {
  /** Counted in the life of the actor, from 1; 0 is its beginning. */
  readonly seq: number;
  readonly at: EpochMs;
  /** JSON, redacted. */
  readonly event: { readonly type: string };
  /** Paths of all states it was in after it, outer ones before inner ones. */
  readonly states: readonly string[];
  /** Which edges of its chart it went along (`ChartEdge.id`). */
  readonly edges: readonly string[];
}

/** A delayed event that is to come. */
export interface Timer {
  readonly event: string;
  /** Where it was begun. */
  readonly state: string;
  readonly delayMs: number;
  readonly dueAt: EpochMs;
}

/** One actor as it stands. */
export interface ActorView {
  readonly actor: ActorSummary;
  readonly states: readonly string[];
  /** JSON, redacted. */
  readonly context: unknown;
  readonly timers: readonly Timer[];
  /** Those after the one that was named, at most the newest 100. */
  readonly steps: readonly Step[];
}

/** A life of a root, event by event, as its log leads through it. */
export interface History {
  readonly name: string;
  readonly machine: string;
  readonly steps: readonly Step[];
  /** Whether the log leads to where the actor is; undefined: it is not there any more. */
  readonly isTrue: boolean | undefined;
  /** Events that are not in it, after those that are. */
  readonly missing: number;
}

export interface ChartNode {
  /** Keys with a dot between them; the root's is empty. */
  readonly path: string;
  readonly key: string;
  readonly type: 'atomic' | 'compound' | 'parallel' | 'final' | 'history';
  readonly initial: string | undefined;
  readonly description: string | undefined;
  /** What it starts, as `id: source`. */
  readonly invokes: readonly string[];
  readonly nodes: readonly ChartNode[];
}

export interface ChartEdge {
  readonly id: string;
  readonly source: string;
  /** Paths; none where only something is done. */
  readonly targets: readonly string[];
  /** Such as `party.answered`, `after answerOverdue`, `always`. */
  readonly label: string;
  readonly guard: string | undefined;
}

export interface Chart {
  readonly machine: string;
  readonly root: ChartNode;
  readonly edges: readonly ChartEdge[];
}

/** Who speaks to whom in the ladder of a call. */
export type Lane = 'party' | 'siptg' | 'user' | 'media';

export interface LadderEntry {
  readonly at: EpochMs;
  readonly from: Lane;
  /** The same as `from`: it took this event. */
  readonly to: Lane;
  readonly kind: 'sip' | 'telegram' | 'media' | 'event';
  /** Method, status or event; without bodies, numbers and words. */
  readonly label: string;
}

export interface Ladder {
  readonly call: string;
  readonly entries: readonly LadderEntry[];
}

/** An actor for others' tools, whose form is theirs. */
export interface ForeignActor {
  readonly summary: ActorSummary;
  readonly root: string;
  /** Of its machine: JSON. */
  readonly definition: string;
  readonly snapshot: { readonly status: string; readonly value: unknown; readonly context: unknown };
  /** The newest at most, JSON, redacted. */
  readonly events: readonly { readonly type: string }[];
}

/**
 * What the inspector shows of this host's actors, bounded in time and size. It takes from the actors by itself what is
 * cheap, and everything else when it is asked.
 */
export interface ActorInspector {
  readonly host: string;
  readonly version: string;
  /** A listing of all that are there. */
  actors(): readonly ActorSummary[];
  /** Since the last call. */
  changes(): ActorChanges;
  /** `since`: the last step that is known already. */
  view(actor: string, since?: number): ActorView | undefined;
  chart(machine: string): Chart | undefined;
  /** Of the root that this actor belongs to. */
  history(actor: string): History | undefined;
  /** Of all roots that had to do with a call, also of one that ended days ago. */
  historiesOf(call: string): Promise<readonly History[]>;
  /** The calls of the root that this actor belongs to, the newest last. */
  callsOf(actor: string): readonly string[];
  ladder(call: string): Promise<Ladder>;
  /** What the log holds of a call, as a test. */
  testCase(call: string): Promise<string>;
  /** With the events after the `since`th. */
  foreign(actor: string, since?: number): ForeignActor | undefined;
}
