import { afterEach, describe, expect, test, vi } from 'vitest';
import { RequestRefused } from '../../../src/actors/ports/sip-calls.ts';
import { headerOf, type SipMessage, type SipRequest } from '../../../src/adapters/sip/wire/message.ts';
import { CallId, LineId, UserId } from '../../../src/machines/model/ids.ts';
import { eventually } from '../../support/eventually.ts';
import { directionOf } from './party.ts';
import { requestTo, responseTo, sdp, WiredStack } from './wired-stack.ts';

/** Seeded stories in which both sides do whatever they like at any time, over a network that repeats, delays and loses. */
describe('whatever happens at the same time, nothing is left of it', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  test.each(Array.from({ length: 160 }, (_, seed) => seed + 1))('seed %i', async (seed) => {
    vi.useFakeTimers();
    const story = new Story(seed);
    await story.run();
    await story.passes(150_000);
    expect(story.left()).toEqual({ calls: 0, sessions: 0, dialogs: 0, requests: 0, unanswered: 0, mediaLegs: 0 });
    expect(story.exceptions).toBe(0);
    // Every promise was kept, each with a word of the port.
    expect(story.unsettled).toBe(0);
    expect(story.surprises).toEqual([]);
    expect(story.facts.filter((fact) => fact === 'party.hungUp')).toHaveLength(1);
    expect(story.facts.at(-1)).toBe('party.hungUp');
    story.wired.rtp.closeAll();
  });
});

class Story {
  readonly wired = new WiredStack();
  readonly facts: string[] = [];
  readonly surprises: unknown[] = [];
  unsettled = 0;
  readonly #random: () => number;
  readonly #lossRate: number;
  readonly #isIncoming: boolean;
  readonly #isGivenUpEarly: boolean;
  #call = CallId('call');
  #read = 0;
  /** Messages on the way to us. */
  #onTheWay: { readonly dueMs: number; readonly text: string }[] = [];
  #nowMs = 0;
  #dialog: Readonly<Record<'from' | 'to' | 'call-id', string>> | undefined;
  #sequence = 20;
  #isEnded = false;
  #hasSdpPending = false;
  readonly #unacknowledged = new Set<string>();
  readonly #answered = new Map<string, string>();

  constructor(seed: number) {
    this.#random = randomOf(seed);
    this.#lossRate = seed % 3 === 0 ? 0.2 : 0;
    this.#isIncoming = seed % 2 === 0;
    this.#isGivenUpEarly = seed % 10 === 1;
  }

  get exceptions(): number {
    return this.wired.counters.of('exceptions');
  }

  left() {
    const accounts = this.wired.stack.accounts.all;
    return {
      calls: this.wired.calls.open,
      sessions: accounts.reduce((sum, { sessions }) => sum + sessions.size, 0),
      dialogs: accounts.reduce((sum, { core }) => sum + core.dialogs.size, 0),
      requests: this.wired.stack.client.unfinished,
      unanswered: this.wired.stack.server.unfinished,
      mediaLegs: this.wired.rtp.openLegs,
    };
  }

