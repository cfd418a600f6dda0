import { beforeEach, describe, expect, test } from 'vitest';
import { isEmergency } from '../../src/machines/model/emergency.ts';
import { CallId, LineId, UserId, VoiceLegId } from '../../src/machines/model/ids.ts';
import { readMessage } from '../../src/machines/model/numbers.ts';
import { office, openHouse } from './house.ts';

let house: ReturnType<typeof openHouse>;
beforeEach(async () => {
  house = openHouse();
  await house.lineActors.follow();
  await house.settled();
});

const rings = () => house.nets.told.filter((told) => told.startsWith('ring user'));
const offer = (callId = CallId('c1')) =>
  house.nets.offerParty({ callId, lineId: office.id, caller: { number: '4930123' } });

describe('messages', () => {
  test('a number is taken once, however often it is told', async () => {
    await house.text('200', { messageId: 7 });
    await house.text('200', { messageId: 7 });
    expect(rings()).toHaveLength(1);
  });

  test('what failed may be told again', async () => {
    house.database.broken = true;
    await expect(house.text('200', { messageId: 7 })).rejects.toThrow('away');
    house.database.broken = false;
    await house.text('200', { messageId: 7 });
    expect(rings()).toHaveLength(1);
  });

  test('a number of a minute ago is not dialled unasked', async () => {
    const sentAt = house.wall.now();
    house.wall.at += 60_001;
    await house.text('200', { sentAt });
    await house.settled();
    expect(rings()).toEqual([]);
    expect(house.said).toEqual(['tooLate']);
  });

  test('the hint comes once an hour', async () => {
    await house.text('thanks!');
    await house.text('how are you?');
    await house.settled();
    expect(house.said).toEqual(['whatToSend']);
    house.wall.at += 3_600_000;
    await house.text('hello there');
    await house.settled();
    expect(house.said).toEqual(['whatToSend', 'whatToSend']);
  });

  test('a stranger is told once that he has no line, whatever he sends', async () => {
    const stranger = { userId: UserId('99') };
    await house.text('200', stranger);
    await house.text('reception', stranger);
    await house.text('2<00', stranger);
    await house.settled();
    expect(house.said).toEqual(['newcomer']);
    expect(rings()).toEqual([]);
  });

  test('the caption of a picture is never dialled', async () => {
    await house.text('200', { kind: 'other' });
    await house.settled();
    expect(rings()).toEqual([]);
    expect(house.said).toEqual(['whatToSend']);
  });

  test('a shared contact is dialled', async () => {
    await house.text('', { kind: 'contact', contactPhone: '+4930123' });
    expect(rings()).toHaveLength(1);
  });

  test('an emergency number is dialled like any other; the first is preceded by a warning', async () => {
    const wayOut = async (number: string) => {
      const before = house.said.length;
      await house.text(number);
      house.clock.increment(60_000);
      await house.settled();
      return house.said.slice(before);
    };
    expect(await wayOut('200')).not.toContain('emergency');
    const said = await wayOut('1-1-2');
    expect(said.indexOf('emergency')).toBeGreaterThanOrEqual(0);
    expect(said.indexOf('emergency')).toBeLessThan(said.indexOf('callingYou'));
    house.wall.at += 1_000_000_000_000;
    expect(await wayOut('tel:911')).not.toContain('emergency');
    expect(rings()).toHaveLength(3);
  });

  test.each(['/help', '/start', '/help@siptg'])('%s is answered with how it works, once an hour', async (asked) => {
    await house.text(asked);
    await house.text(asked);
    await house.settled();
    expect(house.said).toEqual(['welcome']);
    expect(rings()).toEqual([]);
  });

  test.each(['112', '9.1.1', 'sip:103@pbx.example.org', 'tel:999'])('%s is emergency', (number) => {
    const read = readMessage(number);
    expect(read.kind === 'dial' && isEmergency(read.target)).toBe(true);
  });

  test.each(['200', '1120', '+49112', '112a'])('%s is none', (number) => {
    const read = readMessage(number);
    expect(read.kind === 'dial' && isEmergency(read.target)).toBe(false);
  });

  test('a word is dialled when its button is pressed, also one of 32 letters', async () => {
    const word = 'a'.repeat(32);
    await house.text(word);
    await house.settled();
    expect(house.said).toEqual(['confirmWord']);
    expect(rings()).toEqual([]);
    await house.press(`d:${word}`);
    expect(rings()).toHaveLength(1);
  });
});

