import type { CallProtocol } from '../telegram/device.ts';
import type { Person } from '../telegram/person.ts';
import type { PageFaults } from './faults.ts';
import { BadRequest, bytes, type Fields, flag, list, oneOf, optionalText, text, whole } from './fields.ts';
import type { Seat } from './seat.ts';
import { callers, type SipDesk } from './sip-desk.ts';
import { callJson } from './views.ts';

export interface RequestParts {
  readonly person: Person;
  readonly desk: SipDesk;
  readonly faults: PageFaults;
  /** The faults or the desk are no longer what pages show. */
  readonly changed: () => void;
}

type Handler = (fields: Fields, seat: Seat, parts: RequestParts) => unknown;

/** What a page may ask for, by `type`. What a handler gives is its answer; what it throws is told to the page. */
export const requests: Readonly<Record<string, Handler>> = {
  send: (fields, _, { person }) => {
    const replyTo = fields['replyTo'] === undefined ? {} : { replyTo: whole(fields, 'replyTo', 1, mostIds) };
    person.sends(text(fields, 'text', mostTextLength), text(fields, 'to'), replyTo);
  },
  press: (fields, _, { person }) => person.presses(whole(fields, 'message', 1, mostIds), text(fields, 'label')),
  key: (fields, _, { person }) => person.presses(whole(fields, 'message', 1, mostIds), text(fields, 'label')),
  pickUsers: (fields, _, { person }) =>
    void person.picksUsers(text(fields, 'bot'), text(fields, 'label'), list(fields, 'ids', 10)),
  pickChat: (fields, _, { person }) =>
    void person.picksChat(text(fields, 'bot'), text(fields, 'label'), text(fields, 'id')),
  read: (fields, _, { person }) => person.reads(text(fields, 'peer')),

  'call.dhConfig': (_, { device }) => {
    const { g, p, random } = device.dhConfig();
    return { g, p: p.toString('hex'), random: random.toString('hex') };
  },
  'call.request': (fields, { device }) =>
    callJson(device.requestCall(text(fields, 'to'), bytes(fields, 'gAHash', 32), protocol)),
  'call.received': (fields, { device }) => device.receivedCall(text(fields, 'id')),
  'call.accept': (fields, { device }) =>
    callJson(device.acceptCall(text(fields, 'id'), bytes(fields, 'gB', 256), protocol)),
  'call.confirm': (fields, { device }) => {
    const fingerprint = text(fields, 'fingerprint', 21);
    if (!/^-?\d+$/.test(fingerprint)) throw new BadRequest('fingerprint: a signed number');
    const gA = bytes(fields, 'gA', 256);
    return callJson(device.confirmCall(text(fields, 'id'), gA, BigInt(fingerprint), protocol));
  },
  'call.discard': (fields, { device }) =>
    device.discardCall(
      text(fields, 'id'),
      oneOf(fields, 'reason', ['missed', 'disconnect', 'hangup', 'busy']),
      whole(fields, 'duration', 0, 1_000_000),
    ),
  'call.signal': (fields, { device }) => device.sendSignalingData(text(fields, 'id'), bytes(fields, 'data', 16_384)),
  'call.network': async (fields, seat) => ({ port: await seat.openRelay(text(fields, 'id')) }),
  /** Another address of the peer; only its port counts, for all are on 127.0.0.1. */
  'call.reach': async (fields, seat) => {
    const relay = await seat.relay(text(fields, 'id'));
    if (!relay) throw new BadRequest('no such call');
    return { port: await relay.through(whole(fields, 'port', 1_024, 65_535)) };
  },

  'pbx.ring': (fields, _, { desk }) =>
    desk.ring(oneOf(fields, 'who', ['anna', 'boris'] satisfies (keyof typeof callers)[])),
  'pbx.answer': (fields, _, { desk }) => desk.answer(text(fields, 'id')),
  'pbx.hangUp': (fields, _, { desk }) => desk.hangUp(text(fields, 'id')),
  'pbx.says': (fields, _, { desk }) =>
    desk.says(text(fields, 'id'), fields['hz'] === null ? undefined : whole(fields, 'hz', 100, 3_400)),
  'pbx.press': (fields, _, { desk }) => {
    const digit = text(fields, 'digit', 1);
    if (!/^[0-9*#]$/.test(digit)) throw new BadRequest('digit: a key');
    desk.presses(text(fields, 'id'), digit);
  },

  'fault.drop': (_, __, { faults }) => faults.dropConnection(),
  'fault.flood': (fields, _, { faults }) => faults.floodWait(whole(fields, 'seconds', 1, 60)),
  'fault.loss': (fields, _, { faults, changed }) => {
    faults.lossPercent = whole(fields, 'percent', 0, 100);
    changed();
  },
  'fault.cut': (fields, _, { faults, changed }) => {
    faults.cut = flag(fields, 'cut');
    changed();
  },
};

export const sessionOf = (fields: Fields): string | undefined => optionalText(fields, 'session');

/** What the page's engine speaks, and nothing it cannot. */
const protocol: CallProtocol = {
  udpP2p: true,
  udpReflector: true,
  minLayer: 65,
  maxLayer: 92,
  libraryVersions: ['13.0.0'],
};

const mostTextLength = 4_096;
const mostIds = 2 ** 31 - 1;
