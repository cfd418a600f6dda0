import { expect, test } from 'vitest';
import type { Media } from '../src/actors/ports/media.ts';
import type { LegStatistics } from '../src/adapters/media/statistics.ts';
import { CallId, EpochMs, UserId, VoiceLegId } from '../src/machines/model/ids.ts';
import type { Notice } from '../src/machines/model/notices.ts';
import { judgedLeg } from '../src/service/ended-leg.ts';
import { watchedJoins, watchedNotices } from '../src/service/told-quality.ts';

const user = UserId('1');
const call = CallId('call');
const voice = VoiceLegId('voice');
const label = { call, direction: 'outgoing', number: '200', lineName: 'Office', startedAt: EpochMs(0) } as const;

const leg: LegStatistics = {
  ...{ kind: 'telegram', codec: 'opus', rateHz: 48_000, packetsSent: 1_000, packetsReceived: 900 },
  ...{ lost: 0, late: 0, duplicate: 0, refused: 0, fecMs: 0, concealedMs: 0, noiseMs: 0, corrections: 0 },
  ...{ targetDelayMs: 60, delayMs: 60, jitterMs: 4, roundTripMs: 40, peerLossPercent: 0, peerLost: 0 },
  ...{ levelInDbfs: -20, levelOutDbfs: -20, keysReceived: 0, mos: 4 },
};

test('what softphones tell goes on as it is; ends of talks and losses that come too often are seen', () => {
  const seen: string[] = [];
  const notices = watchedNotices(
    {
      say: (_, { kind }) => void seen.push(`say ${kind}`),
      show: (_, of, slot) => void seen.push(`show ${slot} of ${of}`),
      unshow: (_, of, slot) => void seen.push(`unshow ${slot} of ${of}`),
      conclude: (_, { call: of }, { kind }, talkedMs) => void seen.push(`conclude ${of} ${kind} ${talkedMs}`),
    },
    {
      quality: { concluded: (_, { call: of }, wasTalk) => void seen.push(`${of} is over, ${wasTalk}`) },
      meter: { reconnection: (result) => void seen.push(result) },
    },
  );
  const notRestored = (why: 'expired' | 'too-often'): Notice => ({ kind: 'notRestored', label, why });
  notices.show(user, call, 'status', notRestored('expired'));
  notices.unshow(user, call, 'panel');
  notices.say(user, notRestored('expired'));
  notices.say(user, notRestored('too-often'));
  notices.conclude(user, label, { kind: 'normal' }, 5);
  notices.conclude(user, label, { kind: 'busy' }, undefined);
  expect(seen).toEqual([
    ...['show status of call', 'unshow panel of call', 'say notRestored', 'lost', 'say notRestored'],
    ...['conclude call normal 5', 'call is over, true', 'conclude call busy undefined', 'call is over, false'],
  ]);
});

test('who hears whom is seen when a user and a party are joined', () => {
  const seen: string[] = [];
  const media = { connect: (a: string, b: string) => seen.push(`${a}-${b}`) } as unknown as Media;
  watchedJoins(media, { joined: (a, b) => seen.push(`joined ${a}-${b}`) }).connect(voice, call);
  expect(seen).toEqual(['voice-call', 'joined voice-call']);
});

test('a leg is as bad as its worse direction', () => {
  expect(judgedLeg(voice, leg)).toMatchObject({ lossIn: 0, lossOut: 0, loss: 0, heardMs: 18_000, mos: leg.mos });
  const inwards = judgedLeg(voice, { ...leg, lost: 100 });
  const outwards = judgedLeg(voice, { ...leg, peerLost: 100 });
  expect([inwards.lossIn, inwards.loss, outwards.lossOut, outwards.loss]).toEqual([0.1, 0.1, 0.1, 0.1]);
  // Packets that are passed on are concealed by who hears them, so that the estimate within knows of no loss.
  for (const { mos } of [inwards, outwards]) expect(mos).toBeLessThan(3.1);
  expect(judgedLeg(voice, { ...leg, late: 90 }).lossIn).toBe(0.1);
});

test('numbers that cannot be are no loss of more than all, and a leg without sound has no score of its own', () => {
  expect(judgedLeg(voice, { ...leg, packetsSent: 0, peerLost: 50 }).lossOut).toBe(1);
  const { codec: _, ...silent } = { ...leg, packetsReceived: 0, packetsSent: 0 };
  expect(judgedLeg(voice, { ...silent, codec: undefined })).toMatchObject({ loss: 0, mos: leg.mos, heardMs: 0 });
});
