import type { Clock } from './clock.ts';
import type { G711 } from './g711.ts';
import type { RtpSession } from './rtp.ts';
import { type Audio, answerTo, type Direction, formatAudio, parseAudio } from './sdp.ts';
import { addressOf, type HeaderLines, header, parameter, type SipMessage, sequenceOf } from './sip-message.ts';
import type { Flow } from './sip-network.ts';
import { keys, type Sound, tone } from './sounds.ts';
import { type Incoming, newTag, type UserAgent } from './user-agent.ts';

/** A call of the PBX as the outside may see it. */
export interface PbxCall {
  /** Call-ID. */
  readonly id: string;
  readonly direction: 'to the PBX' | 'from the PBX';
  /** The account at the other end. */
  readonly user: string;
  /** The extension called, or the number the account sees. */
  readonly number: string;
  readonly state: 'new' | 'ringing' | 'up' | 'ended';
  /** Keys pressed so far, by RFC 4733 or INFO. */
  readonly digits: string;
  /** True once it is answered, false if it ends without. */
  readonly answered: Promise<boolean>;
  /** As called: picks up. */
  answer(): void;
  /** As called, before the answer. */
  refuse(status: number): void;
  hangUp(): void;
  /** A tone at −10 dBFS from now on, or silence. */
  says(frequencyHz: number | undefined): void;
  /** Plays keys as inband DTMF, then says again what it said. */
  playKeys(digits: string): void;
}

export interface CallEvents {
  answered(): void;
  digit(digit: string): void;
  /** `how`: `hung up`, `cancelled`, `refused 486`, … */
  ended(how: string): void;
}

/** What a call is known by (RFC 3261 §12): filled in as it becomes known. */
export interface DialogSide {
  readonly id: string;
  /** From of what we send, tag included. */
  readonly local: string;
  /** To of what we send. */
  remote: string;
  /** Request-URI of what we send. */
  target: string;
  routes: readonly string[];
  flow: Flow;
}

const mostDigits = 256;
const ourCodecs: readonly G711[] = [8, 0];
const ourDtmfPayloadType = 101;

/** One leg: a SIP dialog and its audio. Incoming and outgoing calls differ only until they are answered. */
export class CallLeg implements PbxCall {
  readonly direction: PbxCall['direction'];
  readonly user: string;
  readonly number: string;
  readonly tag: string;
  readonly answered: Promise<boolean>;
  state: PbxCall['state'] = 'new';
  digits = '';
  readonly #agent: UserAgent;
  readonly #host: string;
  readonly #rtp: RtpSession;
  readonly #side: DialogSide;
  readonly #events: CallEvents;
  readonly #clock: Clock;
  readonly #settle: (isAnswered: boolean) => void;
  readonly #timers = new Set<() => void>();
  #invite: Incoming | undefined;
  /** Of this dialog, of the caller before and of who went on with it: each 200 is sent until its own ACK has come. */
  readonly #invites: Incoming[] = [];
  #withdraw: () => void = () => {};
  #audio: Audio | undefined;
  #version = 0;
  #sequence = 1;
  #saysHz: number | undefined;

  constructor(
    parts: {
      readonly agent: UserAgent;
      readonly host: string;
      readonly rtp: RtpSession;
      readonly clock: Clock;
      readonly direction: PbxCall['direction'];
      readonly user: string;
      readonly number: string;
      readonly tag: string;
      readonly side: DialogSide;
    },
    events: CallEvents,
  ) {
    this.#agent = parts.agent;
    this.#host = parts.host;
    this.#rtp = parts.rtp;
    this.#clock = parts.clock;
    this.direction = parts.direction;
    this.user = parts.user;
    this.number = parts.number;
    this.tag = parts.tag;
    this.#side = parts.side;
    this.#events = events;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.answered = promise;
    this.#settle = resolve;
    parts.rtp.onDigit = (digit) => this.press(digit);
  }

  get id(): string {
    return this.#side.id;
  }

  get rtp(): RtpSession {
    return this.#rtp;
  }

  /** Takes a call in. False when its offer holds nothing we speak; it is refused then. */
  take(invite: Incoming): boolean {
    this.#invite = invite;
    this.#invites.push(invite);
    invite.onCancel = () => this.#refuse(487, 'cancelled');
    invite.onUnacknowledged = () => this.#bye('not acknowledged');
    this.#audio = parseAudio(invite.message.body);
    if (invite.message.body !== '' && this.#audio === undefined) {
      this.#refuse(488, 'refused 488');
      return false;
    }
    return true;
  }

