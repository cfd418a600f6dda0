import type { BoxChange, BoxEvent } from './events.ts';
import type { Message, PeerId } from './model.ts';

/** One user's (or channel's) messages with their numbering and the log that getDifference reads. */
export class Box {
  readonly ownerId: PeerId;
  readonly messages = new Map<number, Message>();
  #nextMessageId = 1;
  #pts = 1;
  #log: BoxEvent[] = [];
  readonly #read = new Map<string, number>();

  constructor(ownerId: PeerId) {
    this.ownerId = ownerId;
  }

  get pts(): number {
    return this.#pts;
  }

  takeMessageId(): number {
    return this.#nextMessageId++;
  }

  record(change: BoxChange, ptsCount: number, origin?: string): BoxEvent {
    this.#pts += ptsCount;
    const event = { ...change, userId: this.ownerId, pts: this.#pts, ptsCount, ...(origin ? { origin } : {}) };
    this.#log.push(event);
    return event;
  }

  /** What happened after `pts`; undefined when the log does not reach back that far. */
  since(pts: number): readonly BoxEvent[] | undefined {
    const oldest = this.#log[0];
    const reaches = oldest ? oldest.pts - oldest.ptsCount <= pts : pts === this.#pts;
    return reaches ? this.#log.filter((event) => event.pts > pts) : undefined;
  }

  /** Cuts the log, as the real service does after some days: older clients get differenceTooLong. */
  forgetLog(): void {
    this.#log = [];
  }

  /** The highest message id read in this conversation, on our side (`inbox`) or by the other (`outbox`). */
  readUpTo(peerId: PeerId, side: 'inbox' | 'outbox'): number {
    return this.#read.get(`${side}/${peerId}`) ?? 0;
  }

  markRead(peerId: PeerId, side: 'inbox' | 'outbox', maxId: number): void {
    this.#read.set(`${side}/${peerId}`, maxId);
  }

  conversation(peerId: PeerId): Message[] {
    return [...this.messages.values()].filter((message) => message.peerId === peerId);
  }

  unread(peerId: PeerId): number {
    const read = this.readUpTo(peerId, 'inbox');
    return this.conversation(peerId).filter((message) => !message.out && message.id > read).length;
  }
}
