import { Api } from 'telegram/tl/index.js';
import { describe, expect, test } from 'vitest';
import type { HangupCause } from '../../../src/machines/model/hangup-cause.ts';
import { UserId, VoiceLegId } from '../../../src/machines/model/ids.ts';
import { causeIn, type End, type Ends, expectNothingLeft, hold, ringing, twoEnds, types } from './endpoints.ts';
import { settled } from './manual-clock.ts';
import { discarded, phoneUpdate, RpcRefusal } from './telegram-relay.ts';

/** How far the call comes before it is ended, and what Telegram is told then. */
const ourEnds: [string, (ends: Ends) => Promise<void>, string | undefined][] = [
  [
    'before anything was asked',
    async ({ ring }) => {
      await Promise.resolve();
      ring();
    },
    undefined,
  ],
  [
    'while the group is fetched',
    async (ends) => {
      hold(ends.alice, ends, Api.messages.GetDhConfig, 200);
      ends.ring();
      await ends.clock.advance(100);
    },
    undefined,
  ],
  [
    'before requestCall returned',
    async (ends) => {
      hold(ends.alice, ends, Api.phone.RequestCall, 200);
      ends.ring();
      await ends.clock.advance(100);
    },
    'Missed',
  ],
  [
    'while no device rings yet',
    async (ends) => {
      ends.ring();
      await ends.clock.advance(100);
    },
    'Missed',
  ],
  [
    'while it rings',
    async (ends) => {
      ends.ring();
      await ends.clock.advance(100);
      ringing(ends);
      await ends.clock.advance(100);
    },
    'Missed',
  ],
  [
    'before confirmCall returned',
    async (ends) => {
      hold(ends.alice, ends, Api.phone.ConfirmCall, 200);
      ends.ring();
      await ends.clock.advance(100);
      ends.bob.calls.answer(ends.bobLeg());
      await ends.clock.advance(100);
    },
    'Hangup',
  ],
  [
    'before the media leg is open',
    async (ends) => {
      ends.alice.legs.beforeOpen = () => ends.clock.wait(5000);
      ends.ring();
      await ends.clock.advance(100);
      ends.bob.calls.answer(ends.bobLeg());
      await ends.clock.advance(100);
    },
    'Hangup',
  ],
  [
    'when connected',
    async (ends) => {
      ends.ring();
      await ends.clock.advance(100);
      ends.bob.calls.answer(ends.bobLeg());
      await ends.clock.advance(100);
      expect(types(ends.alice.facts)).toContain('user.connected');
    },
    'Hangup',
  ],
];

describe.each(ourEnds)('a call ended by us %s', (_, reach, reason) => {
  test(`tells Telegram ${reason ?? 'nothing'} and leaves nothing open`, async () => {
    const ends = twoEnds({ bobAnswers: false });
    await reach(ends);
    const cause: HangupCause = { kind: 'cancelled' };
    for (let times = 0; times < 3; times++) ends.alice.calls.hangUp(ends.leg, cause);
    const before = ends.alice.facts.length;
    await ends.clock.advance(8000);
    expect(ends.alice.facts.slice(before)).toEqual(
      ends.alice.facts.length > before ? [{ type: 'user.hungUp', cause }] : [],
    );
    expect(causeIn(ends.alice.facts)).toEqual(cause);
    expect(ends.relay.calls[0]?.discard?.reason).toBe(reason);
    expect(ends.alice.session.requests(Api.phone.DiscardCall).length).toBe(reason ? 1 : 0);
    if (!reason) expect(ends.relay.calls).toEqual([]);
    expectNothingLeft(ends);
  });

  test('technically, says Disconnect', async () => {
    const ends = twoEnds({ bobAnswers: false });
    await reach(ends);
    ends.alice.calls.hangUp(ends.leg, { kind: 'connection-lost' });
    await ends.clock.advance(8000);
    expect(ends.relay.calls[0]?.discard?.reason).toBe(reason && 'Disconnect');
  });
});

describe.each(ourEnds.slice(3))('a call ended by the other side %s', (_, reach) => {
  test('is over at once, and Telegram is told nothing more', async () => {
    const ends = twoEnds({ bobAnswers: false });
    await reach(ends);
    ends.relay.discardByServer(new Api.PhoneCallDiscardReasonDisconnect());
    await ends.clock.advance(8000);
    expect(causeIn(ends.alice.facts)).toMatchObject({ kind: 'connection-lost' });
    expect(ends.alice.session.requests(Api.phone.DiscardCall)).toEqual([]);
    expectNothingLeft(ends);
  });
});