  async run(): Promise<void> {
    await this.wired.boundAccount();
    await (this.#isIncoming ? this.#isCalled() : this.#calls());
    for (let step = 0; step < 25; step++) {
      this.#act();
      await this.passes(this.#chance(0.3) ? 0 : this.#random() * 1_500);
    }
    this.wired.calls.hangUp(this.#call, { kind: 'normal' });
  }

  async #calls(): Promise<void> {
    const line = LineId('office');
    this.wired.calls.watch(this.#call, ({ type }) => this.facts.push(type));
    this.wired.calls.invite(this.#call, { line, user: UserId(1), target: { kind: 'number', user: '600' } });
    // The media leg's socket is a real one.
    await this.#finds('INVITE ');
    if (!this.#isGivenUpEarly) return;
    // While its answer is on the way, or a little sooner or later.
    await this.passes(this.#pick([0, 100, 500]));
    this.wired.calls.hangUp(this.#call, { kind: 'cancelled' });
  }

  async #isCalled(): Promise<void> {
    const offered = new Promise<CallId>((resolve) => this.wired.calls.onOffer(({ callId }) => resolve(callId)));
    const own = { from: '<sip:100@pbx.test>;tag=party', 'call-id': 'theirs' };
    this.wired.receive(requestTo('INVITE', own, sdp()));
    this.#unacknowledged.add('1 INVITE');
    this.#call = await offered;
    this.wired.calls.watch(this.#call, ({ type }) => this.facts.push(type));
    this.wired.calls.ring(this.#call, UserId(1));
    this.wired.calls.answer(this.#call);
    const answer = await this.#finds('SIP/2.0 200');
    this.#dialog = { ...own, to: headerOf(answer.headers, 'to') ?? '' };
  }

  #finds(start: string): Promise<SipMessage> {
    return eventually(
      () => {
        const found = this.wired.sent.find(({ text }) => text.startsWith(start));
        if (found === undefined) throw new Error(`not sent: ${start}`);
        return found.message;
      },
      { interval: 1 },
    );
  }

  /** Time passes for us, for the library and on the way. */
  async passes(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    do {
      const step = Math.min(endMs - this.#nowMs, 100);
      this.#nowMs += step;
      await vi.advanceTimersByTimeAsync(step);
      this.wired.time.pass(step);
      await vi.advanceTimersByTimeAsync(0);
      this.#deliver();
      this.#hear();
      await vi.advanceTimersByTimeAsync(0);
    } while (this.#nowMs < endMs);
  }

  #act(): void {
    const actions: readonly (() => void)[] = [
      () => this.#keep(this.wired.calls.hold(this.#call, true)),
      () => this.#keep(this.wired.calls.hold(this.#call, false)),
      () => this.#keep(this.wired.calls.sendInfo(this.#call, '7')),
      () => this.#asks('INVITE', sdp('8 101', this.#pick(['sendrecv', 'sendonly', 'inactive']))),
      () => this.#asks('INVITE'),
      () => this.#asks('UPDATE', this.#chance(0.5) ? sdp() : ''),
      () => this.#asks('INFO'),
      () => this.#asks('REFER'),
      () => this.wired.calls.acceptTransfer(this.#call, CallId('nobody')),
      () => this.#chance(0.1) && this.#asks('BYE'),
      () => this.#chance(0.06) && this.wired.calls.hangUp(this.#call, { kind: 'normal' }),
    ];
    this.#pick(actions)();
  }

  #keep(work: Promise<void>): void {
    this.unsettled++;
    work
      .catch((error: unknown) => {
        if (!(error instanceof RequestRefused)) this.surprises.push(error);
      })
      .finally(() => this.unsettled--);
  }

  #asks(method: string, body = ''): void {
    if (this.#dialog === undefined || this.#isEnded) return;
    // It is as well-behaved as RFC 3261 §14.1 wants: one INVITE at a time.
    if (method === 'INVITE' && this.#unacknowledged.size > 0) return;
    if (method === 'BYE') this.#isEnded = true;
    const cseq = `${++this.#sequence} ${method}`;
    if (method === 'INVITE') this.#unacknowledged.add(cseq);
    const extra = { REFER: { 'refer-to': '<sip:700@pbx.test>' }, INFO: { 'content-type': 'application/dtmf' } }[method];
    this.#send(requestTo(method, { ...this.#dialog, cseq, ...extra }, method === 'INFO' ? '5' : body), 4);
  }

  /** What we sent reaches the party. */
  #hear(): void {
    const news = this.wired.sent.slice(this.#read);
    this.#read += news.length;
    for (const { message } of news) {
      if (this.#chance(this.#lossRate)) continue;
      if (message.kind === 'request') this.#answer(message);
      else this.#acknowledge(message);
    }
  }

  #answer(request: SipRequest): void {
    if (request.method === 'ACK') {
      this.#hasSdpPending = false;
      return;
    }
    const key = `${headerOf(request.headers, 'cseq')} ${headerOf(request.headers, 'via')}`;
    const known = this.#answered.get(key);
    if (known !== undefined) {
      this.#send(known, 1);
      return;
    }
    const answer = this.#answerOnce(request);
    if (answer === undefined) return;
    this.#answered.set(key, answer);
    this.#send(answer, request.method === 'INVITE' ? 3 : 1);
  }

  #answerOnce(request: SipRequest): string | undefined {
    const contact: [string, string] = ['contact', '<sip:600@192.0.2.1:5060>'];
    const say = (status: number, body = '', headers: readonly [string, string][] = [contact]) =>
      responseTo(request, status, '-', { headers, body });
    if (request.method === 'INVITE' && this.#dialog === undefined) {
      this.#dialog = {
        from: '<sip:600@pbx.test>;tag=party',
        to: headerOf(request.headers, 'from') ?? '',
        'call-id': headerOf(request.headers, 'call-id') ?? '',
      };
      return responseTo(request, 200, 'OK', { toTag: 'party', headers: [contact], body: sdp() });
    }
    if (request.method === 'BYE') {
      this.#isEnded = true;
      return say(200);
    }
    if (request.method !== 'INVITE') return say(this.#pick([200, 200, 415]));
    if (this.#isEnded) return say(this.#pick([481, 487]));
    if (this.#unacknowledged.size > 0 || this.#hasSdpPending) return say(491);
    // Some never answer finally: then it is cancelled.
    if (this.#chance(0.1)) return say(100);
    const refusal = this.#pick([0, 0, 0, 0, 0, 488, 491, 500, 503]);
    if (refusal !== 0) return say(refusal, '', refusal === 500 ? [['retry-after', '1']] : []);
    const mirrored = directionOf(request) === 'sendonly' ? 'recvonly' : this.#pick(['sendrecv', 'sendonly']);
    return say(200, this.#chance(0.05) ? '' : sdp('8 101', mirrored));
  }

  #acknowledge(response: SipMessage): void {
    const cseq = headerOf(response.headers, 'cseq') ?? '';
    if (response.kind !== 'response' || response.status < 200 || !/ INVITE$/.test(cseq) || !this.#dialog) return;
    this.#unacknowledged.delete(cseq);
    const isAccepted = response.status < 300;
    const via = isAccepted ? {} : { via: headerOf(response.headers, 'via') ?? '' };
    const headers = { ...this.#dialog, ...via, cseq: cseq.replace('INVITE', 'ACK') };
    // With an answer, wherever ours was the offer; one too many is no harm.
    this.#send(requestTo('ACK', headers, isAccepted ? sdp() : ''), 1);
  }

  /** To us, some times over, because UDP is repeated until it is answered. */
  #send(text: string, times: number): void {
    for (let repeat = 0; repeat < times; repeat++) {
      if (this.#chance(this.#lossRate)) continue;
      const dueMs = this.#nowMs + repeat * 500 + (this.#chance(0.3) ? this.#random() * 800 : 0);
      this.#onTheWay.push({ dueMs, text });
    }
  }

  #deliver(): void {
    const due = this.#onTheWay.filter(({ dueMs }) => dueMs <= this.#nowMs);
    this.#onTheWay = this.#onTheWay.filter(({ dueMs }) => dueMs > this.#nowMs);
    for (const { text } of due) this.wired.receive(text);
  }

  #pick<Value>(values: readonly Value[]): Value {
    return values[Math.floor(this.#random() * values.length)] as Value;
  }

  #chance(rate: number): boolean {
    return this.#random() < rate;
  }
}

/** Mulberry32. */
const randomOf = (seed: number) => {
  let state = seed * 0x9e37_79b9;
  return () => {
    state = (state + 0x6d2b_79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};