describe('Redial', () => {
  test('dials a number again that was never dialled because nobody took the callback ring', async () => {
    await house.text('200');
    const [call] = [...house.records.keys()];
    house.clock.increment(60_000);
    await house.settled();
    expect(house.said.at(-1)).toBe('notAnswered');
    await house.press('redial', { callId: call as CallId });
    expect(rings()).toHaveLength(2);
  });

  test('uses no other line unasked: it tells why that line cannot be used, or asks where it is gone', async () => {
    await house.text('200');
    const [call] = [...house.records.keys()];
    house.clock.increment(60_000);
    await house.settled();
    house.lines.push({ ...office, id: LineId('home'), name: 'Home' });
    await house.lineActors.follow();
    await house.settled();
    house.lines[0] = { ...office, dialRules: '^9' };
    await house.press('redial', { callId: call as CallId });
    await house.settled();
    expect(house.said.at(-1)).toBe('noLines');
    house.lines.shift();
    await house.press('redial', { callId: call as CallId });
    await house.settled();
    expect(house.said.at(-1)).toBe('lineQuestion');
    expect(rings()).toHaveLength(1);
  });

  test.each(['redial', 'lines'])('%s of a word applies the rules to what was typed', async (action) => {
    house.lines[0] = { ...office, dialRules: '^=9' };
    await house.press('d:reception');
    house.clock.increment(60_000);
    await house.settled();
    await house.press(action, { callId: [...house.records.keys()][0] as CallId });
    await house.settled();
    const target = { kind: 'number', user: '9reception' };
    expect([...house.records.values()]).toMatchObject([{ target }, { target }]);
  });

  test('of somebody else’s call does nothing, whoever presses', async () => {
    const other = UserId('2');
    house.lines.push({ ...office, id: LineId('other'), owner: other, user: other });
    await house.lineActors.follow();
    await house.settled();
    await house.text('200');
    const [call] = [...house.records.keys()];
    house.clock.increment(60_000);
    await house.press('redial', { callId: call as CallId, userId: other });
    await house.press('redial', { callId: CallId('unknown') });
    expect(rings()).toHaveLength(1);
  });
});

