import { beforeEach, describe, expect, test } from 'vitest';
import { CallId, VoiceLegId } from '../../../src/machines/model/ids.ts';
import { MemoryFacts } from '../../fakes/facts.ts';
import { byHand } from '../../fakes/recorder.ts';
import { type Host, Installation, olga, outgoing, settled } from './hosts.ts';

let all: Installation;
let old: Host;
beforeEach(() => {
  all = new Installation();
  old = all.opens();
});

const c1 = CallId('c1');
/** The user is rung for c1 by another host. */
const again = VoiceLegId('leg of c1~3001');
const talk = async (recording = byHand) => {
  await old.dials('c1', { recording });
  await old.partyAnswers('c1');
};
const tones = 'reconnection to c1';
const hangsUp = { type: 'user.hungUp', cause: { kind: 'normal' } } as const;

describe('a host dies in a talk', () => {
  beforeEach(() => talk());

  test('the next one takes up its dialog: the party hears tones, then the user is rung', async () => {
    const next = await all.takesOver();
    expect(next.said).toEqual(['reconnection: lost, ringing']);
    expect(next.news).toEqual(['re-INVITE in c1', tones]);
    next.dialogs.takes(c1);
    await settled();
    expect(next.news).toEqual([tones, `ring user ${again}`, 'hold c1']);
  });

  test('the user comes back: they hear each other again, and the call ends as any other', async () => {
    const next = await all.takesOver();
    next.dialogs.takes(c1);
    await settled();
    await next.userAnswers(again);
    expect(next.nets.told.slice(-5)).toEqual([
      'no tone to c1',
      `connect ${again} c1`,
      `back-on-line to ${again}`,
      'back-on-line to c1',
      'resume c1',
    ]);
    expect(next.said).toEqual(['reconnection: lost, ringing', 'panel: panel']);
    all.clock.increment(5_000);
    next.nets.user(again, hangsUp);
    await settled();
    expect(next.said.at(-1)).toBe('c1 is over: normal after 15000 ms');
    expect(await all.facts.open()).toEqual([]);
    expect(next.nets.watched).toBe(0);
    expect(next.faults).toEqual([]);
  });

  test('its length and its limit count from its answer', async () => {
    await old.softphones.endAll(AbortSignal.timeout(0));
    old = all.opens();
    await old.dials('c2', { limitMs: 30_000 });
    await old.partyAnswers('c2');
    const answeredAt = all.now();
    const next = await all.takesOver({ found: (rows) => MemoryFacts.answered(rows, answeredAt) });
    next.dialogs.takes(CallId('c2'));
    await settled();
    for (let tenSeconds = 0; tenSeconds < 2; tenSeconds++) all.clock.increment(10_000);
    await settled();
    expect(next.said).toContain('callTimeUp');
    expect(next.said.at(-1)).toBe('c2 is over: normal after 30000 ms');
  });

  test.each([9_000, 30_000])(
    '60 s after it was last seen, %d ms after which another took over, the party gets BYE',
    async (silentMs) => {
      const next = await all.takesOver({ silentMs });
      next.dialogs.takes(c1);
      await settled();
      all.clock.increment(60_000 - silentMs - 1);
      expect(next.nets.told).not.toContain('hang up party c1 connection-lost');
      all.clock.increment(1);
      await settled();
      expect(next.nets.told.filter((line) => line.startsWith('hang up party'))).toEqual(['hang up party c1 normal']);
      expect(next.said.slice(1, 2)).toEqual(['notRestored: expired']);
      expect(await all.facts.open()).toEqual([]);
    },
  );

  // AC-50's window, without its process.
  test('in an open window: it ends when it was to end, and is taken up only once', async () => {
    old.nets.user(VoiceLegId('leg of c1'), { type: 'user.hungUp', cause: { kind: 'connection-lost' } });
    await settled();
    all.clock.increment(20_000);
    const next = await all.takesOver();
    next.dialogs.takes(c1);
    await settled();
    expect(next.deadlines.dueAt(olga, 'reconnect-window')).toBe(all.startedAt + 60_000);
    all.clock.increment(29_999);
    expect(next.softphones.isAway(olga)).toBe(true);
    all.clock.increment(1);
    expect(next.softphones.isAway(olga)).toBe(false);
    expect(next.said).toContain('notRestored: expired');
  });

  test('and the next one dies as well: the third takes up what is left of the same window', async () => {
    await all.takesOver();
    const third = await all.takesOver();
    third.dialogs.takes(c1);
    await settled();
    expect(third.news).toContain('ring user leg of c1~4001');
    expect(third.deadlines.dueAt(olga, 'reconnect-window')).toBe(all.startedAt + 60_000);
  });

  test('a deadline that has passed by then: BYE in the old dialog, and nobody is rung', async () => {
    const next = await all.takesOver({ silentMs: 61_000 });
    all.clock.increment(0);
    await settled();
    expect(next.dialogs.told).toEqual(['re-INVITE in c1', 'BYE in c1']);
    expect(next.said).toContain('notRestored: expired');
    expect(next.nets.told).toEqual(
      ['reconnection to c1', 'no tone to c1'].filter((line) => next.nets.told.includes(line)),
    );
    expect(await all.facts.open()).toEqual([]);
  });

  test('a party that has gone: nobody is rung, and the user reads it', async () => {
    const next = await all.takesOver();
    next.dialogs.refuses(c1);
    await settled();
    expect(next.dialogs.told).toEqual(['re-INVITE in c1']);
    expect(next.said).toEqual(['reconnection: lost, ringing', 'c1 is over: connection-lost after 10000 ms']);
    expect(next.nets.told).not.toContain(`ring user ${again}`);
    expect(await all.facts.open()).toEqual([]);
  });

  test('the deadline comes while the re-INVITE is not answered: BYE in the old dialog', async () => {
    const next = await all.takesOver();
    all.clock.increment(50_000);
    await settled();
    expect(next.dialogs.told).toEqual(['re-INVITE in c1', 'BYE in c1']);
    expect(next.said.slice(1)).toEqual(['notRestored: expired', 'c1 is over: normal after 60000 ms']);
  });

  test('End ends it while the re-INVITE is not answered', async () => {
    const next = await all.takesOver();
    next.softphones.sendIfStarted(olga, { type: 'giveUp', call: c1 });
    await settled();
    expect(next.dialogs.told).toEqual(['re-INVITE in c1', 'BYE in c1']);
    expect(next.said.at(-1)).toBe('c1 is over: normal after 10000 ms');
  });

  test('with Callback off he is asked to call, and his call goes on with the talk', async () => {
    all.callback = false;
    const next = await all.takesOver();
    expect(next.said).toEqual(['reconnection: lost, call us']);
    next.dialogs.takes(c1);
    await settled();
    expect(next.nets.told).not.toContain(`ring user ${again}`);
    await next.softphones.send(olga, { type: 'user.called', voiceLeg: VoiceLegId('his') });
    await next.userAnswers('his');
    expect(next.nets.told).toContain('connect his c1');
  });

  test('his own call, earlier than the party is back, is taken with it', async () => {
    const next = await all.takesOver();
    await next.softphones.send(olga, { type: 'user.called', voiceLeg: VoiceLegId('his') });
    expect(next.nets.told).not.toContain('answer user his');
    next.dialogs.takes(c1);
    await settled();
    expect(next.nets.told).toContain('answer user his');
    expect(next.nets.told).not.toContain(`ring user ${again}`);
    await next.userAnswers('his');
    expect(next.nets.told).toContain('connect his c1');
  });

  test('his own call is declined when the party does not come back', async () => {
    const next = await all.takesOver();
    await next.softphones.send(olga, { type: 'user.called', voiceLeg: VoiceLegId('his') });
    next.dialogs.refuses(c1);
    await settled();
    expect(next.nets.told).toContain('hang up user his busy');
  });

  test('a phone that is still in the call with the dead host is busy: it is rung again', async () => {
    const next = await all.takesOver();
    next.dialogs.takes(c1);
    await settled();
    next.nets.user(again, { type: 'user.hungUp', cause: { kind: 'busy' } });
    all.clock.increment(2_000);
    expect(next.nets.told).toContain('ring user leg of c1~3002');
  });

  test('he comes back and is lost again: that window has its 60 s, and a busy phone has declined', async () => {
    const next = await all.takesOver({ silentMs: 50_000 });
    next.dialogs.takes(c1);
    await settled();
    await next.userAnswers(again);
    next.nets.user(again, { type: 'user.hungUp', cause: { kind: 'connection-lost' } });
    await settled();
    expect(next.deadlines.dueAt(olga, 'reconnect-window')).toBe(all.now() + 60_000);
    expect(next.nets.told.at(-1)).toBe('ring user leg of c1~3002');
    next.nets.user(VoiceLegId('leg of c1~3002'), { type: 'user.hungUp', cause: { kind: 'busy' } });
    all.clock.increment(30_000);
    expect(next.nets.told).not.toContain('ring user leg of c1~3003');
    expect(next.softphones.isAway(olga)).toBe(true);
  });

  test('declining is not hanging up (D-33) there either', async () => {
    const next = await all.takesOver();
    next.dialogs.takes(c1);
    await settled();
    next.nets.user(again, { type: 'user.hungUp', cause: { kind: 'declined' } });
    all.clock.increment(30_000);
    expect(next.nets.told).not.toContain('ring user leg of c1~3002');
    expect(next.softphones.isAway(olga)).toBe(true);
  });

  test('he has begun something else by then: that goes on, and what was before is ended', async () => {
    const found = await all.facts.open();
    const next = all.opens();
    await next.isCalledBy('c9');
    await next.softphones.recover(found[0] as never, all.now());
    await settled();
    expect(next.dialogs.told).toEqual(['BYE in c1']);
    expect(next.said).toContain('c1 is over: connection-lost after 0 ms');
    expect(next.softphones.callOf(olga)).toBe('c9');
  });

  test('he has called by then, and was declined: that is in nobody’s way', async () => {
    const found = await all.facts.open();
    const next = all.opens();
    await next.softphones.send(olga, { type: 'user.called', voiceLeg: VoiceLegId('early') });
    for (const rows of found) await next.softphones.recover(rows, all.now());
    await settled();
    expect(next.dialogs.told).toEqual(['re-INVITE in c1']);
    expect(next.softphones.isAway(olga)).toBe(true);
  });

  test('taken up twice by one host, it goes on', async () => {
    const found = await all.facts.open();
    const next = all.opens();
    for (const rows of [...found, ...found]) await next.softphones.recover(rows, all.now());
    await settled();
    expect(next.dialogs.told).toEqual(['re-INVITE in c1']);
  });
});

