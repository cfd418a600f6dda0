import { encodeService } from './service-schema.ts';
import { TlWriter } from './tl-bytes.ts';

/** A message of ours as it stands in a packet or container. */
export interface OutgoingMessage {
  readonly msgId: bigint;
  readonly seqNo: number;
  readonly body: Buffer;
  /** Kept until acknowledged. */
  readonly isContent: boolean;
  /** The client message this answers. */
  readonly answers?: bigint;
  /** Never shares a container. */
  readonly isAlone?: boolean;
}

/** Numbers a session's outgoing messages (core.telegram.org/mtproto/description#message-identifier-msg-id). */
export class MessageNumbers {
  #lastMsgId = 0n;
  #contentMessages = 0;

  /** Strictly increasing; the low bits are 01 for answers, 11 for all else. The high 32 are seconds. */
  nextMsgId(nowMs: number, isAnswer: boolean): bigint {
    const low = isAnswer ? 1n : 3n;
    const seconds = BigInt(Math.floor(nowMs / 1000));
    const fraction = BigInt(Math.floor(((nowMs % 1000) / 1000) * 2 ** 32)) & ~3n;
    const byClock = (seconds << 32n) | fraction | low;
    this.#lastMsgId = byClock > this.#lastMsgId ? byClock : (this.#lastMsgId & ~3n) + 4n + low;
    return this.#lastMsgId;
  }

  /** Twice the content messages so far, plus one for a content message. */
  nextSeqNo(isContent: boolean): number {
    const seqNo = this.#contentMessages * 2 + (isContent ? 1 : 0);
    if (isContent) this.#contentMessages += 1;
    return seqNo;
  }
}

/** Content messages that the client has not acknowledged. Bounded; the oldest go first. */
export class Unacknowledged {
  readonly #messages = new Map<bigint, OutgoingMessage>();
  #bytes = 0;

  /** Returns false when messages had to go. */
  keep(message: OutgoingMessage): boolean {
    this.#messages.set(message.msgId, message);
    this.#bytes += message.body.length;
    let fits = true;
    for (const oldest of this.#messages.keys()) {
      if (this.#messages.size <= maxMessages && this.#bytes <= maxBytes) break;
      this.acknowledge(oldest);
      fits = false;
    }
    return fits;
  }

  acknowledge(msgId: bigint): void {
    this.#bytes -= this.#messages.get(msgId)?.body.length ?? 0;
    this.#messages.delete(msgId);
  }

  find(msgId: bigint): OutgoingMessage | undefined {
    return this.#messages.get(msgId);
  }

  answerTo(requestId: bigint): OutgoingMessage | undefined {
    return this.all().find(({ answers }) => answers === requestId);
  }

  all(): readonly OutgoingMessage[] {
    return [...this.#messages.values()];
  }
}

/** Groups messages into packets: single ones as they are, several in a container of at most 100. */
export const packed = (
  messages: readonly OutgoingMessage[],
  numbers: MessageNumbers,
  nowMs: number,
): OutgoingMessage[] => {
  const batches: OutgoingMessage[][] = [];
  let bytes = 0;
  for (const message of messages) {
    const current = batches.at(-1);
    const fits = current && current.length < 100 && bytes + message.body.length <= maxContainerBytes;
    if (fits && !message.isAlone && !current[0]?.isAlone) current.push(message);
    else batches.push([message]);
    bytes = (fits ? bytes : 0) + message.body.length;
  }
  return batches.map((batch) => (batch.length === 1 && batch[0] ? batch[0] : container(batch, numbers, nowMs)));
};

export const acknowledgement = (msgIds: readonly bigint[]): Buffer => encodeService({ _: 'msgs_ack', msg_ids: msgIds });

const container = (batch: readonly OutgoingMessage[], numbers: MessageNumbers, nowMs: number): OutgoingMessage => {
  const writer = new TlWriter().int32(containerId).int32(batch.length);
  for (const { msgId, seqNo, body } of batch) writer.int64(msgId).int32(seqNo).int32(body.length).raw(body);
  // Its id must be above those inside, so it is taken last.
  return {
    msgId: numbers.nextMsgId(nowMs, false),
    seqNo: numbers.nextSeqNo(false),
    body: writer.finish(),
    isContent: false,
  };
};

/** `msg_container`: a bare vector of `msg_id seqno length body`. */
export const containerId = 0x73f1f8dc;
const maxContainerBytes = 512 * 1024;
const maxMessages = 5000;
const maxBytes = 64 * 1024 * 1024;
