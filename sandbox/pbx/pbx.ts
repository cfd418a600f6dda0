import { EventEmitter } from 'node:events';
import { CallLeg, type DialogSide, isOf, type PbxCall, sideOfCall, sideOfInvite } from './call.ts';
import { type Clock, realClock } from './clock.ts';
import { Digest } from './digest.ts';
import { callBackDelayMs, type Extension, extensions } from './extensions.ts';
import { Registrar } from './registrar.ts';
import { RtpSession } from './rtp.ts';
import { addressOf, header, parameter } from './sip-message.ts';
import { type Incoming, newTag, UserAgent } from './user-agent.ts';

export type { PbxCall } from './call.ts';

export interface PbxOptions {
  /** The address SIP and RTP are bound to and announced with. */
  readonly host: string;
  /** SIP over UDP and TCP; any free one without it. */
  readonly port?: number;
  readonly accounts: readonly { readonly user: string; readonly password: string }[];
  /** Ask callers for their password too (407), as most PBXs do. On unless set to false. */
  readonly authenticateCalls?: boolean;
  /** Between ringing and answering. */
  readonly answerAfterMs?: number;
  readonly clock?: Clock;
}

export interface PbxEvents {
  /** Somebody calls the PBX. */
  incoming: [call: PbxCall];
  answered: [call: PbxCall];
  digit: [call: PbxCall, digit: string];
  ended: [call: PbxCall, how: string];
}

export interface Pbx {
  readonly port: number;
  readonly calls: EventEmitter<PbxEvents>;
  isRegistered(user: string): boolean;
  /**
   * Calls an account's phone. The call it answers with is only beginning: see its `answered`.
   * @throws NotRegistered when the account's phone is not there
   */
  callAccount(
    user: string,
    options: {
      readonly from: string;
      readonly displayName: string;
      /** The tone said once it is answered; without it, silence. */
      readonly says?: number;
    },
  ): Promise<PbxCall>;
  /** What a call heard, 8 kHz: the last minute of it, or so many milliseconds. Known for the ten calls that ended last. */
  heard(call: PbxCall, lastMs?: number): Int16Array;
  close(): void;
}

export class NotRegistered extends Error {
  override readonly name = 'NotRegistered';
}

const mostCalls = 50;
const mostRemembered = 10;
const defaultAnswerAfterMs = 500;

/**
 * A small SIP PBX for demonstrations and tests: registrar, a few numbers to call (`extensions.ts` lists them), and calls to the
 * accounts. G.711 over plain RTP. It stands on one machine and speaks to it only.
 */
export const startPbx = async (options: PbxOptions): Promise<Pbx> => {
  const exchange = new Exchange(options);
  await exchange.start();
  return exchange;
};

class Exchange implements Pbx {
  readonly calls = new EventEmitter<PbxEvents>();
  readonly #options: PbxOptions;
  readonly #clock: Clock;
  readonly #digest: Digest;
  readonly #registrar: Registrar;
  readonly #legs = new Set<CallLeg>();
  readonly #ended: CallLeg[] = [];
  readonly #callBacks = new Set<() => void>();
  #agent: UserAgent | undefined;

  constructor(options: PbxOptions) {
    this.#options = options;
    this.#clock = options.clock ?? realClock;
    this.#digest = new Digest(options.accounts, () => this.#clock.now());
    this.#registrar = new Registrar(this.#digest, this.#clock);
  }

