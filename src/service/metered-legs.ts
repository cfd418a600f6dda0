import type { SipCalls, SipLegFact } from '../actors/ports/sip-calls.ts';
import type { TelegramCalls } from '../actors/ports/telegram-calls.ts';
import type { Direction, LegMeter } from '../adapters/metrics/call-families.ts';
import type { CallId } from '../machines/model/ids.ts';

/** A clock that only goes forward, in ms. */
type Now = () => number;
const processNow: Now = () => performance.now();

interface Timed {
  readonly direction: Direction;
  readonly beganAt: number;
  rangAt: number | undefined;
  isAnswered: boolean;
}

/** Tells how long SIP legs take to ring and to be answered. Those of calls taken up from another host are not timed. */
export function meteredSipCalls(sip: SipCalls, meter: LegMeter, now = processNow): SipCalls {
  const legs = new Map<CallId, Timed>();

  const rings = (leg: Timed) => {
    if (leg.rangAt !== undefined || leg.isAnswered) return;
    leg.rangAt = now();
    meter.setUp(leg.direction, leg.rangAt - leg.beganAt);
  };
  const isAnswered = (leg: Timed) => {
    if (leg.isAnswered) return;
    leg.isAnswered = true;
    // Without a ring there was nothing to wait for.
    if (leg.rangAt === undefined) meter.setUp(leg.direction, now() - leg.beganAt);
    else meter.rang(leg.direction, now() - leg.rangAt);
  };
  const heard = (call: CallId, leg: Timed, { type }: SipLegFact) => {
    if (type === 'party.hungUp') legs.delete(call);
    else if (type === 'party.ringing' || type === 'party.earlyMedia') rings(leg);
    else if (type === 'party.answered') isAnswered(leg);
  };
  /** Its listener goes with the leg. */
  const time = (call: CallId, direction: Direction) => {
    if (legs.has(call)) return;
    const leg: Timed = { direction, beganAt: now(), rangAt: undefined, isAnswered: false };
    legs.set(call, leg);
    sip.watch(call, (fact) => heard(call, leg, fact));
  };

  return {
    invite(call, request) {
      sip.invite(call, request);
      time(call, 'outgoing');
    },
    ring(call, user) {
      sip.ring(call, user);
      const leg = legs.get(call);
      if (leg) rings(leg);
    },
    answer(call) {
      // Before the ACK, which is the network's time.
      const leg = legs.get(call);
      if (leg) isAnswered(leg);
      sip.answer(call);
    },
    onOffer: (listener) =>
      sip.onOffer((offer) => {
        time(offer.callId, 'incoming');
        listener(offer);
      }),
    hold: (call, on) => sip.hold(call, on),
    sendInfo: (call, digit) => sip.sendInfo(call, digit),
    acceptTransfer: (call, as) => sip.acceptTransfer(call, as),
    declineTransfer: (call) => sip.declineTransfer(call),
    hangUp: (call, cause) => sip.hangUp(call, cause),
    watch: (call, listener) => sip.watch(call, listener),
  };
}

/** Tells how rings of users end and how long they take, and how long it is then until there is sound. */
export function meteredTelegramCalls(telegram: TelegramCalls, meter: LegMeter, now = processNow): TelegramCalls {
  return {
    ring(leg, user) {
      const beganAt = now();
      let answeredAt: number | undefined;
      let isConnected = false;
      telegram.ring(leg, user);
      telegram.watch(leg, (fact) => {
        if (fact.type === 'user.answered' && answeredAt === undefined) {
          answeredAt = now();
          meter.userRang('answered', answeredAt - beganAt);
        } else if (fact.type === 'user.connected' && answeredAt !== undefined && !isConnected) {
          isConnected = true;
          meter.userConnected(now() - answeredAt);
        } else if (fact.type === 'user.hungUp' && answeredAt === undefined) {
          meter.userRang(fact.cause.kind, now() - beganAt);
        }
      });
    },
    answer: (leg) => telegram.answer(leg),
    hangUp: (leg, cause) => telegram.hangUp(leg, cause),
    watch: (leg, listener) => telegram.watch(leg, listener),
    onOffer: (listener) => telegram.onOffer(listener),
  };
}
