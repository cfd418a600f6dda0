import { gzipSync } from 'node:zlib';
import type { Logger } from 'pino';
import type { AuthKeys } from './auth-keys.ts';
import { RpcError, type RpcMethods } from './contract.ts';
import type { Faults, RequestFault } from './faults.ts';
import type { Layers } from './layers.ts';
import { type ParsedRequest, parseRequest } from './request-parsing.ts';
import { encodeService } from './service-schema.ts';
import type { Session } from './session.ts';
import { bindTempAuthKey } from './temp-keys.ts';
import { TlWriter } from './tl-bytes.ts';
import { gzipPackedId } from './tl-decode.ts';

export interface RequestParts {
  readonly keys: AuthKeys;
  readonly methods: RpcMethods;
  readonly layers: Layers;
  readonly faults: Faults;
  readonly log: Logger;
}

/** Executes requests and sends their rpc_result. */
export class Requests {
  readonly #parts: RequestParts;

  constructor(parts: RequestParts) {
    this.#parts = parts;
  }

  /** Starts executing; the answer follows by itself. Requests of a session run side by side. */
  run(session: Session, msgId: bigint, body: Buffer): void {
    if (session.running.size >= maxRunning) {
      this.#refuse(session, msgId, new RpcError(420, 'FLOOD_WAIT_1'));
      return;
    }
    // Registered before it starts: a later message of the same container may name it in invokeAfterMsg.
    const running = { isDropped: false, done: Promise.resolve() };
    session.running.set(msgId, running);
    running.done = this.#execute(session, msgId, body)
      .catch((error: unknown) => this.#parts.log.error({ err: error }, 'an answer could not be sent'))
      .finally(() => session.running.delete(msgId));
  }

  /** Sends an rpc_result with these bytes, packed when large. */
  answer(
    session: Session,
    msgId: bigint,
    result: Buffer,
    delivery: { isAlone?: boolean; isLost?: boolean } = {},
  ): void {
    const isLarge = result.length > gzipAboveBytes;
    const packed = isLarge ? new TlWriter().int32(gzipPackedId).bytes(gzipSync(result)).finish() : result;
    const body = new TlWriter().int32(rpcResultId).int64(msgId).raw(packed).finish();
    session.send(body, { isContent: true, answers: msgId, ...delivery });
  }

  /** `rpc_drop_answer`: the client no longer wants the answer to `droppedId`. */
  drop(session: Session, msgId: bigint, droppedId: bigint): void {
    const running = session.running.get(droppedId);
    const kept = session.keptAnswer(droppedId);
    if (running) running.isDropped = true;
    if (kept) session.acknowledged([kept.msgId]);
    const answered = kept && {
      _: 'rpc_answer_dropped',
      msg_id: kept.msgId,
      seq_no: kept.seqNo,
      bytes: kept.body.length,
    };
    const outcome = running ? { _: 'rpc_answer_dropped_running' } : (answered ?? { _: 'rpc_answer_unknown' });
    this.answer(session, msgId, encodeService(outcome));
  }

  async #execute(session: Session, msgId: bigint, body: Buffer): Promise<void> {
    let fault: RequestFault | undefined;
    let outcome: Buffer | RpcError;
    try {
      const parsed = parseRequest(body, session, this.#parts.layers);
      await Promise.all(parsed.after.map((earlier) => session.running.get(earlier)?.done ?? Promise.resolve()));
      fault = this.#parts.faults.takeRequestFault(parsed.request._);
      outcome = await this.#result(session, msgId, parsed, fault);
    } catch (error) {
      outcome = this.#asRpcError(error);
    }
    if (fault?.answerDelayMs) await elapsed(fault.answerDelayMs);
    if (session.running.get(msgId)?.isDropped) return;
    const isLost = fault?.losesAnswer ?? false;
    if (outcome instanceof RpcError) this.#refuse(session, msgId, outcome, isLost);
    else this.answer(session, msgId, outcome, { isLost });
    if (isLost) session.dropLink();
  }

  async #result(session: Session, msgId: bigint, parsed: ParsedRequest, fault: RequestFault): Promise<Buffer> {
    const { methods, keys } = this.#parts;
    const { request, wantsUpdates } = parsed;
    const refusal = session.key.login.refusal ?? fault.error;
    if (refusal) throw refusal;
    // Keys are the wire's matter: the methods only see whose session it is.
    if (request._ === 'auth.bindTempAuthKey')
      return session.tl.encodeResult(request._, bindTempAuthKey(keys, session, msgId, request));
    if (wantsUpdates && !session.isOpened) {
      session.isOpened = true;
      methods.opened(session);
    }
    const result = await methods.handle(request, session);
    return session.tl.encodeResult(request._, result);
  }

  #refuse(session: Session, msgId: bigint, { code, errorMessage }: RpcError, isLost = false): void {
    const error = encodeService({ _: 'rpc_error', error_code: code, error_message: errorMessage });
    this.answer(session, msgId, error, { isAlone: !this.#parts.faults.errorsInContainers, isLost });
  }

  /** Anything but an RpcError is a bug behind the methods: told to the client, so that its test sees it. */
  #asRpcError(error: unknown): RpcError {
    if (error instanceof RpcError) return error;
    this.#parts.log.error({ err: error }, 'a method failed');
    return new RpcError(500, `SANDBOX_FAILED: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const rpcResultId = 0xf35c6d01;
const gzipAboveBytes = 4096;
const maxRunning = 1000;

const elapsed = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms).unref());
