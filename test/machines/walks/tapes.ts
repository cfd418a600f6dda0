import type { RecordingStart } from '../../../src/actors/recordings.ts';
import type { SoftphoneParts } from '../../../src/actors/softphone.ts';
import type { CallId, RecordingId, VoiceLegId } from '../../../src/machines/model/ids.ts';
import { Told } from './told.ts';

type Recordings = SoftphoneParts['recordings'];
type RecorderFact = Parameters<Parameters<Recordings['watch']>[1]>[0];

/** One recording as the recorder has it. */
export interface Tape {
  readonly id: RecordingId;
  readonly call: CallId;
  readonly facts: Told<RecorderFact>;
  voiceLeg: VoiceLegId | undefined;
  state: 'unmade' | 'starting' | 'writing' | 'stopped' | 'delivered';
  isPaused: boolean;
}

/** The recorder and the delivery of its files, played: they complain of what cannot be done to a recording. */
export class Tapes {
  readonly all = new Map<RecordingId, Tape>();
  /** What is stopped is kept and not delivered. */
  failsToDeliver = false;
  deliversLater = false;
  /** Deliveries that are under way, oldest first. */
  readonly delivering: (() => void)[] = [];
  readonly #complain: (what: string) => void;
  /** Told when a promise was settled. */
  readonly #settles: () => void;

  readonly port: Recordings = {
    start: ({ recording, label, voiceLeg, limitMs }: RecordingStart) => {
      const tape = this.#tape(recording, label.call);
      if (tape.state !== 'unmade') this.#complain(`${recording} is begun twice`);
      if (!voiceLeg) this.#complain(`${recording} is begun without a voice leg`);
      if (limitMs !== undefined && limitMs <= 0) this.#complain(`${recording} is begun although nothing is left`);
      tape.state = 'starting';
      tape.voiceLeg = voiceLeg;
    },
    pause: (recording) => {
      this.#tape(recording).isPaused = true;
    },
    resume: (recording, voiceLeg) => {
      const tape = this.#tape(recording);
      tape.isPaused = false;
      tape.voiceLeg = voiceLeg;
    },
    leave: () => {},
    deliverOf: (user) => this.#complain(`the softphone of ${user} broke`),
    deliver: (recording) => {
      const tape = this.#tape(recording);
      if (tape.state === 'unmade') this.#complain(`${recording} is delivered and was never begun`);
      const lengthMs = tape.state === 'delivered' ? 0 : 10_000;
      tape.state = 'delivered';
      this.#settles();
      if (this.failsToDeliver) return Promise.reject(new Error('no room'));
      if (!this.deliversLater) return Promise.resolve(lengthMs);
      return new Promise((resolve) => this.delivering.push(() => resolve(lengthMs)));
    },
    watch: (recording, listener) => this.#tape(recording).facts.watch(listener),
  };

  constructor(complain: (what: string) => void, settles: () => void) {
    this.#complain = complain;
    this.#settles = settles;
  }

  /** The oldest delivery that is under way has come about. */
  delivered(): void {
    this.delivering.shift()?.();
    this.#settles();
  }

  /** Those that are begun and not delivered, the newest last. */
  get running(): Tape[] {
    return [...this.all.values()].filter(({ state }) => state !== 'unmade' && state !== 'delivered');
  }

  get watchers(): number {
    return [...this.all.values()].reduce((sum, { facts }) => sum + facts.watchers, 0);
  }

  /** What the recorder tells of a recording. */
  tells(tape: Tape, fact: RecorderFact): void {
    if (fact.type === 'recorder.started' && tape.state === 'starting') tape.state = 'writing';
    if (fact.type !== 'recorder.started' && tape.state !== 'delivered') tape.state = 'stopped';
    tape.facts.tell(fact);
  }

  #tape(id: RecordingId, call = id.replace(/-.*/, '') as CallId): Tape {
    const known = this.all.get(id);
    if (known) return known;
    const tape: Tape = { id, call, facts: new Told(), voiceLeg: undefined, state: 'unmade', isPaused: false };
    this.all.set(id, tape);
    return tape;
  }
}
