import { randomBytes } from 'node:crypto';
import type { AuthKey, AuthKeys } from './auth-keys.ts';
import type { TlObject } from './contract.ts';
import type { Envelope } from './envelope.ts';
import type { Faults } from './faults.ts';
import { containerId } from './outbox.ts';
import type { Requests } from './requests.ts';
import { decodeService, encodeService, type ServiceMessage, serviceSchema } from './service-schema.ts';
import type { Link, Session } from './session.ts';
import type { Sessions } from './sessions.ts';
import { TlDecodeError, TlReader } from './tl-bytes.ts';
import { gzipPackedId, inflate } from './tl-decode.ts';

/** A connection that messages come from. */
export interface InboundLink extends Link {
  /** `ping_delay_disconnect`: closes unless asked again within the delay. */
  closeIn(delayMs: number): void;
}

export interface InboundParts {
  readonly keys: AuthKeys;
  readonly sessions: Sessions;
  readonly requests: Requests;
  readonly faults: Faults;
  nowMs(): number;
}

/** What clients send in encrypted messages: checks, containers, service messages; requests go on to `Requests`. */
export class Inbound {
  readonly #parts: InboundParts;

  constructor(parts: InboundParts) {
    this.#parts = parts;
  }

  /** Throws TlDecodeError for what no client may send. */
  receive(key: AuthKey, envelope: Envelope, link: InboundLink): void {
    const session = this.#parts.sessions.continued(key, envelope.sessionId, link);
    key.login.activeMs = this.#parts.nowMs();
    const code = this.#timeProblem(envelope.msgId);
    if (code) {
      notify(session, { _: 'bad_msg_notification', ...badMessage(envelope), error_code: code });
    } else if (this.#parts.faults.takeWrongSalt()) {
      notify(session, { _: 'bad_server_salt', ...badMessage(envelope), error_code: 48, new_server_salt: ~key.salt });
    } else if (envelope.salt !== key.salt) {
      // Every GramJS connection begins with salt 0 and learns the right one here.
      notify(session, { _: 'bad_server_salt', ...badMessage(envelope), error_code: 48, new_server_salt: key.salt });
    } else {
      this.#message(session, envelope, link, 0);
    }
  }

