import type { Clock } from './clock.ts';

/** What may happen to a thing on its way. Counts are of the next ones; they run down to zero. */
export interface DeliverySwitches {
  lose: number;
  duplicate: number;
  /** Each is held back until the one after it has gone. */
  reorder: number;
  /** Of every one from now on; order is kept. */
  delayMs: number;
}

const noTrouble = (): DeliverySwitches => ({ lose: 0, duplicate: 0, reorder: 0, delayMs: 0 });

/** The world's misbehaviours, all off. Those of the connection (drops, stalls, error answers) are the MTProto server's. */
export class WorldFaults {
  /** Updates pushed to MTProto sessions. What is lost here is still in getDifference. */
  readonly updates = noTrouble();
  /** Call signaling bytes, both ways. */
  readonly signaling = noTrouble();
  /** The next so many pushes say `updatesTooLong` instead. */
  updatesTooLong = 0;
  /** More changes than this are handed out in slices. */
  differenceLimit = 100;
  /** Plain texts are pushed as `updateShortMessage`, which names no user: to those who know the sender, or to all. */
  shortMessages: 'never' | 'known' | 'always' = 'never';
  /** How sendMessage is answered for plain texts. The real service does both. */
  sendMessageAnswer: 'updates' | 'short' | 'alternating' = 'alternating';
  /** A repeated random_id is answered RANDOM_ID_DUPLICATE instead of with the first result. */
  refuseRepeatedRandomIds = false;
  /** A call that rings is told again to sessions that open meanwhile. */
  repeatRingingCalls = false;
  /** A login by token must move to this data centre first. */
  accountsLiveIn: number | undefined;
  /** How long a bot may take to answer an inline query or a pressed button. */
  botAnswerTimeoutMs = 10_000;

  reset(): void {
    // Deliveries under way hold these two: they must stay the same objects.
    const { updates, signaling } = this;
    Object.assign(updates, noTrouble());
    Object.assign(signaling, noTrouble());
    Object.assign(this, new WorldFaults(), { updates, signaling });
  }
}

/** One way from somewhere to somewhere, on which the switches act. */
export class FaultyDelivery {
  readonly #switches: DeliverySwitches;
  readonly #clock: Clock;
  #heldBack: (() => void)[] = [];

  constructor(switches: DeliverySwitches, clock: Clock) {
    this.#switches = switches;
    this.#clock = clock;
  }

  pass(deliver: () => void): void {
    const switches = this.#switches;
    if (switches.lose > 0) {
      switches.lose--;
      return;
    }
    if (switches.reorder > 0) {
      switches.reorder--;
      this.#heldBack.push(deliver);
      return;
    }
    const times = switches.duplicate > 0 ? 2 : 1;
    if (times === 2) switches.duplicate--;
    const held = this.#heldBack;
    this.#heldBack = [];
    const run = () => {
      for (let time = 0; time < times; time++) deliver();
      for (const late of held) late();
    };
    if (switches.delayMs > 0) this.#clock.after(switches.delayMs, run);
    else run();
  }
}
