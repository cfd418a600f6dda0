import type { CodecName } from '../../../src/actors/ports/rtp-legs.ts';
import type { SipAccountSettings, SipAccounts } from '../../../src/actors/ports/sip-accounts.ts';
import type { SipCallOffer, SipLegFact } from '../../../src/actors/ports/sip-calls.ts';
import { type SipAdapter, type SipOptions, startSip } from '../../../src/adapters/sip/sip.ts';
import { CallId, LineId, UserId } from '../../../src/machines/model/ids.ts';
import type { DialTarget } from '../../../src/machines/model/party.ts';
import type { DtmfDigit } from '../../../src/machines/model/tone.ts';
import { eventually } from '../../support/eventually.ts';
import { EchoingRtpLegs } from './echoing-rtp-legs.ts';

export const office = LineId('office');
export const olga = UserId(77);

/** The adapter with one line, as a test uses it. */
export class Phone {
  readonly sip: SipAdapter;
  readonly rtp: EchoingRtpLegs;
  readonly offers: SipCallOffer[] = [];
  readonly #accounts: EditableAccounts;

  private constructor(sip: SipAdapter, rtp: EchoingRtpLegs, accounts: EditableAccounts) {
    this.sip = sip;
    this.rtp = rtp;
    this.#accounts = accounts;
    sip.calls.onOffer((offer) => this.offers.push(offer));
  }

  static async start(
    settings: Partial<SipAccountSettings>,
    options: Partial<SipOptions> & { readonly able?: readonly CodecName[] } = {},
  ): Promise<Phone> {
    const rtp = new EchoingRtpLegs(options.able);
    const accounts = new EditableAccounts(settings);
    const sip = await startSip({ bind: { host: '127.0.0.1', udpPort: 0, tcpPort: 0 }, accounts, rtp, ...options });
    return new Phone(sip, rtp, accounts);
  }

  edit(settings: Partial<SipAccountSettings>): void {
    this.#accounts.edit(settings);
  }

  bind(signal: AbortSignal = new AbortController().signal) {
    return this.sip.registrar.bind(office, signal);
  }

  dial(target: string | DialTarget): WatchedCall {
    const call = CallId(crypto.randomUUID());
    this.sip.calls.invite(call, {
      line: office,
      user: olga,
      target: typeof target === 'string' ? { kind: 'number', user: target } : target,
    });
    return new WatchedCall(this, call);
  }

  async nextOffer(): Promise<WatchedCall & { readonly offer: SipCallOffer }> {
    const offer = await eventually(
      () => {
        const [first] = this.offers;
        if (first === undefined) throw new Error('no call was offered');
        return first;
      },
      { interval: 5 },
    );
    this.offers.shift();
    return Object.assign(new WatchedCall(this, offer.callId), { offer });
  }

  /** Nothing is left of any call: neither session, nor dialog, nor unanswered request, nor media leg. */
  async isAtRest(): Promise<void> {
    await eventually(
      () => {
        const left = { ...this.sip.counters.open(), mediaLegs: this.rtp.openLegs };
        if (Object.values(left).some((count) => count !== 0)) throw new Error(`left over: ${JSON.stringify(left)}`);
      },
      { interval: 20 },
    );
    const exceptions = this.sip.counters.totals()['exceptions'] ?? 0;
    if (exceptions > 0) throw new Error(`${exceptions} exceptions`);
  }

  async stop(): Promise<void> {
    await this.sip.close();
    this.rtp.closeAll();
  }
}

/** One call and what was told of it. */
export class WatchedCall {
  readonly id: CallId;
  readonly facts: SipLegFact[] = [];
  readonly #phone: Phone;

  constructor(phone: Phone, id: CallId) {
    this.id = id;
    this.#phone = phone;
    phone.sip.calls.watch(id, (fact) => this.facts.push(fact));
  }

  get kinds(): readonly string[] {
    return this.facts.map(({ type }) => type);
  }

  get packetsHeard(): number {
    return this.#phone.rtp.legs.get(this.id)?.packetsHeard ?? 0;
  }

  ring(): void {
    this.#phone.sip.calls.ring(this.id, olga);
  }

  answer(): void {
    this.#phone.sip.calls.answer(this.id);
  }

  hold(on: boolean): Promise<void> {
    return this.#phone.sip.calls.hold(this.id, on);
  }

  press(digit: DtmfDigit): Promise<void> {
    return this.#phone.sip.calls.sendInfo(this.id, digit);
  }

  hangUp(): void {
    this.#phone.sip.calls.hangUp(this.id, { kind: 'normal' });
  }

  async until<Type extends SipLegFact['type']>(type: Type): Promise<Extract<SipLegFact, { type: Type }>> {
    return eventually(
      () => {
        const fact = this.facts.find((one) => one.type === type);
        if (fact === undefined) throw new Error(`no ${type}, only ${JSON.stringify(this.facts)}`);
        return fact as Extract<SipLegFact, { type: Type }>;
      },
      { timeout: 15_000, interval: 5 },
    );
  }

  /** Resolves when that many more packets have gone out to the party. */
  async sends(count: number): Promise<void> {
    const leg = this.#phone.rtp.legs.get(this.id);
    const until = (leg?.packetsSent ?? 0) + count;
    await eventually(
      () => {
        if (leg === undefined || leg.packetsSent < until) throw new Error(`sent ${leg?.packetsSent} packets`);
      },
      { interval: 5 },
    );
  }

  async hearsPackets(count: number): Promise<void> {
    await eventually(
      () => {
        if (this.packetsHeard < count) throw new Error(`heard ${this.packetsHeard} packets`);
      },
      { interval: 10 },
    );
  }
}

class EditableAccounts implements SipAccounts {
  #settings: SipAccountSettings;

  constructor(settings: Partial<SipAccountSettings>) {
    this.#settings = {
      lineId: office,
      login: 'alice',
      password: 'secret',
      domain: '127.0.0.1',
      proxy: '',
      transport: 'udp',
      codecs: ['opus', 'alaw', 'mulaw'],
      mayBePrivate: true,
      ...settings,
    };
  }

  edit(settings: Partial<SipAccountSettings>): void {
    this.#settings = { ...this.#settings, ...settings };
  }

  async settings(line: LineId): Promise<SipAccountSettings> {
    if (line !== this.#settings.lineId) throw new Error('no such line');
    return this.#settings;
  }
}