describe('a phone that says busy', () => {
  test('after it rang was declined', async () => {
    const ends = twoEnds({ bobAnswers: false });
    ends.ring();
    await ends.clock.advance(100);
    ringing(ends);
    await ends.clock.advance(100);
    ends.bob.calls.hangUp(ends.bobLeg(), { kind: 'declined' });
    await ends.clock.advance(100);
    expect(ends.relay.lastCall.discard).toMatchObject({ by: '222', reason: 'Busy' });
    expect(ends.alice.facts).toEqual([{ type: 'user.ringing' }, { type: 'user.hungUp', cause: { kind: 'declined' } }]);
    expectNothingLeft(ends);
  });

  test('without having rung is busy', async () => {
    const ends = twoEnds({ bobAnswers: false });
    ends.ring();
    await ends.clock.advance(100);
    ends.bob.calls.hangUp(ends.bobLeg(), { kind: 'busy' });
    await ends.clock.advance(100);
    expect(ends.relay.lastCall.discard).toMatchObject({ by: '222', reason: 'Busy' });
    expect(ends.alice.facts).toEqual([{ type: 'user.hungUp', cause: { kind: 'busy' } }]);
    expectNothingLeft(ends);
  });

  test('after it rang was declined, also when both are told in one breath', async () => {
    const ends = twoEnds({ bobAnswers: false });
    const kept: Parameters<End['session']['emit']>[0][] = [];
    ends.alice.session.deliver = (update) => kept.push(update);
    ends.ring();
    await ends.clock.advance(100);
    ringing(ends);
    ends.bob.calls.hangUp(ends.bobLeg(), { kind: 'declined' });
    await ends.clock.advance(100);
    for (const update of kept) ends.alice.session.emit(update);
    expect(types(ends.alice.facts)).toEqual(['user.ringing', 'user.hungUp']);
    expect(causeIn(ends.alice.facts)).toEqual({ kind: 'declined' });
  });

  test('after it rang was declined, also when both overtake the answer of requestCall', async () => {
    const ends = twoEnds({ bobAnswers: false });
    hold(ends.alice, ends, Api.phone.RequestCall, 500);
    ends.ring();
    await ends.clock.advance(100);
    ringing(ends);
    ends.bob.calls.hangUp(ends.bobLeg(), { kind: 'declined' });
    await ends.clock.advance(1000);
    expect(types(ends.alice.facts)).toEqual(['user.ringing', 'user.hungUp']);
    expect(causeIn(ends.alice.facts)).toEqual({ kind: 'declined' });
    expectNothingLeft(ends);
  });
});

describe('time', () => {
  test('no device rings in 20 s: no answer', async () => {
    const ends = twoEnds({ bobAnswers: false });
    ends.ring();
    await ends.clock.advance(19_900);
    expect(types(ends.alice.facts)).toEqual([]);
    await ends.clock.advance(200);
    expect(causeIn(ends.alice.facts)).toEqual({ kind: 'no-answer' });
    expect(ends.relay.lastCall.discard).toMatchObject({ by: '111', reason: 'Missed' });
  });

  test('a device rings for 90 s: no answer', async () => {
    const ends = twoEnds({ bobAnswers: false });
    ends.ring();
    await ends.clock.advance(10_000);
    ringing(ends);
    await ends.clock.advance(89_900);
    expect(types(ends.alice.facts)).toEqual(['user.ringing']);
    await ends.clock.advance(200);
    expect(causeIn(ends.alice.facts)).toEqual({ kind: 'no-answer' });
    expect(ends.relay.lastCall.discard?.reason).toBe('Missed');
  });

  test('the caller does not confirm in 20 s: disconnected', async () => {
    const ends = twoEnds();
    ends.alice.session.intercept = (request, pass) =>
      request instanceof Api.phone.ConfirmCall ? new Promise(() => undefined) : pass();
    ends.ring();
    await ends.clock.advance(20_100);
    expect(causeIn(ends.bob.facts)).toMatchObject({ kind: 'connection-lost' });
    expect(ends.relay.lastCall.discard).toMatchObject({ by: '222', reason: 'Disconnect' });
  });

  test('no media in 20 s: disconnected', async () => {
    const ends = twoEnds();
    for (const { session } of [ends.alice, ends.bob])
      session.deliver = (update, now) => {
        if (update instanceof Api.UpdatePhoneCall) now(update);
      };
    ends.ring();
    await ends.clock.advance(19_900);
    expect(types(ends.alice.facts)).toEqual(['user.ringing', 'user.answered']);
    await ends.clock.advance(200);
    expect(causeIn(ends.alice.facts)).toMatchObject({ kind: 'connection-lost' });
    expect(ends.relay.lastCall.discard?.reason).toBe('Disconnect');
    expectNothingLeft(ends);
  });

  test('a call that connected is not ended by that timer', async () => {
    const ends = twoEnds();
    ends.ring();
    await ends.clock.advance(3_600_000);
    expect(types(ends.alice.facts)).toEqual(['user.ringing', 'user.answered', 'user.connected']);
  });
});