describe('calls', () => {
  test('for a line that is not there are answered as unavailable', async () => {
    house.nets.offerParty({ callId: CallId('c1'), lineId: LineId('gone'), caller: { number: '1' } });
    await house.settled();
    expect(house.nets.told).toEqual(['hang up party c1 no-answer']);
  });

  test('that we fail over are hung up on both sides', async () => {
    house.database.broken = true;
    offer();
    await house.settled();
    expect(house.nets.told).toEqual(['hang up party c1 internal-fault']);
    expect(house.faults).toHaveLength(1);
  });

  test.each(['blocked', 'privacy'] as const)('that cannot ring the user end as %s, which is told', async (kind) => {
    offer();
    await house.settled();
    house.nets.user(VoiceLegId('id1'), { type: 'user.hungUp', cause: { kind } });
    await house.settled();
    expect(house.charged.map(({ line, cause }) => [line, cause.kind])).toEqual([[office.id, kind]]);
  });

  test('keys of another call’s panel do not reach this one', async () => {
    offer();
    await house.settled();
    house.nets.user(VoiceLegId('id1'), { type: 'user.answered' });
    house.nets.party(CallId('c1'), { type: 'party.answered' });
    await house.press('key:5', { callId: CallId('old') });
    await house.press('key:6', { callId: CallId('c1') });
    expect(house.nets.told.filter((told) => told.startsWith('key '))).toEqual(['key 6 to c1']);
  });

  test('a key that the party sends by SIP INFO is told to the media plane, which makes it heard', async () => {
    offer();
    await house.settled();
    house.nets.party(CallId('c1'), { type: 'key.heard', digit: '7' });
    expect(house.nets.told.at(-1)).toBe('key 7 from c1');
  });

  test('Reconnect of a call that is over moves no later one, and says so', async () => {
    offer(CallId('c1'));
    await house.settled();
    house.nets.user(VoiceLegId('id1'), { type: 'user.answered' });
    house.nets.party(CallId('c1'), { type: 'party.answered' });
    const answers: (string | undefined)[] = [];
    const press = (callId: CallId) => house.press('reconnect', { callId, answer: (text) => answers.push(text) });
    await press(CallId('old'));
    expect(house.nets.told.filter((told) => told.startsWith('hang up'))).toEqual([]);
    await press(CallId('c1'));
    expect(house.nets.told).toContain('hang up user id1 connection-lost');
    expect(answers).toEqual(['call-over']);
  });

  test('a key pressed while the user is away is not taken for sent', async () => {
    offer(CallId('c1'));
    await house.settled();
    house.nets.user(VoiceLegId('id1'), { type: 'user.answered' });
    house.nets.party(CallId('c1'), { type: 'party.answered' });
    const answers: (string | undefined)[] = [];
    const press = (action: string) =>
      house.press(action, { callId: CallId('c1'), answer: (text) => answers.push(text) });
    await press('key:5');
    await press('reconnect');
    await press('key:6');
    expect(answers).toEqual(['keys-while-away']);
    expect(house.nets.told.filter((told) => told.startsWith('key '))).toEqual(['key 5 to c1']);
  });

  test('Reconnect while Telegram wants us to wait is answered with what he can do', async () => {
    offer(CallId('c1'));
    await house.settled();
    house.nets.user(VoiceLegId('id1'), { type: 'user.answered' });
    house.nets.party(CallId('c1'), { type: 'party.answered' });
    const answers: (string | undefined)[] = [];
    const reconnect = () => house.press('reconnect', { callId: CallId('c1'), answer: (text) => answers.push(text) });
    await reconnect();
    house.nets.user(VoiceLegId('id1~1'), { type: 'user.hungUp', cause: { kind: 'flood', retryAfterMs: 300_000 } });
    await reconnect();
    expect(answers).toEqual(['cannot-ring']);
    expect(rings()).toEqual(['ring user id1', 'ring user id1~1']);
  });

  test('keys in a reply while the user is away are not taken for sent', async () => {
    offer(CallId('c1'));
    await house.settled();
    house.nets.user(VoiceLegId('id1'), { type: 'user.answered' });
    house.nets.party(CallId('c1'), { type: 'party.answered' });
    await house.settled();
    const keypad = house.said.indexOf('panel') + 1;
    await house.text('5', { replyTo: keypad });
    await house.press('reconnect', { callId: CallId('c1') });
    await house.text('6', { replyTo: keypad });
    await house.settled();
    expect(house.said).toContain('keysWhileAway');
    expect(house.nets.told.filter((told) => told.startsWith('key '))).toEqual(['key 5 to c1']);
  });

  test('keys in a reply are sent also when the line has got another user since the call began (D-04)', async () => {
    offer(CallId('c1'));
    await house.settled();
    house.nets.user(VoiceLegId('id1'), { type: 'user.answered' });
    house.nets.party(CallId('c1'), { type: 'party.answered' });
    await house.settled();
    house.lines[0] = { ...office, user: UserId('9') };
    await house.text('5', { replyTo: house.said.indexOf('panel') + 1 });
    await house.settled();
    expect(house.nets.told).toContain('key 5 to c1');
    expect(house.said).not.toContain('newcomer');
  });

  test.each(['switch:1', 'transfer:1', 'decline:1'])(
    '%s of an earlier second call does nothing to a later one',
    async (action) => {
      offer(CallId('c1'));
      await house.settled();
      house.nets.user(VoiceLegId('id1'), { type: 'user.answered' });
      house.nets.party(CallId('c1'), { type: 'party.answered' });
      offer(CallId('c2'));
      await house.settled();
      house.nets.party(CallId('c2'), { type: 'party.hungUp', cause: { kind: 'cancelled' } });
      offer(CallId('c3'));
      await house.settled();
      const before = house.nets.told.length;
      const answers: (string | undefined)[] = [];
      const press = (callId: CallId) => house.press(action, { callId, answer: (text) => answers.push(text) });
      await press(CallId('c2'));
      await house.settled();
      expect(answers).toEqual(['done']);
      expect(house.nets.told.slice(before)).toEqual([]);
      await press(CallId('c3'));
      await house.settled();
      expect(answers).toHaveLength(1);
      expect(house.nets.told.slice(before)).not.toEqual([]);
    },
  );

  test('Cancel of a call that is over says so, and leaves the one that is being made', async () => {
    await house.text('200');
    const answers: (string | undefined)[] = [];
    const press = (callId: CallId) => house.press('cancel', { callId, answer: (text) => answers.push(text) });
    await press(CallId('old'));
    expect(answers).toEqual(['call-over']);
    expect(house.nets.told.filter((told) => told.startsWith('hang up'))).toEqual([]);
    await press([...house.records.keys()][0] as CallId);
    expect(house.nets.told.filter((told) => told.startsWith('hang up'))).toHaveLength(1);
    expect(answers).toHaveLength(1);
  });

  test.each(['key:5', 'record:start', 'end', 'reconnect'])('%s under a call that is over says so', async (action) => {
    offer(CallId('c1'));
    await house.settled();
    house.nets.user(VoiceLegId('id1'), { type: 'user.answered' });
    house.nets.party(CallId('c1'), { type: 'party.answered' });
    const answers: (string | undefined)[] = [];
    const press = (callId: CallId) => house.press(action, { callId, answer: (text) => answers.push(text) });
    await press(CallId('old'));
    expect(answers).toEqual(['call-over']);
    house.nets.party(CallId('c1'), { type: 'party.hungUp', cause: { kind: 'normal' } });
    await press(CallId('c1'));
    expect(answers).toEqual(['call-over', 'call-over']);
  });

  test.each(['key:5', 'record:start'])('%s under a call that is being ended says that it is over', async (action) => {
    offer(CallId('c1'));
    await house.settled();
    house.nets.user(VoiceLegId('id1'), { type: 'user.answered' });
    house.nets.party(CallId('c1'), { type: 'party.answered' });
    const answers: (string | undefined)[] = [];
    const press = () => house.press(action, { callId: CallId('c1'), answer: (text) => answers.push(text) });
    await press();
    expect(answers).toEqual([]);
    house.nets.obedient = false;
    house.nets.party(CallId('c1'), { type: 'party.hungUp', cause: { kind: 'normal' } });
    await press();
    expect(answers).toEqual(['call-over']);
  });

  test('Reconnect of a call that nobody has answered says what can be done', async () => {
    await house.text('200');
    const [call] = [...house.records.keys()];
    house.nets.user(VoiceLegId('id2'), { type: 'user.answered' });
    const answers: (string | undefined)[] = [];
    await house.press('reconnect', { callId: call as CallId, answer: (text) => answers.push(text) });
    expect(answers).toEqual(['not-answered-yet']);
  });

  test('of a softphone that breaks leave no leg behind', async () => {
    house.nets.telegram.ring = () => {
      throw new Error('bug');
    };
    offer();
    await house.settled();
    expect(house.nets.told).toContain('hang up party c1 internal-fault');
    expect(house.softphones.engaged).toBe(0);
    await house.settled();
    expect(house.said).toEqual(['caller', 'outcome']);
    expect(house.charged).toEqual([expect.objectContaining({ call: 'c1', talkedMs: 0 })]);
  });

  test('of a softphone that breaks with two calls leave neither, no keypad and no question', async () => {
    offer();
    await house.settled();
    house.nets.user(VoiceLegId('id1'), { type: 'user.answered' });
    house.nets.party(CallId('c1'), { type: 'party.answered' });
    offer(CallId('c2'));
    await house.settled();
    house.nets.obedient = false;
    const sip = { ...house.nets.sip };
    house.nets.sip.hangUp = (call, cause) => {
      if (call === CallId('c3')) throw new Error('bug');
      sip.hangUp(call, cause);
    };
    offer(CallId('c3'));
    await house.settled();
    expect(house.nets.told).toEqual(
      expect.arrayContaining([
        'hang up party c1 internal-fault',
        'hang up party c2 internal-fault',
        'hang up user id1 internal-fault',
      ]),
    );
    expect(house.charged.map(({ call }) => call)).toEqual(['c1', 'c2']);
    // Both caller messages, the keypad and the parallel message.
    expect(house.removed).toHaveLength(4);
    expect(house.recorder.told).toEqual(['deliver what is left of 1']);
  });

  test('of a party that nobody can take back are ended, and on record', async () => {
    const call = { label: { call: CallId('back'), direction: 'incoming', number: '1', lineName: '', startedAt: 0 } };
    const recall = () =>
      house.softphones.recall(UserId('1'), { call, second: call.label, cause: { kind: 'busy' } } as never);
    house.settings.broken = true;
    await recall();
    expect(house.nets.told).toEqual(['hang up party back internal-fault']);
    expect(house.faults).toHaveLength(1);
    house.settings.broken = false;
    await house.softphones.endAll(AbortSignal.timeout(1_000));
    await recall();
    expect(house.nets.told.at(-1)).toBe('hang up party back shutdown');
    await house.settled();
    expect(house.said).toEqual(['transferFailed', 'outcome', 'transferFailed', 'outcome']);
  });
});

