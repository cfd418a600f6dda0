import { beforeEach, expect, test } from 'vitest';
import { CallId, LineId, UserId } from '../../src/machines/model/ids.ts';
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

test.each([
  ['switched off', { enabled: false }],
  ['given rules that filter the number', { dialRules: '^9' }],
])('a line that was %s while the question was open is refused, with the reason', async (_, change) => {
  await house.text('200');
  house.lines[1] = { ...home, ...change };
  await choosesHome();
  expect(rings()).toEqual([]);
  expect(house.said.at(-1)).toBe('noLines');
});

test('a line that was given to somebody else while the question was open is not used: the others are offered', async () => {
  await house.text('200');
  house.lines[1] = { ...home, user: UserId('9') };
  await choosesHome();
  expect(rings()).toEqual([]);
  expect(house.said).toEqual(['lineQuestion', 'lineQuestion']);
  // A button of the first question means nothing any more.
  await house.press('line:0', { callId: asked });
  await house.settled();
  expect(rings()).toEqual([]);
  await house.press('line:0', { callId: CallId('id2') });
  await house.settled();
  expect(house.records.get(CallId('id2'))).toMatchObject({ line: 'office' });
});