describe('refusals', () => {
  test.each([
    ['USER_PRIVACY_RESTRICTED', { kind: 'privacy' }],
    ['USER_IS_BLOCKED', { kind: 'blocked' }],
    ['FLOOD_WAIT_31', { kind: 'flood', retryAfterMs: 31_000 }],
  ])('%s', async (name, cause) => {
    const ends = twoEnds();
    ends.alice.session.intercept = (request, pass) => {
      if (request instanceof Api.phone.RequestCall) throw new RpcRefusal(name);
      return pass();
    };
    ends.ring();
    await ends.clock.advance(0);
    expect(ends.alice.facts).toEqual([{ type: 'user.hungUp', cause }]);
    expectNothingLeft(ends);
  });

  test('after FLOOD_WAIT_31 nobody is called for 31 s and a jitter, and then again', async () => {
    const ends = twoEnds({ random: 0.5 });
    let refusals = 1;
    ends.alice.session.intercept = (request, pass) => {
      if (request instanceof Api.phone.RequestCall && refusals-- > 0) throw new RpcRefusal('FLOOD_WAIT_31', 420);
      return pass();
    };
    const requests = () => ends.alice.session.requests(Api.phone.RequestCall).length;
    ends.ring();
    await ends.clock.advance(31_400);
    const next = VoiceLegId('leg-2');
    const told: unknown[] = [];
    ends.alice.calls.watch(next, (fact) => told.push(fact));
    ends.alice.calls.ring(next, UserId('222'));
    await ends.clock.advance(0);
    expect(told).toEqual([{ type: 'user.hungUp', cause: { kind: 'flood', retryAfterMs: 100 } }]);
    expect(requests()).toBe(1);
    await ends.clock.advance(100);
    ends.alice.calls.ring(VoiceLegId('leg-3'), UserId('222'));
    await ends.clock.advance(100);
    expect(requests()).toBe(2);
    expect(ends.bob.offers).toHaveLength(1);
  });

  test('PEER_FLOOD, which is about people the account does not know, keeps it from no other call', async () => {
    const ends = twoEnds();
    let refusals = 1;
    ends.alice.session.intercept = (request, pass) => {
      if (request instanceof Api.phone.RequestCall && refusals-- > 0) throw new RpcRefusal('PEER_FLOOD');
      return pass();
    };
    ends.ring();
    await ends.clock.advance(0);
    ends.alice.calls.ring(VoiceLegId('leg-2'), UserId('222'));
    await ends.clock.advance(100);
    expect(ends.bob.offers).toHaveLength(1);
  });

  test('a random id that was used before is drawn again, once', async () => {
    const ends = twoEnds();
    let refusals = 1;
    ends.alice.session.intercept = (request, pass) => {
      if (request instanceof Api.phone.RequestCall && refusals-- > 0) throw new RpcRefusal('RANDOM_ID_DUPLICATE', 500);
      return pass();
    };
    ends.ring();
    await ends.clock.advance(100);
    expect(types(ends.alice.facts)).toContain('user.connected');
    const ids = ends.alice.session.requests(Api.phone.RequestCall).map(({ randomId }) => randomId);
    expect(new Set(ids).size).toBe(2);
  });
});

