import { FluentTexts } from '../../../src/adapters/texts/texts.ts';
import { type Action, parseAction } from '../../../src/machines/model/actions.ts';
import type { CallLabel } from '../../../src/machines/model/call-label.ts';
import type { HangupCause } from '../../../src/machines/model/hangup-cause.ts';
import type { CallId, UserId } from '../../../src/machines/model/ids.ts';
import type { Notice, NoticeSlot } from '../../../src/machines/model/notices.ts';

/** A button that stands in the conversation now. */
export interface ShownButton {
  readonly action: Action;
  readonly slot: NoticeSlot;
  readonly notice: Notice;
  /** The call its message belongs to. */
  readonly call: CallId;
}

interface Message {
  readonly notice: Notice;
  readonly call: CallId;
}

/** One user's conversation: what stands in it about his calls, drawn with the product's own buttons. */
export class Chat {
  readonly #messages = new Map<string, Message>();
  /** Calls whose outcome the user has been told. */
  readonly #outcomes = new Set<CallId>();
  /** Messages of which a button was pressed, and did something: until they change, more presses may be in vain (D-39). */
  readonly pressed = new WeakSet<Notice>();
  /** Of the newest parallel message, also one that is gone. */
  version = 1;
  /** Says the newest message that is not about one call. */
  wasLostTooOften = false;
  /** Whether the user was told that a party waits which comes back from a transfer; undefined: he was told nothing. */
  isPromised: boolean | undefined;
  /** When the user was told of a loss, by the call he was in. */
  readonly #losses = new Map<CallId, number[]>();
  readonly #complain: (what: string) => void;
  readonly #nowMs: () => number;

  readonly port = {
    say: (_: UserId, notice: Notice) => {
      if (notice.kind === 'transferFailed') this.isPromised = notice.then !== 'ended';
      this.wasLostTooOften = notice.kind === 'notRestored' && notice.why === 'too-often';
      if (notice.kind === 'notRestored' && this.wasLostTooOften) this.#judgeLosses(notice.label.call);
    },
    show: (_: UserId, call: CallId, slot: NoticeSlot, notice: Notice) => {
      this.#messages.set(placeOf(call, slot), { notice, call });
      if (notice.kind === 'reconnecting' && notice.lost)
        this.#losses.set(call, [...(this.#losses.get(call) ?? []), this.#nowMs()]);
      if (notice.kind === 'parallel') this.version = notice.version;
      if (notice.kind === 'offerExpired' || notice.kind === 'notAnswered') this.#forget(call);
    },
    unshow: (_: UserId, call: CallId, slot: NoticeSlot) => void this.#messages.delete(placeOf(call, slot)),
    conclude: (_: UserId, { call }: CallLabel, __: HangupCause) => {
      if (this.#outcomes.has(call)) this.#complain(`the outcome of ${call} is told twice`);
      this.#outcomes.add(call);
      this.#forget(call);
    },
  };

  constructor(nowMs: () => number, complain: (what: string) => void) {
    this.#nowMs = nowMs;
    this.#complain = complain;
  }

  notice(slot: 'panel' | 'parallel' | 'reconnection'): Message | undefined {
    return this.#messages.get(slot);
  }

  get buttons(): ShownButton[] {
    const shown: ShownButton[] = [];
    for (const [place, { notice, call }] of this.#messages) {
      const slot = place.split('/')[0] as NoticeSlot;
      for (const drawn of actionsOf(notice)) {
        const action = notice.kind === 'parallel' && 'version' in drawn ? { ...drawn, version: notice.version } : drawn;
        shown.push({ action, slot, notice, call });
      }
    }
    return shown;
  }

  /** What the messages were about is known to nobody any more: their buttons are taken away. */
  forget(): void {
    this.#messages.clear();
  }

  /** Product §10: more than 5 in 10 minutes. */
  #judgeLosses(call: CallId): void {
    const young = this.#losses.get(call)?.filter((lostMs) => this.#nowMs() - lostMs < 600_000) ?? [];
    if (young.length <= 5) this.#complain(`${call} is ended after ${young.length} losses`);
  }

  #forget(call: CallId): void {
    this.#messages.delete(placeOf(call, 'caller'));
    this.#messages.delete(placeOf(call, 'status'));
  }
}

/** A user has one keypad, one parallel message and one reconnection, whichever of his calls they are about. */
const placeOf = (call: CallId, slot: NoticeSlot): string =>
  slot === 'caller' || slot === 'status' ? `${slot}/${call}` : slot;

const texts = new FluentTexts();
const drawnBefore = new Map<string, readonly Action[]>();

/** The buttons depend on little of a notice, and drawing is slow. */
function actionsOf(notice: Notice): readonly Action[] {
  const { label: _, current: __, other: ___, version: ____, ...rest } = notice as unknown as Record<string, unknown>;
  const key = JSON.stringify(rest);
  const known = drawnBefore.get(key);
  if (known) return known;
  const buttons = texts.render(notice).buttons ?? [];
  const drawn = buttons.flat().flatMap(({ action }) => parseAction(action) ?? []);
  drawnBefore.set(key, drawn);
  return drawn;
}
