import { beforeEach, expect, test } from 'vitest';
import { CallId, LineId, UserId, VoiceLegId } from '../../src/machines/model/ids.ts';
import { office, openHouse } from './house.ts';

const home = { ...office, id: LineId('home'), name: 'Home' };
let house: ReturnType<typeof openHouse>;
/** The open question: the first number of these stories. */
const asked = CallId('id1');

beforeEach(async () => {
  house = openHouse();
  house.lines.push(home);
  await house.lineActors.follow();
  await house.settled();
});

const rings = () => house.nets.told.filter((told) => told.startsWith('ring user'));
const choosesHome = async () => {
  await house.press('line:1', { callId: asked });
  await house.settled();
};

test('the chosen line is used as it is when it is pressed: its newest rules count', async () => {
  await house.text('200');
  house.lines[1] = { ...home, dialRules: '^2=3' };
  await choosesHome();
  expect(house.records.get(asked)).toMatchObject({ line: 'home', target: { kind: 'number', user: '300' } });
});

test('the question is closed when it was answered beside a talk, whatever becomes of the second number', async () => {
  house.nets.offerParty({ callId: CallId('c1'), lineId: office.id, caller: { number: '4930123' } });
  await house.settled();
  house.nets.user(VoiceLegId('id1'), { type: 'user.answered' });
  house.nets.party(CallId('c1'), { type: 'party.answered' });
  const answers = async (call: string) => {
    await house.text('300');
    await house.press('line:1', { callId: CallId(call) });
    await house.settled();
  };
  await answers('id2');
  expect(house.said.slice(-4)).toEqual(['lineQuestion', 'privacyHint', 'parallel', 'lineQuestionClosed']);
  await answers('id4');
  expect(house.said.slice(-3)).toEqual(['lineQuestion', 'thirdNumber', 'lineQuestionClosed']);
});

test('the question is closed when its line is refused, and nothing follows it', async () => {
  await house.text('200');
  house.lines[1] = { ...home, enabled: false };
  await choosesHome();
  expect(house.said).toEqual(['lineQuestion', 'noLines', 'lineQuestionClosed']);
});

test('the message of the question tells of the call that comes of it', async () => {
  await house.text('200');
  await choosesHome();
  expect(house.said).toEqual(['lineQuestion', 'privacyHint', 'callingYou']);
});

test.each([
  ['switched off', { enabled: false }],
  ['given rules that filter the number', { dialRules: '^9' }],
])('a line that was %s while the question was open is refused, with the reason', async (_, change) => {
  await house.text('200');
  house.lines[1] = { ...home, ...change };
  await choosesHome();
  expect(rings()).toEqual([]);
  expect(house.said).toContain('noLines');
});

test('a line that was given to somebody else while the question was open is not used: the others are offered', async () => {
  await house.text('200');
  house.lines[1] = { ...home, user: UserId('9') };
  await choosesHome();
  expect(rings()).toEqual([]);
  expect(house.said).toEqual(['lineQuestion', 'lineQuestion', 'lineQuestionClosed']);
  // A button of the first question means nothing any more.
  await house.press('line:0', { callId: asked });
  await house.settled();
  expect(rings()).toEqual([]);
  await house.press('line:0', { callId: CallId('id2') });
  await house.settled();
  expect(house.records.get(CallId('id2'))).toMatchObject({ line: 'office' });
});