describe('the media plane fails', () => {
  test('while opening', async () => {
    const ends = twoEnds();
    ends.alice.legs.beforeOpen = () => Promise.reject(new Error('no ports'));
    ends.ring();
    await ends.clock.advance(100);
    expect(causeIn(ends.alice.facts)).toEqual({ kind: 'internal-fault', detail: 'media set-up failed' });
    expect(ends.relay.lastCall.discard?.reason).toBe('Disconnect');
    expectNothingLeft(ends);
  });

  test('when connected', async () => {
    const ends = twoEnds();
    ends.ring();
    await ends.clock.advance(100);
    ends.bob.legs.only.tell({ type: 'failed', detail: 'DTLS alert' });
    await ends.clock.advance(0);
    expect(causeIn(ends.bob.facts)).toEqual({ kind: 'connection-lost', detail: 'DTLS alert' });
    expect(causeIn(ends.alice.facts)).toMatchObject({ kind: 'connection-lost' });
    expectNothingLeft(ends);
  });
});

describe('a telephone that hangs up closes its media before Telegram tells us why', () => {
  const closing = async () => {
    const ends = twoEnds();
    ends.ring();
    await ends.clock.advance(100);
    ends.alice.legs.only.tell({ type: 'closed' });
    return ends;
  };

  test('the call was hung up, not lost', async () => {
    const ends = await closing();
    await ends.clock.advance(1_900);
    expect(types(ends.alice.facts)).not.toContain('user.hungUp');
    ends.relay.discardByServer(new Api.PhoneCallDiscardReasonHangup());
    await ends.clock.advance(8_000);
    expect(causeIn(ends.alice.facts)).toEqual({ kind: 'normal' });
    expect(ends.alice.session.requests(Api.phone.DiscardCall)).toEqual([]);
    expectNothingLeft(ends);
  });

  test('it is lost when nobody says why within 2 s', async () => {
    const ends = await closing();
    await ends.clock.advance(2_100);
    expect(causeIn(ends.alice.facts)).toMatchObject({ kind: 'connection-lost' });
    expect(ends.relay.lastCall.discard).toMatchObject({ by: '111', reason: 'Disconnect' });
    expectNothingLeft(ends);
  });
});

describe('sending signaling', () => {
  const answering = (ends: Ends, answer: () => unknown) => {
    ends.alice.session.intercept = (request, pass) =>
      request instanceof Api.phone.SendSignalingData ? answer() : pass();
    ends.ring();
  };

  test.each([
    ['false', () => false],
    [
      'CALL_NOT_ACTIVE',
      () => {
        throw new RpcRefusal('CALL_NOT_ACTIVE');
      },
    ],
  ])('answered by %s means that the call is over, and lost if nobody says why', async (_, answer) => {
    const ends = twoEnds();
    answering(ends, answer);
    await ends.clock.advance(1_900);
    expect(types(ends.alice.facts)).not.toContain('user.hungUp');
    await ends.clock.advance(200);
    expect(causeIn(ends.alice.facts)).toMatchObject({ kind: 'connection-lost' });
    expect(ends.alice.session.requests(Api.phone.DiscardCall)).toEqual([]);
    expect(ends.alice.legs.openCount).toBe(0);
  });

  test('may hear of the hang-up before we are told of it: the call was hung up, not lost', async () => {
    const ends = twoEnds();
    answering(ends, () => false);
    await ends.clock.advance(100);
    ends.relay.discardByServer(new Api.PhoneCallDiscardReasonHangup());
    await ends.clock.advance(100);
    expect(causeIn(ends.alice.facts)).toEqual({ kind: 'normal' });
    await ends.clock.advance(10_000);
    expectNothingLeft(ends);
  });

  test('with any other error is tried again', async () => {
    const ends = twoEnds();
    let failures = 3;
    ends.alice.session.intercept = (request, pass) => {
      if (request instanceof Api.phone.SendSignalingData && failures-- > 0) throw new Error('network');
      return pass();
    };
    ends.ring();
    await ends.clock.advance(5000);
    expect(types(ends.alice.facts)).toContain('user.connected');
  });

  test('never has two requests of one call under way', async () => {
    const ends = twoEnds();
    let underWay = 0;
    let most = 0;
    ends.alice.session.intercept = async (request, pass) => {
      if (!(request instanceof Api.phone.SendSignalingData)) return pass();
      most = Math.max(most, ++underWay);
      await ends.clock.wait(20);
      underWay--;
      return pass();
    };
    ends.ring();
    await ends.clock.advance(5000);
    expect(types(ends.alice.facts)).toContain('user.connected');
    expect(most).toBe(1);
  });
});