describe('a host dies and a call has not been answered', () => {
  test('one the user made ends, with Redial: never a second INVITE', async () => {
    await old.dials('c1');
    expect(old.nets.told).toContain('invite 200 c1');
    const next = await all.takesOver();
    expect(next.news).toEqual([]);
    expect(next.said).toEqual(['c1 is over: shutdown']);
    expect(await all.facts.open()).toEqual([]);
  });

  test('one whose 200 came, and whose dialog was the last that was written, was answered', async () => {
    await old.dials('c1');
    await old.dialogs.confirm(c1);
    const next = await all.takesOver();
    expect(next.dialogs.told).toEqual(['re-INVITE in c1']);
  });

  test('a caller was missed', async () => {
    await old.isCalledBy('c1');
    const next = await all.takesOver();
    expect(next.said).toEqual(['c1 is over: no-answer']);
    expect(next.news).toEqual([]);
  });

  test('one that was being ended is not taken up again', async () => {
    await talk();
    old.nets.obedient = false;
    old.nets.user(VoiceLegId('leg of c1'), hangsUp);
    await settled();
    const next = await all.takesOver();
    expect(next.dialogs.told).toEqual(['BYE in c1']);
    expect(next.said).toEqual(['c1 is over: normal']);
  });
});

describe('a host dies and there are two calls', () => {
  beforeEach(() => talk());

  test('the held one is dropped, the one he heard is taken up', async () => {
    await old.isCalledBy('c2');
    old.softphones.sendIfStarted(olga, { type: 'switch', version: 1 });
    await settled();
    await old.partyAnswers('c2');
    expect(all.facts.written.at(-1)).toBe('c2 answered, c1 answered');
    const next = await all.takesOver();
    expect(next.dialogs.told.toSorted()).toEqual(['BYE in c1', 're-INVITE in c2']);
    expect(next.said.slice(0, 1)).toEqual(['c1 is over: no-answer after 10000 ms']);
  });

  test('the waiting one was missed', async () => {
    await old.isCalledBy('c2');
    const next = await all.takesOver();
    expect(next.dialogs.told).toEqual(['re-INVITE in c1']);
    expect(next.said).toEqual(['c2 is over: no-answer', 'reconnection: lost, ringing']);
  });

  test('he only listened to the second being called: the first, held, is taken up', async () => {
    await old.softphones.send(olga, {
      ...outgoing('c2'),
    });
    await settled();
    old.softphones.sendIfStarted(olga, { type: 'switch', version: 1 });
    await settled();
    const next = await all.takesOver();
    expect(next.dialogs.told).toEqual(['re-INVITE in c1']);
    expect(next.said.slice(0, 1)).toEqual(['c2 is over: shutdown']);
  });
});

