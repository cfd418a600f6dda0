import type { AuthKey } from './auth-keys.ts';
import type { ClientDevice, RpcSession, TlObject } from './contract.ts';
import { sealEnvelope } from './envelope.ts';
import type { Faults } from './faults.ts';
import type { Layer, Layers } from './layers.ts';
import { acknowledgement, MessageNumbers, type OutgoingMessage, packed, Unacknowledged } from './outbox.ts';

/** A connection, as a session sees it. */
export interface Link {
  write(packet: Buffer): void;
  drop(): void;
}

/** What sessions need of their server. */
export interface SessionHost {
  readonly layers: Layers;
  readonly faults: Faults;
  nowMs(): number;
  loginsOf(userId: string): readonly AuthKey[];
  endLogin(key: AuthKey): void;
  /** The session cannot keep its promise to deliver; forget it, the client will find a new one. */
  overflowed(session: Session): void;
}

/** How a message goes out. */
export interface SendOptions {
  readonly isContent: boolean;
  readonly answers?: bigint;
  readonly isAlone?: boolean;
  /** Kept as if sent, but lost on the way. */
  readonly isLost?: boolean;
}

/** A request being executed. */
export interface RunningRequest {
  readonly done: Promise<void>;
  isDropped: boolean;
}

/**
 * One client session: numbers what goes out, keeps it until acknowledged, and sends it again when the session
 * appears on another connection (core.telegram.org/mtproto/description#session).
 */
export class Session implements RpcSession {
  readonly key: AuthKey;
  readonly id: bigint;
  /** Requests without an answer yet, by msg id. */
  readonly running = new Map<bigint, RunningRequest>();
  /** The client was told of this session. */
  isAnnounced = false;
  /** The methods were told of this session: it made an ordinary request. */
  isOpened = false;

  readonly #host: SessionHost;
  readonly #numbers = new MessageNumbers();
  readonly #unacknowledged = new Unacknowledged();
  readonly #seen = new Set<bigint>();
  #acks: bigint[] = [];
  #outbox: OutgoingMessage[] = [];
  #link: Link | undefined;
  #layer: Layer | undefined;
  #isFlushing = false;
  #heldUpdates: Buffer | undefined;

  constructor(key: AuthKey, id: bigint, host: SessionHost) {
    this.key = key;
    this.id = id;
    this.#host = host;
  }

  get authKeyId(): string {
    return this.key.login.id.toString('hex');
  }

  get sessionId(): string {
    return this.id.toString();
  }

  get userId(): string | undefined {
    return this.key.login.userId;
  }

  set userId(userId: string | undefined) {
    this.key.login.userId = userId;
    this.key.login.createdMs = this.#host.nowMs();
  }

  get login(): AuthKey {
    return this.key.login;
  }

  logins(): readonly AuthKey[] {
    return this.userId === undefined ? [] : this.#host.loginsOf(this.userId);
  }

  end(login: AuthKey): void {
    this.#host.endLogin(login);
  }

  /** `initConnection`. */
  introduce(device: ClientDevice): void {
    this.login.device = device;
  }

  get layer(): number {
    return this.tl.number;
  }

  /** The announced layer's codec; before that the key's last one, else the lowest there is. */
  get tl(): Layer {
    const { layers } = this.#host;
    const layer = this.#layer ?? layers.get(this.key.login.layer ?? 0) ?? layers.get(Math.min(...layers.keys()));
    if (!layer) throw new Error('no TL schema is installed');
    return layer;
  }

  speak(layer: Layer): void {
    this.#layer = layer;
    this.key.login.layer = layer.number;
  }

  /** Throws TlEncodeError when the session's layer cannot carry the updates. */
  push(updates: TlObject): void {
    const { faults } = this.#host;
    const body = this.tl.encodeUpdates(updates);
    if (!this.#heldUpdates && faults.takeSwap()) {
      this.#heldUpdates = body;
      return;
    }
    const due = [body, ...(faults.takeDuplicate() ? [body] : []), ...(this.#heldUpdates ? [this.#heldUpdates] : [])];
    this.#heldUpdates = undefined;
    const send = (): void => {
      for (const one of due) this.send(one, { isContent: true });
    };
    if (faults.updateDelayMs > 0) setTimeout(send, faults.updateDelayMs).unref();
    else send();
  }

  /** Queues a message; what was queued in the same turn leaves together. */
  send(body: Buffer, options: SendOptions): void {
    const { isContent, isLost, ...rest } = options;
    const msgId = this.#numbers.nextMsgId(this.#host.nowMs(), options.answers !== undefined);
    const message = { ...rest, msgId, seqNo: this.#numbers.nextSeqNo(isContent), body, isContent };
    if (!isLost) this.#outbox.push(message);
    this.#scheduleFlush();
    if (isContent && !this.#unacknowledged.keep(message) && !this.#link) this.#host.overflowed(this);
  }

  /** True for a msg id that was received before. */
  repeats(msgId: bigint): boolean {
    if (this.#seen.has(msgId)) return true;
    this.#seen.add(msgId);
    // Ids older than five minutes are refused by their time, so only a flood could run into this.
    for (const oldest of this.#seen) {
      if (this.#seen.size <= maxSeen) break;
      this.#seen.delete(oldest);
    }
    return false;
  }

  hasSeen(msgId: bigint): boolean {
    return this.#seen.has(msgId);
  }

  /** Tells the client, with the next packet, that this message arrived. */
  acknowledge(msgId: bigint): void {
    this.#acks.push(msgId);
    this.#scheduleFlush();
  }

  acknowledged(msgIds: readonly bigint[]): void {
    for (const msgId of msgIds) this.#unacknowledged.acknowledge(msgId);
  }

  /** Sends a kept message again, under its own id. */
  resend(message: OutgoingMessage): void {
    if (!this.#outbox.some(({ msgId }) => msgId === message.msgId)) this.#outbox.push(message);
    this.#scheduleFlush();
  }

  keptMessage(msgId: bigint): OutgoingMessage | undefined {
    return this.#unacknowledged.find(msgId);
  }

  keptAnswer(requestId: bigint): OutgoingMessage | undefined {
    return this.#unacknowledged.answerTo(requestId);
  }

  /** Continues on this connection. A session that moved gets everything it has not acknowledged once more. */
  attach(link: Link): void {
    if (this.#link === link) return;
    this.#link = link;
    this.#outbox = [...this.#unacknowledged.all()];
    this.#scheduleFlush();
  }

  /** The connection is gone; what is kept waits for the next. */
  detach(link: Link): boolean {
    if (this.#link !== link) return false;
    this.#link = undefined;
    this.#acks = [];
    return true;
  }

  get isAttached(): boolean {
    return this.#link !== undefined;
  }

  dropLink(): void {
    this.#link?.drop();
  }

  #scheduleFlush(): void {
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    setImmediate(() => {
      this.#isFlushing = false;
      this.#flush();
    });
  }

  #flush(): void {
    const link = this.#link;
    if (link && this.#acks.length > 0) {
      const acks = this.#acks;
      this.#acks = [];
      this.send(acknowledgement(acks), { isContent: false });
    }
    const messages = this.#outbox;
    this.#outbox = [];
    if (!link) return;
    const { key, id: sessionId } = this;
    for (const { msgId, seqNo, body } of packed(messages, this.#numbers, this.#host.nowMs()))
      link.write(sealEnvelope(key, { salt: key.salt, sessionId, msgId, seqNo, body }));
  }
}

const maxSeen = 10_000;