  ring(): void {
    if (this.state === 'ended') return;
    this.state = 'ringing';
    this.#respond(180);
  }

  /** Early media: the answer goes with the 183, and what is played is heard before the 200. */
  progress(): void {
    if (this.state === 'ended' || this.#audio === undefined) return this.ring();
    this.state = 'ringing';
    this.#respond(183, this.#description(answerTo(this.#audio.direction)));
    this.#listen(this.#audio);
  }

  answer(): void {
    if (this.state === 'ended' || this.state === 'up') return;
    this.#respond(200, this.#description(this.#audio === undefined ? 'sendrecv' : answerTo(this.#audio.direction)));
    if (this.#audio !== undefined) this.#listen(this.#audio);
    this.#up();
  }

  refuse(status: number): void {
    this.#refuse(status, `refused ${status}`);
  }

  /** Calls out. */
  invite(displayed: HeaderLines): void {
    this.state = 'new';
    const lines: HeaderLines = [...this.#lines('INVITE'), ...displayed, ['Content-Type', 'application/sdp']];
    this.#withdraw = this.#agent.send(
      'INVITE',
      this.#side.target,
      this.#side.flow,
      lines,
      this.#description('sendrecv'),
      {
        response: (message) => this.#heardOfInvite(message),
        timeout: () => this.#end('no answer'),
      },
    );
  }

  acknowledge(message: SipMessage): void {
    const { number } = sequenceOf(message);
    for (const invite of this.#invites) if (sequenceOf(invite.message).number === number) invite.acknowledged();
    if (this.#audio !== undefined) return;
    // The INVITE had no offer: ours went with the 200, and this is the answer to it.
    this.#audio = parseAudio(message.body);
    if (this.#audio === undefined) this.#bye('no audio agreed');
    else this.#listen(this.#audio);
  }

  /** A further INVITE: hold, or hold no more. */
  renegotiate(incoming: Incoming): void {
    const audio = incoming.message.body === '' ? this.#audio : parseAudio(incoming.message.body);
    if (audio === undefined) return incoming.respond(488, { tag: this.tag });
    this.#audio = audio;
    this.#invite = incoming;
    this.#invites.push(incoming);
    this.#listen(audio);
    this.#respond(200, this.#description(answerTo(audio.direction)));
  }

  /** BYE from the other end. */
  hungUp(incoming: Incoming): void {
    incoming.respond(200, { tag: this.tag });
    // A BYE may overtake the ACK; before the answer it ends the INVITE as well (RFC 3261 §15.1.2).
    if (this.direction === 'to the PBX' && this.state !== 'up') this.#invite?.respond(487, { tag: this.tag });
    this.#end('hung up');
  }

  hangUp(): void {
    if (this.state === 'ended') return;
    if (this.state === 'up') this.#bye('hung up');
    else if (this.direction === 'to the PBX') this.#refuse(480, 'refused 480');
    else {
      this.#withdraw();
      this.#end('cancelled');
    }
  }

  press(digit: string): void {
    if (this.state === 'ended') return;
    this.digits = (this.digits + digit).slice(-mostDigits);
    this.#events.digit(digit);
  }

  play(sound: Sound | undefined, ended?: () => void): void {
    if (this.state !== 'ended') this.#rtp.play(sound, ended);
  }

  says(frequencyHz: number | undefined): void {
    this.#saysHz = frequencyHz;
    this.play(frequencyHz === undefined ? undefined : tone(frequencyHz, -10));
  }

  playKeys(digits: string): void {
    this.play(keys(digits), () => this.says(this.#saysHz));
  }

  /** Does something later, unless the call has ended by then. */
  after(ms: number, act: () => void): void {
    const cancel = this.#clock.after(ms, () => {
      this.#timers.delete(cancel);
      act();
    });
    this.#timers.add(cancel);
  }

  /** Ends it without a word: the PBX is closing. */
  drop(): void {
    this.#end('PBX closed');
  }

  #heardOfInvite(message: SipMessage): void {
    const { status } = message;
    if (this.state === 'ended') {
      // Answered while our CANCEL was on its way (§9.1).
      if (status >= 200 && status < 300) this.#adopt(message, () => this.#sendBye());
      return;
    }
    if (status > 100 && status < 200 && this.state === 'new') this.state = 'ringing';
    if (status >= 300) this.#end(`refused ${status}`);
    if (status < 200 || status >= 300) return;
    this.#adopt(message, () => {
      const audio = parseAudio(message.body);
      if (audio === undefined) return this.#bye('no audio agreed');
      this.#listen(audio);
      if (this.state !== 'up') this.#up();
    });
  }

  /** Takes over what the 200 says of the other end, and acknowledges it. */
  #adopt(message: SipMessage, then: () => void): void {
    this.#side.remote = header(message, 'to');
    this.#side.target = addressOf(header(message, 'contact'))?.uri ?? this.#side.target;
    this.#side.routes = [...(message.headers.get('record-route') ?? [])].reverse();
    const lines = this.#lines('ACK', sequenceOf(message).number);
    this.#agent.sendOnce('ACK', this.#side.target, this.#side.flow, lines);
    then();
  }

  #up(): void {
    this.state = 'up';
    this.#settle(true);
    this.#events.answered();
  }