describe('a host dies and the user has left two parties to each other', () => {
  beforeEach(async () => {
    await talk();
    await old.isCalledBy('c2');
    old.softphones.sendIfStarted(olga, { type: 'switch', version: 1 });
    await settled();
    await old.partyAnswers('c2');
    const version = [1, 2, 3, 4].find((one) => old.softphones.isParallelNow(olga, CallId('c2'), one)) ?? 0;
    old.softphones.sendIfStarted(olga, { type: 'transfer', version });
    await settled();
  });

  test('neither keeps a ghost: BYE in both dialogs, and both are told of', async () => {
    expect(all.facts.written.at(-1)).toBe('c2 joined, c1 joined');
    const next = await all.takesOver();
    expect(next.dialogs.told.toSorted()).toEqual(['BYE in c1', 'BYE in c2']);
    expect(next.said.filter((line) => line.includes('connection-lost'))).toHaveLength(2);
    expect(await all.facts.open()).toEqual([]);
  });

  test('beside a call of his own, which is taken up', async () => {
    old.softphones.sendIfStarted(olga, { type: 'user.called', voiceLeg: VoiceLegId('none') });
    await old.dials('c3');
    await old.partyAnswers('c3');
    expect(all.facts.written.at(-1)).toMatch(/^c3 answered, /);
    const next = await all.takesOver();
    expect(next.dialogs.told.toSorted()).toEqual(['BYE in c1', 'BYE in c2', 're-INVITE in c3']);
  });

  test('a dialog that changes there is written, and nothing stays when they have hung up', async () => {
    await old.dialogs.confirm(c1);
    expect((await all.facts.open())[0]?.calls.map(({ dialog }) => dialog)).toEqual([{ of: 'c2' }, { of: 'c1' }]);
    old.nets.party(c1, { type: 'party.hungUp', cause: { kind: 'normal' } });
    await settled();
    expect(await all.facts.open()).toEqual([]);
  });

  test('one who comes back, because the other did not answer, is his again, and nobody’s beside', async () => {
    await old.softphones.endAll(AbortSignal.timeout(0));
    old = all.opens();
    await talk();
    await old.softphones.send(olga, outgoing('c2'));
    await settled();
    old.softphones.sendIfStarted(olga, { type: 'transfer', version: 1 });
    await settled();
    expect(all.facts.written.at(-1)).toBe('c1 joined, c2 joined');
    old.nets.party(CallId('c2'), { type: 'party.hungUp', cause: { kind: 'busy' } });
    await settled();
    expect(all.facts.written.at(-1)).toBe('c1 answered');
    expect(all.facts.written.filter((line) => /c1.*c1/.test(line))).toEqual([]);
    const next = await all.takesOver();
    expect(next.dialogs.told).toEqual(['re-INVITE in c1']);
  });

  test('one that was taken for dead says nothing to them any more', async () => {
    await all.takesOver();
    old.nets.told.splice(0);
    await old.dialogs.confirm(c1);
    expect(old.refused).toHaveLength(1);
    expect(old.dialogs.told.toSorted()).toEqual(['nothing more of c1', 'nothing more of c2']);
    expect(old.nets.told.filter((line) => line.startsWith('hang up party'))).toEqual([]);
    expect(old.bridges.engaged).toBe(0);
    expect(old.nets.watched).toBe(0);
  });
});

