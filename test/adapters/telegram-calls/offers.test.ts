import { Api } from 'telegram/tl/index.js';
import { describe, expect, test } from 'vitest';
import { causeIn, type End, type Ends, expectNothingLeft, hold, twoEnds, types } from './endpoints.ts';
import { settled } from './manual-clock.ts';

describe('an offered call', () => {
  test('declined by us is busy for the caller', async () => {
    const ends = twoEnds({ bobAnswers: false });
    ends.ring();
    await ends.clock.advance(100);
    ends.bob.calls.hangUp(ends.bobLeg(), { kind: 'declined' });
    await ends.clock.advance(0);
    expect(ends.relay.lastCall.discard).toMatchObject({ by: '222', reason: 'Busy' });
    expect([causeIn(ends.alice.facts), causeIn(ends.bob.facts)]).toEqual([{ kind: 'busy' }, { kind: 'declined' }]);
    expectNothingLeft(ends);
  });

  test.each([
    [new Api.PhoneCallDiscardReasonMissed(), 'cancelled'],
    [undefined, 'answered-elsewhere'],
  ])('that the server takes back (%o) ended as %s', async (reason, kind) => {
    const ends = twoEnds({ bobAnswers: false });
    ends.ring();
    await ends.clock.advance(100);
    ends.relay.discardByServer(reason);
    await ends.clock.advance(0);
    expect(causeIn(ends.bob.facts)).toEqual({ kind });
  });

  test('hung up while acceptCall is under way is a taken call', async () => {
    const ends = twoEnds();
    hold(ends.bob, ends, Api.phone.AcceptCall, 300);
    ends.ring();
    await ends.clock.advance(100);
    ends.bob.calls.hangUp(ends.bobLeg(), { kind: 'normal' });
    await ends.clock.advance(1000);
    expect(ends.relay.lastCall.discard).toMatchObject({ by: '222', reason: 'Hangup' });
    expectNothingLeft(ends);
  });

  test('nobody takes is forgotten without a word: another login may have it', async () => {
    const ends = twoEnds({ bobAnswers: false });
    ends.bob.session.deliver = (update, now) => {
      if (!(update instanceof Api.UpdatePhoneCall && update.phoneCall instanceof Api.PhoneCallDiscarded)) now(update);
    };
    ends.ring();
    await ends.clock.advance(91_000);
    expect(causeIn(ends.bob.facts)).toEqual({ kind: 'no-answer' });
    expect(ends.bob.session.sent).toEqual([]);
    ends.bob.calls.answer(ends.bobLeg());
    await settled();
    expect(ends.bob.session.sent).toEqual([]);
  });

  test('is not offered again when the update is repeated after its end', async () => {
    const ends = twoEnds({ bobAnswers: false });
    const offers: Parameters<End['session']['emit']>[0][] = [];
    ends.bob.session.deliver = (update, now) => {
      offers.push(update);
      now(update);
    };
    ends.ring();
    await ends.clock.advance(100);
    ends.bob.calls.hangUp(ends.bobLeg(), { kind: 'declined' });
    await ends.clock.advance(100);
    for (const offer of offers) ends.bob.session.emit(offer);
    expect(ends.bob.offers.length).toBe(1);
  });

  describe('whose host is being asked for', () => {
    const asked = () => {
      const { promise, resolve } = Promise.withResolvers<boolean>();
      return { ends: twoEnds({ bobTakes: () => promise }), resolve };
    };

    test('is taken when it is this one', async () => {
      const { ends, resolve } = asked();
      ends.ring();
      await ends.clock.advance(100);
      expect(ends.bob.offers).toEqual([]);
      resolve(true);
      await ends.clock.advance(1_000);
      expect(ends.bob.offers).toHaveLength(1);
      expect(types(ends.alice.facts)).toContain('user.answered');
    });

    test('is left alone when it is another one', async () => {
      const { ends, resolve } = asked();
      ends.ring();
      await ends.clock.advance(100);
      resolve(false);
      await ends.clock.advance(1_000);
      expect(ends.bob.offers).toEqual([]);
      expect(ends.bob.session.sent).toEqual([]);
    });

    test('and was given up meanwhile is over at once', async () => {
      const { ends, resolve } = asked();
      ends.ring();
      await ends.clock.advance(100);
      ends.relay.discardByServer(new Api.PhoneCallDiscardReasonMissed());
      await ends.clock.advance(0);
      resolve(true);
      await ends.clock.advance(0);
      expect(ends.bob.session.sent).toEqual([]);
      expect(ends.bob.legs.openCount).toBe(0);
    });
  });

  const requested = (ends: Ends, change: (call: Api.PhoneCallRequested) => void) => {
    ends.bob.session.deliver = (update, now) => {
      if (update instanceof Api.UpdatePhoneCall && update.phoneCall instanceof Api.PhoneCallRequested)
        change(update.phoneCall);
      now(update);
    };
  };

  test.each<[string, (call: Api.PhoneCallRequested) => void]>([
    ['for somebody else', (call) => (call.participantId = call.participantId.add(1))],
    ['from ourselves', (call) => (call.adminId = call.participantId)],
    ['with a short hash', (call) => (call.gAHash = Buffer.alloc(31))],
    ['too old to be answered', (call) => (call.date -= 91)],
  ])('%s is dropped', async (_, change) => {
    const ends = twoEnds();
    requested(ends, change);
    ends.ring();
    await ends.clock.advance(100);
    expect(ends.bob.offers).toEqual([]);
    expect(ends.bob.session.sent).toEqual([]);
  });

  test.each<[string, (call: Api.PhoneCallRequested) => void]>([
    ['versions', (call) => (call.protocol.libraryVersions = ['2.7.7', '9.0.0'])],
    ['layers', (call) => (call.protocol.minLayer = 93)],
  ])('without common %s is disconnected', async (_, change) => {
    const ends = twoEnds();
    requested(ends, change);
    ends.ring();
    await ends.clock.advance(100);
    expect(ends.bob.offers).toEqual([]);
    expect(ends.relay.lastCall.discard).toMatchObject({ by: '222', reason: 'Disconnect' });
  });
});