  /** Client ids are divisible by four and near the server's time (service_messages#notice-of-ignored-error-message). */
  #timeProblem(msgId: bigint): number | undefined {
    if (msgId & 3n) return 18;
    const aheadMs = (Number(BigInt.asUintN(64, msgId)) / 2 ** 32) * 1000 - this.#parts.nowMs();
    if (aheadMs < -300_000) return 16;
    return aheadMs > 30_000 ? 17 : undefined;
  }

  #message(session: Session, message: InboundMessage, link: InboundLink, depth: number): void {
    const { msgId, seqNo } = message;
    if (depth > 2) throw new TlDecodeError('containers inside containers');
    if (seqNo & 1) session.acknowledge(msgId);
    if (session.repeats(msgId)) {
      const answer = session.keptAnswer(msgId);
      if (answer) session.resend(answer);
      return;
    }
    if (!session.isAnnounced) announce(session, msgId);
    this.#body(session, message, link, depth);
  }

  #body(session: Session, message: InboundMessage, link: InboundLink, depth: number): void {
    const reader = new TlReader(message.body);
    const id = reader.uint32();
    if (id === containerId) {
      const inner = containerItems(reader);
      for (const item of inner) this.#message(session, item, link, depth + 1);
    } else if (id === gzipPackedId && depth < 2) {
      this.#body(session, { ...message, body: inflate(reader.bytes()) }, link, depth + 1);
    } else if (serviceSchema.byId.has(id)) {
      this.#service(session, message.msgId, decodeService(message.body), link);
    } else {
      this.#parts.requests.run(session, message.msgId, message.body);
    }
  }

  #service(session: Session, msgId: bigint, message: ServiceMessage, link: InboundLink): void {
    switch (message._) {
      case 'msgs_ack':
        session.acknowledged(message.msg_ids);
        break;
      case 'ping_delay_disconnect':
        link.closeIn(message.disconnect_delay * 1000);
        reply(session, msgId, { _: 'pong', msg_id: msgId, ping_id: message.ping_id });
        break;
      case 'ping':
        reply(session, msgId, { _: 'pong', msg_id: msgId, ping_id: message.ping_id });
        break;
      case 'get_future_salts':
        reply(session, msgId, this.#futureSalts(session.key, msgId));
        break;
      case 'destroy_session':
        this.#destroySession(session, msgId, message.session_id);
        break;
      case 'msgs_state_req':
        reply(session, msgId, { _: 'msgs_state_info', req_msg_id: msgId, info: states(session, message.msg_ids) });
        break;
      case 'msg_resend_req':
        for (const wanted of message.msg_ids) {
          const kept = session.keptMessage(wanted);
          if (kept) session.resend(kept);
        }
        break;
      case 'rpc_drop_answer':
        this.#parts.requests.drop(session, msgId, message.req_msg_id);
        break;
      case 'destroy_auth_key':
        // The answer is sealed with the key, so it must leave before sessions and key go.
        this.#parts.requests.answer(session, msgId, encodeService({ _: 'destroy_auth_key_ok' }));
        this.#parts.keys.forget(session.key);
        for (const one of this.#parts.sessions.where(({ key }) => key === session.key))
          this.#parts.sessions.forget(one);
        break;
      case 'http_wait':
      case 'msgs_state_info':
      case 'msgs_all_info':
        break;
      default:
        throw new TlDecodeError(`${message._} in an encrypted message`);
    }
  }

  #futureSalts(key: AuthKey, msgId: bigint): TlObject {
    const now = Math.floor(this.#parts.nowMs() / 1000);
    const only = { _: 'future_salt', valid_since: now - 60, valid_until: now + 86_400, salt: key.salt };
    return { _: 'future_salts', req_msg_id: msgId, now, salts: [only] };
  }

  #destroySession(session: Session, msgId: bigint, sessionId: bigint): void {
    const { sessions } = this.#parts;
    // A session cannot end itself this way.
    const other = sessionId === session.id ? undefined : sessions.find(session.key, sessionId);
    if (other) sessions.forget(other);
    reply(session, msgId, { _: other ? 'destroy_session_ok' : 'destroy_session_none', session_id: sessionId });
  }
}

type InboundMessage = Pick<Envelope, 'msgId' | 'seqNo' | 'body'>;

const containerItems = (reader: TlReader): readonly InboundMessage[] =>
  Array.from({ length: reader.count() }, () => {
    const [msgId, seqNo, length] = [reader.int64(), reader.int32(), reader.int32()];
    return { msgId, seqNo, body: reader.raw(length) };
  });

const badMessage = ({ msgId, seqNo }: Envelope): { bad_msg_id: bigint; bad_msg_seqno: number } => ({
  bad_msg_id: msgId,
  bad_msg_seqno: seqNo,
});

/** Tells the client that this session is new: whatever it had of an older one of the same id is gone. */
const announce = (session: Session, firstMsgId: bigint): void => {
  session.isAnnounced = true;
  const unique = randomBytes(8).readBigInt64LE();
  const created = { first_msg_id: firstMsgId, unique_id: unique, server_salt: session.key.salt };
  session.send(encodeService({ _: 'new_session_created', ...created }), { isContent: true });
};

const notify = (session: Session, message: TlObject): void =>
  session.send(encodeService(message), { isContent: false });

/** Answers that stand outside rpc_result. */
const reply = (session: Session, answers: bigint, message: TlObject): void =>
  session.send(encodeService(message), { isContent: false, answers });

/** One byte each: 4 received, 1 unknown (service_messages#informational-message-regarding-status-of-messages). */
const states = (session: Session, msgIds: readonly bigint[]): Buffer =>
  Buffer.from(msgIds.map((msgId) => (session.hasSeen(msgId) ? 4 : 1)));