  async start(): Promise<void> {
    const { host, port = 0 } = this.#options;
    this.#agent = await UserAgent.listen(
      { host, port, clock: this.#clock },
      {
        request: (incoming) => this.#receive(incoming),
        acknowledge: (message) => [...this.#legs].find((leg) => isOf(leg, message))?.acknowledge(message),
      },
    );
  }

  get port(): number {
    return this.#agent?.port ?? 0;
  }

  isRegistered(user: string): boolean {
    return this.#registrar.find(user) !== undefined;
  }

  async callAccount(
    user: string,
    { from, displayName, says }: { readonly from: string; readonly displayName: string; readonly says?: number },
  ): Promise<PbxCall> {
    const binding = this.#registrar.find(user);
    const agent = this.#agent;
    if (binding === undefined || agent === undefined) throw new NotRegistered(user);
    const tag = newTag();
    const side = sideOfCall(agent, { user, ...binding }, { number: from, displayName }, tag);
    const leg = await this.#leg(agent, { direction: 'from the PBX', user, number: from, tag, side }, undefined);
    leg.says(says);
    leg.invite([]);
    return leg;
  }

  heard(call: PbxCall, lastMs?: number): Int16Array {
    return [...this.#legs, ...this.#ended].find((leg) => leg === call)?.rtp.heard(lastMs) ?? new Int16Array(0);
  }

  close(): void {
    for (const cancel of this.#callBacks) cancel();
    for (const leg of this.#legs) leg.drop();
    this.#agent?.close();
    this.#agent = undefined;
  }

  #receive(incoming: Incoming): void {
    const { message } = incoming;
    if (message.headers.has('require')) {
      const headers = [['Unsupported', header(message, 'require')]] as const;
      return incoming.respond(420, { tag: newTag(), headers });
    }
    const isWithin = parameter(header(message, 'to'), 'tag') !== undefined;
    if (message.method === 'REGISTER') this.#registrar.register(incoming);
    else if (message.method === 'OPTIONS') incoming.respond(200, { tag: newTag() });
    else if (isWithin) this.#receiveWithin(incoming);
    else if (message.method === 'INVITE')
      this.#receiveCall(incoming).catch(() => incoming.respond(503, { tag: newTag() }));
    else incoming.respond(405, { tag: newTag() });
  }

  #receiveWithin(incoming: Incoming): void {
    const leg = [...this.#legs].find((each) => isOf(each, incoming.message));
    if (leg === undefined) return incoming.respond(481);
    switch (incoming.message.method) {
      case 'BYE':
        return leg.hungUp(incoming);
      case 'INVITE':
        return leg.renegotiate(incoming);
      case 'INFO': {
        // `Signal=5` of application/dtmf-relay, or the bare key of application/dtmf.
        const digit = /^\s*(?:signal\s*=\s*)?([0-9*#A-D])\s*$/im.exec(incoming.message.body)?.[1];
        incoming.respond(200);
        if (digit !== undefined) leg.press(digit);
        return;
      }
      default:
        return incoming.respond(405);
    }
  }

  async #receiveCall(incoming: Incoming): Promise<void> {
    const { message } = incoming;
    const agent = this.#agent;
    const user = this.#callerOf(incoming);
    if (user === undefined || agent === undefined) return;
    const number = addressOf(message.uri)?.user ?? '';
    const extension = Object.hasOwn(extensions, number) ? extensions[number] : undefined;
    if (extension === undefined) return incoming.respond(404, { tag: newTag() });
    if (this.#legs.size >= mostCalls) return incoming.respond(503, { tag: newTag() });
    incoming.respond(100);
    const tag = newTag();
    let isCancelled = false;
    incoming.onCancel = () => {
      isCancelled = true;
    };
    const parts = { direction: 'to the PBX', user, number, tag, side: sideOfInvite(incoming, tag) } as const;
    const leg = await this.#leg(agent, parts, extension);
    this.calls.emit('incoming', leg);
    if (!leg.take(incoming)) return;
    if (isCancelled) return incoming.onCancel();
    const { answerAfterMs = defaultAnswerAfterMs } = this.#options;
    extension.run(leg, { answerAfterMs, callBack: (whom) => this.#callBackLater(whom) });
  }

  /** The account that calls, or undefined when it has been asked for its password or refused. */
  #callerOf(incoming: Incoming): string | undefined {
    const { message } = incoming;
    const user = addressOf(header(message, 'from'))?.user ?? '';
    const isAccount = this.#options.accounts.some((account) => account.user === user);
    if (this.#options.authenticateCalls === false) {
      if (!isAccount) incoming.respond(403, { tag: newTag() });
      return isAccount ? user : undefined;
    }
    const verdict = this.#digest.check('INVITE', header(message, 'proxy-authorization'));
    if (typeof verdict !== 'string') return verdict.user;
    if (verdict === 'wrong') incoming.respond(403, { tag: newTag() });
    else {
      const challenge = this.#digest.challenge(verdict === 'stale');
      incoming.respond(407, { tag: newTag(), headers: [['Proxy-Authenticate', challenge]] });
    }
    return undefined;
  }

  async #leg(
    agent: UserAgent,
    parts: Pick<CallLeg, 'direction' | 'user' | 'number' | 'tag'> & { readonly side: DialogSide },
    extension: Extension | undefined,
  ): Promise<CallLeg> {
    const { host } = this.#options;
    const rtp = await RtpSession.open(host, this.#clock);
    const leg: CallLeg = new CallLeg(
      { ...parts, agent, host, rtp, clock: this.#clock },
      {
        answered: () => this.calls.emit('answered', leg),
        digit: (digit) => {
          this.calls.emit('digit', leg, digit);
          extension?.digit?.(leg, digit);
        },
        ended: (how) => {
          this.#legs.delete(leg);
          this.#ended.push(leg);
          this.#ended.splice(0, this.#ended.length - mostRemembered);
          this.calls.emit('ended', leg, how);
        },
      },
    );
    this.#legs.add(leg);
    return leg;
  }

  #callBackLater(user: string): void {
    const cancel = this.#clock.after(callBackDelayMs, () => {
      this.#callBacks.delete(cancel);
      this.callAccount(user, { from: '606', displayName: 'Demo PBX', says: 800 }).catch(() => {});
    });
    this.#callBacks.add(cancel);
  }
}