describe('recording', () => {
  const recorded = async (then: () => void) => {
    await talk({ ...byHand, automatic: true });
    old.recorder.tells({ type: 'recorder.started' });
    then();
    await settled();
    const next = await all.takesOver();
    next.dialogs.takes(c1);
    await settled();
    await next.userAnswers(again);
    return next.recorder;
  };

  test('goes on as another piece when they hear each other again', async () => {
    const { told, last } = await recorded(() => {});
    expect(told).toEqual(['start by owner']);
    expect(last?.recording).not.toBe(old.recorder.last?.recording);
  });

  test('that the user had stopped does not', async () => {
    const stop = { type: 'record', call: c1, wanted: 'stop' } as const;
    const { told } = await recorded(() => old.softphones.sendIfStarted(olga, stop));
    expect(told).toEqual([]);
  });
});

describe('what is written', () => {
  test('is there before the INVITE leaves, and before 180', async () => {
    all.facts.isSlow = true;
    await old.softphones.send(olga, outgoing('c1'));
    await settled();
    old.nets.user(VoiceLegId('leg of c1'), { type: 'user.answered' });
    await settled();
    expect(old.nets.told).not.toContain('invite 200 c1');
    while (all.facts.waiting > 0) {
      all.facts.pass();
      await settled();
    }
    expect(all.facts.written[0]).toBe('c1 unanswered');
    expect(old.nets.told).toContain('invite 200 c1');
  });

  test('cannot be: a number is not dialled', async () => {
    all.facts.isBroken = true;
    await old.dials('c1');
    expect(old.nets.told).not.toContain('invite 200 c1');
    expect(old.nets.told.filter((line) => line.startsWith('hang up party'))).toEqual([]);
    old.triesAgain();
    await settled();
    // He hears why, and reads it.
    all.clock.increment(10_000);
    await settled();
    expect(old.said.at(-1)).toBe('c1 is over: flood');
  });

  test('cannot be: a caller gets 503 with Retry-After, and no 180', async () => {
    all.facts.isBroken = true;
    await old.isCalledBy('c1');
    expect(old.nets.told).toContain('hang up party c1 flood');
    expect(old.nets.told).not.toContain('ring party c1');
    expect(old.faults).toHaveLength(1);
  });

  test('cannot be, for he has calls on another host: busy', async () => {
    all.facts.elsewhere.add(olga);
    await old.isCalledBy('c1');
    expect(old.nets.told).toContain('hang up party c1 busy');
    expect(old.faults).toEqual([]);
  });

  describe('where there are several Workers', () => {
    beforeEach(() => {
      all.hasWorkers = true;
    });

    test('is begun only when he is known to have none over another one', async () => {
      all.facts.elsewhere.add(olga);
      await expect(old.isCalledBy('c1')).rejects.toMatchObject({ reason: 'elsewhere' });
      await expect(old.softphones.send(olga, outgoing('c2'))).rejects.toMatchObject({ reason: 'elsewhere' });
      expect(old.nets.told).toEqual([]);
      expect(old.said).toEqual([]);
      expect(old.recovery.keeps(olga)).toBe(false);
    });

    test('without the database it begins all the same, as far as that goes: its caller gets 503', async () => {
      all.facts.isBroken = true;
      await old.isCalledBy('c1');
      old.triesAgain();
      await settled();
      expect(old.nets.told).toContain('hang up party c1 flood');
      expect(old.nets.told).not.toContain('ring party c1');
    });

    test('all know where it is, from before it begins until it is over', async () => {
      all.facts.isSlow = true;
      const called = old.isCalledBy('c1');
      await settled();
      expect(old.nets.told).toEqual([]);
      expect(old.recovery.keeps(olga)).toBe(false);
      all.facts.isSlow = false;
      all.facts.pass();
      await called;
      expect(all.facts.written[0]).toBe('');
      expect(old.nets.told).toContain('ring party c1');
      expect(old.recovery.keeps(olga)).toBe(true);
      old.nets.party(c1, { type: 'party.hungUp', cause: { kind: 'normal' } });
      await settled();
      expect(old.recovery.keeps(olga)).toBe(false);
      expect(all.facts.written.at(-1)).toBe('none');
    });

    test('nothing stays of what began and had no call', async () => {
      await old.softphones.send(olga, { type: 'user.called', voiceLeg: VoiceLegId('hers') });
      await settled();
      expect(all.facts.written).toEqual(['', 'none']);
      expect(old.recovery.keeps(olga)).toBe(false);
    });
  });

  test('waits for the database while a talk goes on, and is written as soon as it is back', async () => {
    await old.dials('c1');
    all.facts.isBroken = true;
    // 200 and ACK leave all the same.
    await old.partyAnswers('c1');
    expect(old.nets.told).toContain('connect leg of c1 c1');
    all.facts.isBroken = false;
    old.triesAgain();
    await settled();
    expect(all.facts.written.at(-1)).toBe('c1 answered');
    expect((await all.facts.open())[0]?.calls[0]?.dialog).toEqual({ of: 'c1' });
    expect(old.faults).toHaveLength(1);
  });

  test('is never older than what was written before', async () => {
    await talk();
    all.facts.isSlow = true;
    old.nets.user(VoiceLegId('leg of c1'), { type: 'user.hungUp', cause: { kind: 'connection-lost' } });
    await settled();
    await old.isCalledBy('c2');
    expect(all.facts.waiting).toBe(1);
    for (let turn = 0; turn < 5; turn++) {
      all.facts.pass();
      await settled();
    }
    expect(all.facts.written.slice(-2)).toEqual(['c1 answered', 'c1 answered, c2 unanswered']);
  });

  test('stays no longer than the call', async () => {
    await talk();
    old.nets.user(VoiceLegId('leg of c1'), hangsUp);
    await settled();
    expect(all.facts.written.at(-1)).toBe('none');
    expect(await all.facts.open()).toEqual([]);
  });
});