  #respond(status: number, body = ''): void {
    const type: HeaderLines = body === '' ? [] : [['Content-Type', 'application/sdp']];
    const contact: HeaderLines = [['Contact', `<sip:${this.number}@${this.#agent.address}>`]];
    this.#invite?.respond(status, { tag: this.tag, headers: [...contact, ...type], body });
  }

  #refuse(status: number, how: string): void {
    if (this.state === 'up' || this.state === 'ended') return;
    this.#invite?.respond(status, { tag: this.tag });
    this.#end(how);
  }

  #bye(how: string): void {
    if (this.state === 'ended') return;
    for (const invite of this.#invites) invite.acknowledged();
    this.#sendBye();
    this.#end(how);
  }

  #sendBye(): void {
    this.#sequence++;
    const nothing = { response: () => {}, timeout: () => {} };
    this.#agent.send('BYE', this.#side.target, this.#side.flow, this.#lines('BYE'), '', nothing);
  }

  #end(how: string): void {
    if (this.state === 'ended') return;
    this.state = 'ended';
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    this.#rtp.close();
    this.#settle(false);
    this.#events.ended(how);
  }

  #lines(method: string, sequence = this.#sequence): HeaderLines {
    return [
      ...this.#side.routes.map((route) => ['Route', route] as const),
      ['From', this.#side.local],
      ['To', this.#side.remote],
      ['Call-ID', this.#side.id],
      ['CSeq', `${sequence} ${method}`],
      ['Contact', `<sip:${this.number}@${this.#agent.address}>`],
    ];
  }

  #description(direction: Direction): string {
    this.#version++;
    const codec = this.#codec();
    return formatAudio({
      host: this.#host,
      port: this.#rtp.port,
      codecs: codec === undefined ? ourCodecs : [codec],
      dtmfPayloadType: this.#audio === undefined ? ourDtmfPayloadType : this.#audio.dtmfPayloadType,
      direction,
      version: this.#version,
    });
  }

  #codec(): G711 | undefined {
    return this.#audio?.codecs[0];
  }

  #listen(audio: Audio): void {
    this.#rtp.setPeer({
      host: audio.host,
      port: audio.port,
      codec: audio.codecs[0] ?? 8,
      dtmfPayloadType: audio.dtmfPayloadType,
      isSending: audio.direction === 'sendrecv' || audio.direction === 'recvonly',
    });
  }
}

/** Our end of a dialog that an INVITE began. */
export const sideOfInvite = ({ message, flow }: Incoming, tag: string): DialogSide => ({
  id: header(message, 'call-id'),
  local: `${header(message, 'to')};tag=${tag}`,
  remote: header(message, 'from'),
  target: addressOf(header(message, 'contact'))?.uri ?? addressOf(header(message, 'from'))?.uri ?? 'sip:unknown',
  routes: message.headers.get('record-route') ?? [],
  flow,
});

/** Our end of one we begin. */
export const sideOfCall = (
  agent: UserAgent,
  to: { readonly user: string; readonly uri: string; readonly flow: Flow },
  from: { readonly number: string; readonly displayName: string },
  tag: string,
): DialogSide => ({
  id: `${newTag()}@demo-pbx`,
  local: `"${from.displayName.replaceAll(/["\\\r\n]/g, '')}" <sip:${from.number}@${agent.address}>;tag=${tag}`,
  remote: `<sip:${to.user}@${agent.address}>`,
  target: to.uri,
  routes: [],
  flow: to.flow,
});

/** Is this the dialog of that message (§12.2.2)? The tag we gave is in To. */
export const isOf = (leg: CallLeg, message: SipMessage): boolean =>
  leg.id === header(message, 'call-id') && leg.tag === parameter(header(message, 'to'), 'tag');
