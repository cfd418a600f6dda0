import type { Pbx, PbxCall } from '../pbx/pbx.ts';
import { loudestTone } from '../phone/tones.ts';
import { BadRequest } from './fields.ts';

/** Who calls from the PBX, and the tone each says. */
export const callers = {
  anna: { from: '+79261234567', displayName: 'Anna Petrova', says: 500 },
  boris: { from: '+4930123456', displayName: 'Boris Weber', says: 850 },
} as const;

/** The SIP side of the sandbox as a page operates it: telephones of the demo PBX, each call a card. */
export class SipDesk {
  readonly #pbx: Pbx;
  readonly #account: string;
  readonly #changed: () => void;
  readonly #cards = new Map<PbxCall, { name: string; says: number | undefined }>();
  readonly #listening: NodeJS.Timeout;

  constructor(parts: { readonly pbx: Pbx; readonly account: string; changed(): void }) {
    const { pbx } = parts;
    this.#pbx = pbx;
    this.#account = parts.account;
    this.#changed = () => parts.changed();
    pbx.calls.on('incoming', this.#incoming);
    pbx.calls.on('answered', this.#changed);
    pbx.calls.on('digit', this.#changed);
    pbx.calls.on('ended', this.#ended);
    this.#listening = setInterval(() => this.#cards.size > 0 && this.#changed(), listenEveryMs);
  }

  /** @throws NotRegistered */
  async ring(who: keyof typeof callers): Promise<void> {
    const { displayName, says } = callers[who];
    const call = await this.#pbx.callAccount(this.#account, callers[who]);
    if (call.state !== 'ended') this.#cards.set(call, { name: displayName, says });
    this.#changed();
  }

  answer(id: string): void {
    this.#call(id).answer();
    this.#changed();
  }

  hangUp(id: string): void {
    const call = this.#call(id);
    // Its telephone has not been answered: a person declines.
    if (call.direction === 'to the PBX' && call.state !== 'up') call.refuse(603);
    else call.hangUp();
  }

  says(id: string, frequencyHz: number | undefined): void {
    const call = this.#call(id);
    this.#cards.set(call, { name: this.#cards.get(call)?.name ?? '', says: frequencyHz });
    call.says(frequencyHz);
    this.#changed();
  }

  presses(id: string, digit: string): void {
    this.#call(id).playKeys(digit);
  }

  /** The calls of the moment, and what each hears. */
  view() {
    return [...this.#cards].map(([call, { name, says }]) => ({
      id: call.id,
      name,
      number: call.number,
      direction: call.direction === 'to the PBX' ? 'in' : 'out',
      state: call.state,
      says: says ?? null,
      keys: call.digits.slice(-12),
      hears: call.state === 'up' ? this.#hears(call) : null,
    }));
  }

  close(): void {
    clearInterval(this.#listening);
    this.#pbx.calls.off('incoming', this.#incoming);
    this.#pbx.calls.off('answered', this.#changed);
    this.#pbx.calls.off('digit', this.#changed);
    this.#pbx.calls.off('ended', this.#ended);
  }

  readonly #incoming = (call: PbxCall): void => {
    this.#cards.set(call, { name: titles[call.number] ?? call.number, says: undefined });
    this.#changed();
  };

  readonly #ended = (call: PbxCall): void => {
    this.#cards.delete(call);
    this.#changed();
  };

  #hears(call: PbxCall) {
    const tone = loudestTone(this.#pbx.heard(call, heardMs), rateHz);
    return tone && tone.levelDbfs > quietDbfs
      ? { hz: Math.round(tone.frequencyHz), db: Math.round(tone.levelDbfs) }
      : { hz: 0, db: -90 };
  }

  #call(id: string): PbxCall {
    const call = [...this.#cards.keys()].find((each) => each.id === id);
    if (!call) throw new BadRequest('this call is over');
    return call;
  }
}

/** What the page calls the numbers of the PBX. */
const titles: Readonly<Record<string, string>> = {
  '600': 'Echo',
  '601': 'Milliwatt',
  '602': 'Key read-back',
  '604': 'Never answers',
  '605': 'Announcement first',
  '606': 'Calls back',
  '610': 'Desk phone',
};

/** Below it there is what G.711 makes of silence. */
const quietDbfs = -55;
const listenEveryMs = 250;
const heardMs = 120;
const rateHz = 8_000;
