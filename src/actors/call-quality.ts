import type { CallLabel } from '../machines/model/call-label.ts';
import type { CallId, LegId, UserId, VoiceLegId } from '../machines/model/ids.ts';
import type { PoorSound } from '../machines/model/notices.ts';
import type { LegQuality } from './ports/leg-quality.ts';

/** Less than this says nothing about a call. */
const leastHeardMs = 5_000;
/** Below it "nearly all users are dissatisfied": a rating of 60 (ITU-T G.107, annex B). */
const leastMos = 3.1;
/** From here on words are lost, however well the codec conceals. */
const mostLoss = 0.05;
/** A leg may outlive its call by the tones the user hears; what is not told by then is not waited for. */
const patienceMs = 60_000;
/** Of calls whose end nobody tells: the oldest go. */
const mostCalls = 10_000;

interface Heard {
  readonly voiceLegs: Set<VoiceLegId>;
  readonly told: LegQuality[];
  ended: { readonly user: UserId; readonly label: CallLabel } | undefined;
  giveUp: (() => void) | undefined;
}

export interface CallQualityParts {
  readonly say: (user: UserId, notice: PoorSound) => void;
  /** Returns the cancellation. */
  readonly after: (ms: number, then: () => void) => () => void;
}

/**
 * Tells the user after a call whose sound was bad (product §16, B-10): by how its legs were, once they are over. A voice leg
 * that goes on with another call is judged with that one.
 */
export class CallQuality {
  readonly #parts: CallQualityParts;
  readonly #calls = new Map<CallId, Heard>();

  constructor(parts: CallQualityParts) {
    this.#parts = parts;
  }

  /** How many calls are listened to. */
  get size(): number {
    return this.#calls.size;
  }

  /** User and party hear each other. */
  joined(voiceLeg: VoiceLegId, call: CallId): void {
    const heard = this.#calls.get(call) ?? { voiceLegs: new Set(), told: [], ended: undefined, giveUp: undefined };
    heard.voiceLegs.add(voiceLeg);
    this.#calls.set(call, heard);
    const [oldest] = this.#calls.keys();
    if (this.#calls.size > mostCalls && oldest !== undefined) this.left(oldest);
  }

  legEnded(quality: LegQuality): void {
    for (const [call, heard] of this.#calls) {
      if (!isOf(quality.leg, call, heard)) continue;
      heard.told.push(quality);
      // It may be another host's by now, and concluded there.
      if (quality.leg === call) this.#expect(call, heard);
      this.#judge(call);
    }
  }

  /** The call is over. `wasTalk`: somebody had answered. */
  concluded(user: UserId, label: CallLabel, wasTalk: boolean): void {
    const heard = this.#calls.get(label.call);
    if (!heard || heard.ended) return;
    if (!wasTalk) return this.left(label.call);
    heard.ended = { user, label };
    this.#expect(label.call, heard);
    this.#judge(label.call);
  }

  /** The user has left it to others, or to another host. */
  left(call: CallId): void {
    this.#calls.get(call)?.giveUp?.();
    this.#calls.delete(call);
  }

  close(): void {
    for (const call of [...this.#calls.keys()]) this.left(call);
  }

  #expect(call: CallId, heard: Heard): void {
    heard.giveUp ??= this.#parts.after(patienceMs, () => this.#tell(call, heard));
  }

  #judge(call: CallId): void {
    const heard = this.#calls.get(call);
    if (!heard?.ended) return;
    const awaited = [call, ...[...heard.voiceLegs].filter((leg) => !this.#isInUse(leg, call))];
    if (awaited.every((leg) => heard.told.some((quality) => quality.leg === leg))) this.#tell(call, heard);
  }

  #isInUse(leg: VoiceLegId, call: CallId): boolean {
    return [...this.#calls].some(([other, { voiceLegs, ended }]) => other !== call && !ended && voiceLegs.has(leg));
  }

  #tell(call: CallId, { told, ended }: Heard): void {
    this.left(call);
    if (!ended) return;
    const [worst] = told.filter(isBad).toSorted((one, other) => one.mos - other.mos || other.loss - one.loss);
    if (!worst) return;
    const { loss, jitterMs, mos } = worst;
    const where = worst.leg === call ? 'party' : 'user';
    this.#parts.say(ended.user, { kind: 'poorSound', label: ended.label, where, loss, jitterMs, mos });
  }
}

const isOf = (leg: LegId, call: CallId, { voiceLegs }: Heard): boolean =>
  leg === call || voiceLegs.has(leg as VoiceLegId);

const isBad = ({ heardMs, loss, mos }: LegQuality): boolean =>
  heardMs >= leastHeardMs && (loss >= mostLoss || mos < leastMos);