describe('draining', () => {
  test('takes no new calls from either side and no numbers', async () => {
    house.switchboard.drain();
    offer();
    house.nets.offerUser({ voiceLegId: VoiceLegId('his'), userId: UserId('1') });
    await house.text('200');
    await house.settled();
    expect(house.nets.told).toEqual(['hang up user his shutdown', 'hang up party c1 shutdown']);
    expect(house.said).toEqual(['restarting']);
  });

  test('a press on an open question about lines dials nothing, and says why', async () => {
    house.lines.push({ ...office, id: LineId('home'), name: 'Home' });
    await house.lineActors.follow();
    await house.settled();
    await house.text('200');
    await house.settled();
    house.switchboard.drain();
    await house.press('line:0', { callId: CallId('id1') });
    await house.settled();
    expect(rings()).toEqual([]);
    expect(house.said).toEqual(['lineQuestion', 'restarting', 'lineQuestionClosed']);
  });

  test('no line calls itself', async () => {
    house.switchboard.drain();
    expect(await house.switchboard.testLine(UserId('1'), office.id, '300')).toBe('restarting');
    expect(rings()).toEqual([]);
  });

  test('a number that waits for the user’s call keeps nobody waiting', async () => {
    await house.text('200');
    house.nets.user(VoiceLegId('id2'), { type: 'user.hungUp', cause: { kind: 'privacy' } });
    expect(house.softphones.engaged).toBe(0);
    await house.softphones.quiet(AbortSignal.timeout(1_000));
  });

  test('ends what runs on both sides, and starts nothing any more', async () => {
    offer();
    await house.settled();
    await house.softphones.endAll(AbortSignal.timeout(1_000));
    expect(house.nets.told).toContain('hang up party c1 shutdown');
    expect(house.nets.told).toContain('hang up user id1 shutdown');
    offer(CallId('late'));
    await house.settled();
    expect(house.nets.told.at(-1)).toBe('hang up party late shutdown');
  });

  test('a caller who comes while the ends of all calls are awaited is not rung for', async () => {
    offer();
    await house.settled();
    house.nets.obedient = false;
    const ended = house.softphones.endAll(AbortSignal.timeout(1_000));
    offer(CallId('late'));
    await house.settled();
    expect(house.nets.told.at(-1)).toBe('hang up party late shutdown');
    house.nets.user(VoiceLegId('id1'), { type: 'user.hungUp', cause: { kind: 'normal' } });
    house.nets.party(CallId('c1'), { type: 'party.hungUp', cause: { kind: 'normal' } });
    await ended;
  });
});

test.each([
  [false, 'panel'],
  [true, 'panelClosed'],
])('the keypad of a call that ended is deleted, or loses its keys where that fails (%s)', async (isStuck, last) => {
  offer();
  await house.settled();
  house.nets.user(VoiceLegId('id1'), { type: 'user.answered' });
  house.nets.party(CallId('c1'), { type: 'party.answered' });
  await house.notices.settled();
  house.chat.isStuck = isStuck;
  house.nets.user(VoiceLegId('id1'), { type: 'user.hungUp', cause: { kind: 'normal' } });
  await house.notices.settled();
  expect(house.said.filter((said) => said.startsWith('panel')).at(-1)).toBe(last);
  expect(house.faults).toEqual([]);
});

test('a keypad that a dead process left is removed', async () => {
  house.notices.removeLeftOver([{ userId: UserId('1'), messageId: 5 }]);
  await house.notices.settled();
  expect(house.removed).toEqual([5]);
});
