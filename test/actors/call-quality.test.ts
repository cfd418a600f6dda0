import { beforeEach, describe, expect, test } from 'vitest';
import { CallQuality } from '../../src/actors/call-quality.ts';
import type { LegQuality } from '../../src/actors/ports/leg-quality.ts';
import type { CallLabel } from '../../src/machines/model/call-label.ts';
import { CallId, EpochMs, type LegId, UserId, VoiceLegId } from '../../src/machines/model/ids.ts';

const olga = UserId('1');
const label = (call: CallId): CallLabel => ({
  call,
  direction: 'outgoing',
  number: '200',
  lineName: 'Office',
  startedAt: EpochMs(0),
});
const [pat, quinn] = [CallId('pat'), CallId('quinn')];
const voice = VoiceLegId('voice');
const leg = (id: LegId, quality: Partial<LegQuality> = {}): LegQuality => ({
  leg: id,
  heardMs: 60_000,
  loss: 0,
  jitterMs: 5,
  mos: 4.2,
  ...quality,
});
const bad = { loss: 0.07, jitterMs: 40, mos: 3.3 };

let said: string[];
let late: (() => void)[];
let quality: CallQuality;
beforeEach(() => {
  said = [];
  late = [];
  quality = new CallQuality({
    say: (user, { kind, where, label: { call }, loss }) => said.push(`${user} ${kind} ${call} ${where} ${loss}`),
    after(_, then) {
      late.push(then);
      return () => (late = late.filter((other) => other !== then));
    },
  });
  quality.joined(voice, pat);
});
/** Both legs end with the call, whichever is told first. */
const ends = (ofParty: Partial<LegQuality>, ofUser: Partial<LegQuality>) => {
  quality.concluded(olga, label(pat), true);
  quality.legEnded(leg(pat, ofParty));
  quality.legEnded(leg(voice, ofUser));
};

test('after a good call nothing is said, and nothing is kept', () => {
  ends({}, {});
  expect([said, quality.size, late]).toEqual([[], 0, []]);
});

describe('bad is', () => {
  test.each<[string, Partial<LegQuality>, boolean]>([
    ['a loss of 5 %', { loss: 0.05 }, true],
    ['no smaller one', { loss: 0.049, mos: 3.6 }, false],
    ['a score below 3.1', { mos: 3.09 }, true],
    ['no better one', { mos: 3.1 }, false],
    ['not what lasted less than 5 s', { ...bad, heardMs: 4_980 }, false],
  ])('%s', (_, ofUser, isTold) => {
    ends({}, ofUser);
    expect(said).toHaveLength(isTold ? 1 : 0);
  });
});

test('the worse leg is told of, once', () => {
  ends(bad, { loss: 0.3, mos: 1.4 });
  expect(said).toEqual(['1 poorSound pat user 0.3']);
});

test('the party’s leg is told as the party’s', () => {
  ends(bad, {});
  expect(said).toEqual(['1 poorSound pat party 0.07']);
});

test('legs may be over before the call is', () => {
  quality.legEnded(leg(pat));
  quality.legEnded(leg(voice, bad));
  expect(said).toEqual([]);
  quality.concluded(olga, label(pat), true);
  expect(said).toEqual(['1 poorSound pat user 0.07']);
});

test('a voice leg that was lost counts with the call that went on', () => {
  const again = VoiceLegId('again');
  quality.legEnded(leg(voice, bad));
  quality.joined(again, pat);
  quality.concluded(olga, label(pat), true);
  quality.legEnded(leg(pat));
  expect(said).toEqual([]);
  quality.legEnded(leg(again));
  expect(said).toEqual(['1 poorSound pat user 0.07']);
});

test('of two calls on one voice leg, that counts with the one that ends last', () => {
  quality.joined(voice, quinn);
  quality.legEnded(leg(pat));
  quality.concluded(olga, label(pat), true);
  expect([said, quality.size]).toEqual([[], 1]);
  quality.concluded(olga, label(quinn), true);
  quality.legEnded(leg(quinn));
  quality.legEnded(leg(voice, bad));
  expect([said, quality.size]).toEqual([['1 poorSound quinn user 0.07'], 0]);
});

test('a leg that never says how it was is not waited for: what is known counts', () => {
  quality.concluded(olga, label(pat), true);
  quality.legEnded(leg(pat, bad));
  expect([said, late.length]).toEqual([[], 1]);
  late[0]?.();
  expect([said, quality.size]).toEqual([['1 poorSound pat party 0.07'], 0]);
});

test('nothing is said of a call that the user has left, nor of one that nobody answered', () => {
  quality.left(pat);
  ends(bad, bad);
  quality.joined(voice, quinn);
  quality.concluded(olga, label(quinn), false);
  quality.legEnded(leg(quinn, bad));
  expect([said, quality.size]).toEqual([[], 0]);
});

test('a call that another host concludes is forgotten', () => {
  quality.legEnded(leg(pat, bad));
  expect(late).toHaveLength(1);
  late[0]?.();
  expect([said, quality.size]).toEqual([[], 0]);
});

test('calls whose end nobody tells are not kept for ever', () => {
  for (let at = 0; at < 10_050; at++) quality.joined(voice, CallId(`${at}`));
  expect(quality.size).toBe(10_000);
});
