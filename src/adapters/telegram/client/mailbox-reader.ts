import type { Logger } from 'pino';
import { Api } from 'telegram';
import type { Mailbox, MailboxState } from '../../../actors/ports/mailbox.ts';
import type { UserId } from '../../../machines/model/ids.ts';
import type { Clock } from './clock.ts';
import { rpcErrorText } from './errors.ts';
import { type BoxChange, boxChange, ofShortMessage } from './pts.ts';

export interface MailboxReaderOptions {
  readonly account: UserId;
  readonly mailbox: Mailbox;
  readonly clock: Clock;
  readonly log: Logger;
  readonly askState: () => Promise<Api.updates.State>;
  readonly askDifference: (from: MailboxState) => Promise<Api.updates.TypeDifference>;
  /** Whether a short update from him can be understood: his kind (person or bot) is known. */
  readonly knows: (user: string) => boolean;
  /** Takes a message; repeats of an id that was taken are kept away. */
  readonly deliver: (message: Api.Message) => Promise<void>;
  /** Updates without a place in the box that a difference brought along. */
  readonly others: (updates: readonly Api.TypeUpdate[]) => void;
}

/** Updates can overtake each other; what is still missing after this time was lost. */
const gapPatienceMs = 500;
/** An update that got lost last, with none after it to show the gap, is found by asking. */
const periodMs = 3 * 60_000;
const redeliverMs = 5_000;
const heldAtMost = 1_000;
const rememberedIds = 5_000;

/**
 * Reads the account's box of messages without gaps (API page "Working with updates").
 *
 * The library has no gap recovery at all: what is sent while its connection is away never arrives. So the state
 * {pts, qts, date} is kept here; whatever does not continue it waits, and a difference is asked for after a start, a
 * reconnection, a gap, `updatesTooLong`, and every few minutes. The state is saved once the messages before it were taken.
 */
export class MailboxReader {
  readonly #options: MailboxReaderOptions;
  #state: MailboxState | undefined;
  #seq = 0;
  #held: BoxChange[] = [];
  #cancelGap = () => {};
  #cancelPeriod = () => {};
  #cancelRetry = () => {};
  #retryMs = 1_000;
  #recovering = false;
  #recoverAgain = false;
  #stopped = false;
  /** Settles when everything before was taken and saved; the last link of a chain. */
  #confirmed: Promise<void> = Promise.resolve();
  /** A message was refused: nothing behind it may be saved until it was given again. */
  #refused = false;
  #generation = 0;
  #savedState: MailboxState | undefined;
  readonly #taken = new Map<number, Promise<void>>();

  constructor(options: MailboxReaderOptions) {
    this.#options = options;
  }

  /** Begins where the mailbox says, or now. Goes on trying while Telegram or the mailbox do not answer. */
  start() {
    this.recover('start');
  }

  stop() {
    this.#stopped = true;
    this.#cancelGap();
    this.#cancelPeriod();
    this.#cancelRetry();
    this.#held = [];
  }

