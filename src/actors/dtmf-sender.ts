import type { CallId, LineId, VoiceLegId } from '../machines/model/ids.ts';
import type { DtmfDigit, DtmfMethod, DtmfStep } from '../machines/model/tone.ts';
import type { Faults } from './ports/faults.ts';
import type { Lines } from './ports/lines.ts';
import type { Media } from './ports/media.ts';
import { RequestRefused, type SipCalls } from './ports/sip-calls.ts';

/** Product §7. */
const mostWaiting = 64;
const keepsMs = 5_000;
/** A tone of 100 ms and a gap of 70 ms, in whole ticks of the media plane. */
const paceMs = 180;
/** Call/Transaction Does Not Exist (RFC 3261 §21.4.19). */
const noDialog = 481;
const pausesMs = { ',': 2_000, w: 500 } as const;

interface Waiting {
  readonly step: DtmfStep;
  readonly voiceLeg: VoiceLegId;
  /** When its time is over. Keys of a text have their own pauses between them and do not age. */
  readonly untilMs: number;
}

interface PartyKeys {
  readonly methods: Promise<readonly DtmfMethod[]>;
  readonly waiting: Waiting[];
  readonly ended: AbortController;
  takesInfo: boolean;
  sending: boolean;
}

export interface KeysForParty {
  readonly call: CallId;
  readonly line: LineId;
  /** Who hears the feedback. */
  readonly voiceLeg: VoiceLegId;
  readonly steps: readonly DtmfStep[];
}

export interface DtmfSenderParts {
  readonly sip: Pick<SipCalls, 'sendInfo' | 'watch'>;
  readonly media: Pick<Media, 'takesEvents' | 'sendDtmf' | 'playTone'>;
  readonly lines: Pick<Lines, 'find'>;
  readonly faults: Faults;
  /** Rejects when `signal` aborts. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<unknown>;
  /** A clock that only goes forward, in ms. */
  readonly now: () => number;
}

/**
 * Sends keys to parties, each call's in the order of arrival, by the first of its line's methods that the party takes
 * (product §7). A party that refuses INFO is not asked again in this call.
 */
export class DtmfSender {
  readonly #parts: DtmfSenderParts;
  readonly #calls = new Map<CallId, PartyKeys>();

  constructor(parts: DtmfSenderParts) {
    this.#parts = parts;
  }

  /** Keys beyond 64 that wait are dropped. The line's methods at a call's first key hold to its end. */
  send({ call, line, voiceLeg, steps }: KeysForParty): void {
    const keys = this.#keysOf(call, line);
    const untilMs = steps.length > 1 ? Number.POSITIVE_INFINITY : this.#parts.now() + keepsMs;
    for (const step of steps.slice(0, mostWaiting - keys.waiting.length))
      keys.waiting.push({ step, voiceLeg, untilMs });
    if (!keys.sending) void this.#sendAll(call, keys);
  }

  #keysOf(call: CallId, line: LineId): PartyKeys {
    const known = this.#calls.get(call);
    if (known) return known;
    const { lines, faults, sip } = this.#parts;
    const methods = lines.find(line).then(
      (found) => found?.dtmfMethods ?? [],
      (error: unknown) => {
        faults.report('dtmf', error, call);
        return [];
      },
    );
    const keys = { methods, waiting: [], ended: new AbortController(), takesInfo: true, sending: false };
    this.#calls.set(call, keys);
    const unwatch = sip.watch(call, ({ type }) => {
      if (type !== 'party.hungUp') return;
      keys.ended.abort();
      this.#calls.delete(call);
      // A leg that has ended already tells so before there is anything to unwatch.
      queueMicrotask(() => unwatch());
    });
    return keys;
  }

  async #sendAll(call: CallId, keys: PartyKeys): Promise<void> {
    const { wait, now, faults } = this.#parts;
    const { signal } = keys.ended;
    keys.sending = true;
    try {
      for (let next = keys.waiting.shift(); next && !signal.aborted; next = keys.waiting.shift()) {
        if (next.untilMs < now()) continue;
        if (next.step === ',' || next.step === 'w') await wait(pausesMs[next.step], signal);
        else {
          await this.#sendOne(call, keys, next.voiceLeg, next.step);
          await wait(paceMs, signal);
        }
      }
    } catch (error) {
      if (!signal.aborted) faults.report('dtmf', error, call);
    } finally {
      keys.sending = false;
    }
  }

  async #sendOne(call: CallId, keys: PartyKeys, voiceLeg: VoiceLegId, digit: DtmfDigit): Promise<void> {
    const { media, sip } = this.#parts;
    for (const method of [...(await keys.methods), 'inband'] as const) {
      if (method === 'rfc2833' && !media.takesEvents(call)) continue;
      if (method === 'info' && !keys.takesInfo) continue;
      if (method === 'info') {
        try {
          await sip.sendInfo(call, digit);
        } catch (error) {
          // Refused by the party, or there is no dialog yet: only the first holds for later keys.
          if (error instanceof RequestRefused && error.status !== noDialog) keys.takesInfo = false;
          continue;
        }
      } else media.sendDtmf(call, digit, method);
      if (method !== 'inband') media.playTone(voiceLeg, 'key-feedback');
      return;
    }
  }
}
