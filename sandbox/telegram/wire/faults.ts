import { RpcError } from './contract.ts';

/** What a request is to suffer. */
export interface RequestFault {
  readonly error: RpcError | undefined;
  readonly answerDelayMs: number;
  readonly losesAnswer: boolean;
}

/** What the switches reach besides their own state. */
export interface FaultTargets {
  /** Destroys the connections, of one user or all. */
  dropSockets(userId: string | undefined): void;
  /** Gives every key another salt. */
  rotateSalts(): void;
  nowMs(): number;
}

/**
 * Switches for what goes wrong between client and server. Methods are named as in the schema
 * (`messages.sendMessage`), `*` means any; `times` counts down, Infinity stays. Everything is off at first.
 */
export class Faults {
  /** Reads and never answers, neither requests nor pings; nothing pushed arrives. */
  stalled = false;
  /** The server's clock runs this far ahead of ours: clients get bad_msg_notification 16 or 17 and must adapt. */
  clockSkewMs = 0;
  /** Updates reach the client this much later, in order. */
  updateDelayMs = 0;
  /**
   * Lets rpc_error share a container with other messages, as the real server may. Off, because GramJS drops whatever
   * follows an rpc_error in its container.
   */
  errorsInContainers = false;

  readonly #targets: FaultTargets;
  readonly #errors = new Map<string, { readonly error: RpcError; times: number }>();
  readonly #floods = new Map<string, number>();
  readonly #delays = new Map<string, number>();
  readonly #lost = new Map<string, number>();
  #refusedUntilMs = 0;
  #transportError: { readonly code: number; times: number } | undefined;
  #wrongSalts = 0;
  #duplicatedUpdates = 0;
  #swappedUpdates = 0;

  constructor(targets: FaultTargets) {
    this.#targets = targets;
  }

  dropSockets(userId?: string): void {
    this.#targets.dropSockets(userId);
  }

  /** New connections are reset (and refused by the proxy) for so long. Open ones stay. */
  refuseConnections(forMs = Number.POSITIVE_INFINITY): void {
    this.#refusedUntilMs = this.#targets.nowMs() + forMs;
  }

  acceptConnections(): void {
    this.#refusedUntilMs = 0;
  }

  /** Requests of this method fail without being executed. */
  failMethod(method: string, error: RpcError, times = 1): void {
    this.#errors.set(method, { error, times });
  }

  floodWait(method: string, seconds: number, times = 1): void {
    this.failMethod(method, new RpcError(420, `FLOOD_WAIT_${seconds}`), times);
  }

  /** As the real service: whoever asks before the time is over is told how much of it is left. */
  floodFor(method: string, seconds: number): void {
    this.#floods.set(method, this.#targets.nowMs() + seconds * 1000);
  }

  /** Executes at once and answers later, so that updates overtake the answer. Zero ends it. */
  delayAnswers(method: string, delayMs: number): void {
    if (delayMs > 0) this.#delays.set(method, delayMs);
    else this.#delays.delete(method);
  }

  /** Executes, then drops the client's connection instead of answering; only the same session id gets the answer yet. */
  loseAnswers(method: string, times = 1): void {
    this.#lost.set(method, times);
  }

  /** The next encrypted packets are answered with this transport error: −404, −429, −444. */
  transportErrors(code: number, times = 1): void {
    this.#transportError = { code, times };
  }

  /** Every client's next message is refused once, with the new salt. */
  rotateSalts(): void {
    this.#targets.rotateSalts();
  }

  /** The next messages are refused with a salt that is wrong again. */
  wrongSalts(times = 1): void {
    this.#wrongSalts = times;
  }

  /** The next pushed updates arrive twice, as messages of their own. */
  duplicateUpdates(times = 1): void {
    this.#duplicatedUpdates = times;
  }

  /** Each of the next pushed updates is held back until its session was pushed another. */
  swapUpdates(times = 1): void {
    this.#swappedUpdates = times;
  }

  /** Everything off again; what has been done to keys and sockets stays done. */
  reset(): void {
    this.stalled = this.errorsInContainers = false;
    this.clockSkewMs = this.updateDelayMs = this.#refusedUntilMs = 0;
    this.#wrongSalts = this.#duplicatedUpdates = this.#swappedUpdates = 0;
    this.#transportError = undefined;
    for (const switches of [this.#errors, this.#floods, this.#delays, this.#lost]) switches.clear();
  }

  get refusesConnections(): boolean {
    return this.#targets.nowMs() < this.#refusedUntilMs;
  }

  /** Called once per executed request. */
  takeRequestFault(method: string): RequestFault {
    return {
      error: this.#flood(method) ?? this.#takeError(method) ?? this.#takeError('*'),
      answerDelayMs: this.#delays.get(method) ?? this.#delays.get('*') ?? 0,
      losesAnswer: this.#takeLoss(method) || this.#takeLoss('*'),
    };
  }

  takeTransportError(): number | undefined {
    const fault = this.#transportError;
    if (!fault) return undefined;
    if (--fault.times <= 0) this.#transportError = undefined;
    return fault.code;
  }

  takeWrongSalt(): boolean {
    return this.#wrongSalts > 0 && this.#wrongSalts-- > 0;
  }

  takeDuplicate(): boolean {
    return this.#duplicatedUpdates > 0 && this.#duplicatedUpdates-- > 0;
  }

  takeSwap(): boolean {
    return this.#swappedUpdates > 0 && this.#swappedUpdates-- > 0;
  }

  #flood(method: string): RpcError | undefined {
    const leftMs = (this.#floods.get(method) ?? 0) - this.#targets.nowMs();
    if (leftMs > 0) return new RpcError(420, `FLOOD_WAIT_${Math.ceil(leftMs / 1000)}`);
    this.#floods.delete(method);
    return undefined;
  }

  #takeError(method: string): RpcError | undefined {
    const fault = this.#errors.get(method);
    if (fault && --fault.times <= 0) this.#errors.delete(method);
    return fault?.error;
  }

  #takeLoss(method: string): boolean {
    const times = this.#lost.get(method) ?? 0;
    if (times > 1) this.#lost.set(method, times - 1);
    else this.#lost.delete(method);
    return times > 0;
  }
}