  /** Something was or may have been missed: asks Telegram what. */
  recover(why: string) {
    if (this.#stopped) return;
    this.#cancelRetry();
    if (this.#recovering) {
      this.#recoverAgain = true;
      return;
    }
    this.#recovering = true;
    this.#cancelGap();
    this.#cancelPeriod();
    void this.#recoverNow(why);
  }

  /** Takes an update container or the result of a request; ignores anything else. */
  take(object: unknown) {
    if (this.#stopped) return;
    if (object instanceof Api.UpdatesTooLong) this.recover('too long');
    else if (object instanceof Api.Updates) this.#container(object.updates, object.seq, object.seq, object.date);
    else if (object instanceof Api.UpdatesCombined)
      this.#container(object.updates, object.seqStart, object.seq, object.date);
    else if (object instanceof Api.UpdateShort) this.#container([object.update], 0, 0, object.date);
    else if (object instanceof Api.UpdateShortMessage) {
      this.#shortMessage(object);
    } else if (
      object instanceof Api.UpdateShortChatMessage ||
      object instanceof Api.UpdateShortSentMessage ||
      object instanceof Api.messages.AffectedMessages ||
      object instanceof Api.messages.AffectedHistory
    ) {
      this.#change({ pts: object.pts, ptsCount: object.ptsCount });
    }
  }

  #shortMessage(short: Api.UpdateShortMessage) {
    // Held also for its place: the very first reading begins before what arrived meanwhile.
    if (!this.#state || this.#options.knows(short.userId.toString())) this.#change(ofShortMessage(short));
    // It comes without its sender; a difference brings him.
    else this.recover('unknown sender');
  }

  #container(updates: readonly Api.TypeUpdate[], seqStart: number, seq: number, date: number) {
    for (const update of updates) {
      const change = boxChange(update);
      if (change) this.#change(change);
    }
    if (seqStart > 0 && this.#seq > 0 && seqStart > this.#seq + 1) this.recover('seq gap');
    this.#seq = Math.max(this.#seq, seq);
    if (this.#state && date > this.#state.date) this.#state = { ...this.#state, date };
  }

  #change(change: BoxChange) {
    if (!this.#state || this.#recovering || change.pts - change.ptsCount > this.#state.pts) {
      this.#hold(change);
      return;
    }
    // At or below our pts: known already, by a difference or because it was sent twice.
    if (change.pts <= this.#state.pts) return;
    this.#apply(change);
    this.#applyHeld();
  }

  #hold(change: BoxChange) {
    // A difference brings whatever is dropped here.
    if (this.#held.length >= heldAtMost) this.#held = [];
    this.#held.push(change);
    if (this.#recovering) return;
    this.#cancelGap();
    this.#cancelGap = this.#options.clock.after(gapPatienceMs, () => this.recover('pts gap'));
  }

  #applyHeld() {
    for (let next = this.#nextHeld(); next; next = this.#nextHeld()) this.#apply(next);
    if (this.#held.length === 0) this.#cancelGap();
  }

  #nextHeld(): BoxChange | undefined {
    const pts = this.#state?.pts ?? 0;
    this.#held = this.#held.filter((change) => change.pts > pts);
    return this.#held.find((change) => change.pts - change.ptsCount <= pts);
  }

  #apply({ pts, message }: BoxChange) {
    if (!this.#state) return;
    this.#state = { ...this.#state, pts };
    this.#confirm(this.#state, message ? [message] : []);
  }

  /** Hands messages on at once, and saves the state behind them when they and all before them were taken. */
  #confirm(state: MailboxState, messages: readonly Api.Message[]) {
    const taking = messages.map((message) => this.#deliver(message));
    const generation = this.#generation;
    this.#confirmed = this.#confirmed.then(async () => {
      const refusals = (await Promise.allSettled(taking)).filter(({ status }) => status === 'rejected');
      if (refusals.length > 0) this.#giveAgain();
      if (!this.#refused && generation === this.#generation) await this.#save(state);
    });
  }

  async #deliver(message: Api.Message): Promise<void> {
    const before = this.#taken.get(message.id);
    if (before) return before;
    const taking = this.#options.deliver(message);
    this.#taken.set(message.id, taking);
    if (this.#taken.size > rememberedIds) this.#taken.delete(this.#taken.keys().next().value as number);
    taking.catch(() => this.#taken.delete(message.id));
    return taking;
  }

  #giveAgain() {
    if (this.#refused || this.#stopped) return;
    this.#refused = true;
    this.#options.log.warn('a message was not taken and will be given again');
    this.#cancelRetry();
    this.#cancelRetry = this.#options.clock.after(redeliverMs, () => {
      this.#refused = false;
      this.#generation++;
      this.#state = this.#savedState;
      this.recover('not taken');
    });
  }

  async #save(state: MailboxState) {
    try {
      await this.#options.mailbox.save(this.#options.account, state);
      this.#savedState = state;
    } catch (error) {
      // The next state is saved instead; until then a restart repeats messages, which have ids.
      this.#options.log.warn({ reason: String(error) }, 'mailbox state was not saved');
    }
  }

  async #recoverNow(why: string) {
    this.#options.log.debug({ why }, 'reading missed messages');
    try {
      this.#state ??= await this.#begin();
      for (let more = true; more && !this.#stopped; ) more = await this.#difference(this.#state);
      this.#retryMs = 1_000;
    } catch (error) {
      this.#options.log.info({ reason: String(error) }, 'missed messages could not be read yet');
      this.#recovering = false;
      if (this.#stopped) return;
      this.#cancelRetry = this.#options.clock.after(this.#retryMs, () => this.recover('retry'));
      this.#retryMs = Math.min(this.#retryMs * 2, 30_000);
      return;
    }
    this.#recovering = false;
    if (this.#stopped) return;
    this.#applyHeld();
    this.#cancelPeriod = this.#options.clock.after(periodMs, () => this.recover('period'));
    if (this.#recoverAgain) {
      this.#recoverAgain = false;
      this.recover('asked again');
    } else if (this.#held.length > 0) {
      this.#cancelGap = this.#options.clock.after(gapPatienceMs, () => this.recover('pts gap'));
    }
  }

  async #begin(): Promise<MailboxState> {
    const stored = await this.#options.mailbox.load(this.#options.account);
    if (stored) {
      this.#savedState = stored;
      return stored;
    }
    const state = await this.#fromNow();
    // What arrived while we asked counts already.
    const now = { ...state, pts: Math.min(state.pts, ...this.#held.map(({ pts, ptsCount }) => pts - ptsCount)) };
    await this.#options.mailbox.save(this.#options.account, now);
    this.#savedState = now;
    return now;
  }

  async #fromNow(): Promise<MailboxState> {
    const { pts, qts, date, seq } = await this.#options.askState();
    this.#seq = seq;
    return { pts, qts, date };
  }

  /** Asks for one piece of what was missed. Answers whether there is more. */
  async #difference(from: MailboxState): Promise<boolean> {
    let difference: Api.updates.TypeDifference;
    try {
      difference = await this.#options.askDifference(from);
    } catch (error) {
      if (!rpcErrorText(error)?.startsWith('PERSISTENT_TIMESTAMP')) throw error;
      this.#options.log.error('Telegram does not know our place in the mailbox; messages may have been lost');
      this.#moveTo(await this.#fromNow(), []);
      return false;
    }
    if (this.#stopped) return false;
    if (difference instanceof Api.updates.DifferenceEmpty) {
      this.#seq = difference.seq;
      this.#moveTo({ ...from, date: difference.date }, []);
      return false;
    }
    if (difference instanceof Api.updates.DifferenceTooLong) {
      this.#options.log.error('away for too long: Telegram does not repeat the oldest messages');
      this.#moveTo({ ...from, pts: difference.pts }, []);
      return true;
    }
    this.#options.others(difference.otherUpdates);
    const isSlice = difference instanceof Api.updates.DifferenceSlice;
    const { pts, qts, date, seq } =
      difference instanceof Api.updates.DifferenceSlice ? difference.intermediateState : difference.state;
    this.#seq = seq;
    this.#moveTo(
      { pts, qts, date },
      difference.newMessages.filter((message) => message instanceof Api.Message),
    );
    return isSlice;
  }

  #moveTo(state: MailboxState, messages: readonly Api.Message[]) {
    this.#state = state;
    this.#confirm(state, messages);
  }
}