describe('facts', () => {
  test('are told to a listener that comes late, and to none that left', async () => {
    const ends = twoEnds();
    const left: string[] = [];
    ends.alice.calls.watch(ends.leg, (fact) => left.push(fact.type))();
    ends.ring();
    await ends.clock.advance(100);
    ends.alice.calls.hangUp(ends.leg, { kind: 'normal' });
    await ends.clock.advance(0);
    const late: string[] = [];
    ends.alice.calls.watch(ends.leg, (fact) => late.push(fact.type));
    expect(late).toEqual(['user.ringing', 'user.answered', 'user.connected', 'user.hungUp']);
    expect(left).toEqual([]);
  });

  test('a listener that throws disturbs nobody', async () => {
    const ends = twoEnds();
    ends.alice.calls.watch(ends.leg, () => {
      throw new Error('a bug');
    });
    const heard: string[] = [];
    ends.alice.calls.watch(ends.leg, (fact) => heard.push(fact.type));
    ends.ring();
    await ends.clock.advance(100);
    expect(heard).toEqual(['user.ringing', 'user.answered', 'user.connected']);
  });

  test('a listener may hang up in the middle of the news', async () => {
    const ends = twoEnds();
    ends.alice.calls.watch(ends.leg, (fact) => {
      if (fact.type === 'user.answered') ends.alice.calls.hangUp(ends.leg, { kind: 'normal' });
    });
    ends.ring();
    await ends.clock.advance(100);
    expect(types(ends.alice.facts)).toEqual(['user.ringing', 'user.answered', 'user.hungUp']);
    expect(ends.relay.lastCall.discard?.reason).toBe('Hangup');
    expectNothingLeft(ends);
  });

  test('legs nobody knows are ignored', async () => {
    const { alice } = twoEnds();
    alice.calls.answer(VoiceLegId('nobody'));
    alice.calls.hangUp(VoiceLegId('nobody'), { kind: 'normal' });
    await settled();
    expect(alice.session.sent).toEqual([]);
  });
});

test('the next call to the same user waits until Telegram was told of the end of the last', async () => {
  const ends = twoEnds();
  ends.ring();
  await ends.clock.advance(100);
  hold(ends.alice, ends, Api.phone.DiscardCall, 2000);
  ends.alice.calls.hangUp(ends.leg, { kind: 'connection-lost' });
  ends.alice.calls.ring(VoiceLegId('leg-2'), UserId('222'));
  await ends.clock.advance(1000);
  expect(ends.relay.calls.length).toBe(1);
  await ends.clock.advance(2000);
  expect(ends.relay.calls.length).toBe(2);
});

describe('closing', () => {
  test('ends every call of ours and leaves offers to others', async () => {
    const ends = twoEnds({ bobAnswers: false });
    ends.ring();
    await ends.clock.advance(100);
    await ends.bob.calls.close();
    expect(causeIn(ends.bob.facts)).toEqual({ kind: 'shutdown' });
    expect(ends.relay.lastCall.discard).toBeUndefined();
    await ends.alice.calls.close();
    expect(ends.relay.lastCall.discard).toMatchObject({ by: '111', reason: 'Disconnect' });
    expectNothingLeft(ends);
  });

  test('nothing is begun afterwards', async () => {
    const ends = twoEnds();
    await ends.alice.calls.close();
    ends.ring();
    await settled();
    expect(ends.alice.facts).toEqual([{ type: 'user.hungUp', cause: { kind: 'shutdown' } }]);
    expect(ends.alice.session.sent).toEqual([]);
  });
});

test('an empty call is a lost one', async () => {
  const ends = twoEnds();
  ends.ring();
  await ends.clock.advance(100);
  const { id } = discardedId(ends);
  ends.alice.session.emit(phoneUpdate(new Api.PhoneCallEmpty({ id })));
  expect(causeIn(ends.alice.facts)).toMatchObject({ kind: 'connection-lost' });
});

const discardedId = ({ relay }: Ends) => discarded(relay.lastCall.id, undefined).phoneCall;