describe('a host that was taken for dead', () => {
  test('finds out by a write that touches no row: it says nothing to the party any more', async () => {
    await talk();
    await all.takesOver();
    old.nets.told.splice(0);
    old.said.splice(0);
    await old.isCalledBy('c2');
    expect(old.refused).toHaveLength(1);
    expect(old.news.filter((line) => !line.startsWith('second-call'))).toEqual([
      'nothing more of c1',
      'nothing more of c2',
      'hang up user leg of c1 connection-lost',
    ]);
    expect(old.softphones.engaged).toBe(0);
    expect(old.said.filter((line) => line.includes('over'))).toEqual([]);
    expect(old.nets.watched).toBe(0);
    expect(old.deadlines.dueAt(olga, 'reconnect-window')).toBeUndefined();
    expect((await all.facts.open())[0]?.calls.map(({ label }) => label.call)).toEqual(['c1']);
  });

  test('forgets only those whose shard was taken', async () => {
    await talk();
    old.softphones.dropUsers((user) => user !== olga);
    expect(old.softphones.callOf(olga)).toBe('c1');
    old.softphones.dropUsers((user) => user === olga);
    await settled();
    expect(old.softphones.callOf(olga)).toBeUndefined();
    expect(old.nets.told).not.toContain('hang up party c1 normal');
  });
});
