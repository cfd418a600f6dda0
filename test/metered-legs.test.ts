import { beforeEach, expect, test } from 'vitest';
import type { SipCallOffer, SipCalls, SipLegFact } from '../src/actors/ports/sip-calls.ts';
import type { TelegramCalls, VoiceLegFact } from '../src/actors/ports/telegram-calls.ts';
import type { LegMeter } from '../src/adapters/metrics/call-families.ts';
import { CallId, LineId, UserId, VoiceLegId } from '../src/machines/model/ids.ts';
import { meteredSipCalls, meteredTelegramCalls } from '../src/service/metered-legs.ts';

const call = CallId('call');
const user = UserId('1');
const leg = VoiceLegId('leg');
const request = { line: LineId('office'), user, target: { kind: 'number', user: '200' } } as const;

let now: number;
let told: string[];
let sipTells: (fact: SipLegFact) => void;
let userTells: (fact: VoiceLegFact) => void;
let offer: (offer: SipCallOffer) => void;
let sip: SipCalls;
let telegram: TelegramCalls;
beforeEach(() => {
  now = 0;
  told = [];
  const meter: LegMeter = {
    setUp: (direction, ms) => told.push(`${direction} set up in ${ms}`),
    rang: (direction, ms) => told.push(`${direction} rang for ${ms}`),
    userRang: (result, ms) => told.push(`user ${result} after ${ms}`),
    userConnected: (ms) => told.push(`user connected in ${ms}`),
  };
  const nothing = () => {};
  const ofSip: SipCalls = {
    ...{ invite: nothing, ring: nothing, answer: nothing, hangUp: nothing },
    ...{ acceptTransfer: nothing, declineTransfer: nothing },
    hold: async () => {},
    sendInfo: async () => {},
    watch(_, listener) {
      sipTells = listener;
      return nothing;
    },
    onOffer: (listener) => {
      offer = listener;
    },
  };
  const ofTelegram: TelegramCalls = {
    ...{ ring: nothing, answer: nothing, hangUp: nothing, onOffer: nothing },
    watch(_, listener) {
      userTells = listener;
      return nothing;
    },
  };
  sip = meteredSipCalls(ofSip, meter, () => now);
  telegram = meteredTelegramCalls(ofTelegram, meter, () => now);
});
const at = (ms: number, happens: () => void) => {
  now = ms;
  happens();
};

test('a call out is set up when it rings first, and rings until it is answered', () => {
  sip.invite(call, request);
  at(200, () => sipTells({ type: 'party.ringing' }));
  at(900, () => sipTells({ type: 'party.earlyMedia' }));
  at(5_200, () => sipTells({ type: 'party.answered' }));
  at(9_000, () => sipTells({ type: 'party.answered' }));
  expect(told).toEqual(['outgoing set up in 200', 'outgoing rang for 5000']);
});

test('a call out that is answered at once did not ring, and one that is refused was not set up', () => {
  sip.invite(call, request);
  at(300, () => sipTells({ type: 'party.answered' }));
  at(400, () => sipTells({ type: 'party.hungUp', cause: { kind: 'normal' } }));
  expect(told).toEqual(['outgoing set up in 300']);
  sip.invite(call, request);
  at(500, () => sipTells({ type: 'party.hungUp', cause: { kind: 'busy' } }));
  expect(told).toHaveLength(1);
  // Nothing is kept of a leg that is over.
  sip.invite(call, request);
  at(600, () => sipTells({ type: 'party.ringing' }));
  expect(told.at(-1)).toBe('outgoing set up in 100');
});

test('a call in is set up with our 180, and rings until our 200', () => {
  sip.onOffer(() => {});
  offer({ callId: call, lineId: LineId('office'), caller: { number: '200' } });
  at(40, () => sip.ring(call, user));
  at(3_040, () => sip.answer(call));
  at(3_100, () => sipTells({ type: 'party.answered' }));
  expect(told).toEqual(['incoming set up in 40', 'incoming rang for 3000']);
});

test('a ring of the user ends once, however it ends', () => {
  telegram.ring(leg, user);
  at(100, () => userTells({ type: 'user.ringing' }));
  at(4_000, () => userTells({ type: 'user.answered' }));
  at(4_700, () => userTells({ type: 'user.connected' }));
  at(4_800, () => userTells({ type: 'user.connected' }));
  at(9_000, () => userTells({ type: 'user.hungUp', cause: { kind: 'normal' } }));
  expect(told).toEqual(['user answered after 4000', 'user connected in 700']);
  at(10_000, () => telegram.ring(leg, user));
  at(12_000, () => userTells({ type: 'user.hungUp', cause: { kind: 'flood', retryAfterMs: 5_000 } }));
  expect(told.at(-1)).toBe('user flood after 2000');
});
