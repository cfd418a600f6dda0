import { expect, test } from 'vitest';
import { SimulatedClock } from 'xstate';
import type { Saying } from '../../../../src/actors/settings/handlers.ts';
import { againMs } from '../../../../src/actors/settings/late-voice.ts';
import { OperatorVoice } from '../../../../src/actors/settings/operator-voice.ts';
import type { UserId } from '../../../../src/machines/model/ids.ts';
import { eventually } from '../../../support/eventually.ts';
import { admin, olga, settingsHouse, told, uwe } from './house.ts';

const faults = { report: () => {} };

function house() {
  const made = settingsHouse();
  const handlers = made.handlers().admin;
  const does = async (command: keyof typeof handlers, payload = '', by: UserId = admin) => {
    const next = await handlers[command](made.visitor(by), payload);
    const notice = next.sayings?.[0]?.notice;
    return notice?.kind === 'admin' ? notice.text : next.screen?.kind;
  };
  const voice = new OperatorVoice({
    notices: made.operatorNotices,
    say: async (saying) => {
      made.said.push(saying);
      return 'arrived';
    },
    faults,
  });
  return { ...made, does, voice };
}

test('the operator sees who owns lines, gives plans, and takes them away', async () => {
  const { has, does, lines } = house();
  expect(await does('owners')).toBe('Nobody owns a line yet.');
  await has(olga);
  await has(olga, { name: 'Shop' });
  await has(uwe);
  lines.names.set(uwe, 'Uwe\n\u202Eevil');
  expect(await does('plan', '1 full')).toBe('1 has the plan full.');
  expect(await does('owners')).toBe('1 · 2 lines · plan full\n2 · Uwe \u202Eevil · 1 line');
  expect(await does('plan', '1 -')).toBe('1 has the default plan.');
  expect(await does('owners')).toContain('1 · 2 lines\n');
});

test('the operator sees the lines of an owner, without their logins; nobody else does', async () => {
  const { has, does, lines } = house();
  expect(await does('lines', '1')).toBe('1 owns no line.');
  expect(await does('lines')).toMatch(/^Usage: \/lines/);
  expect(await does('lines', 'olga')).toMatch(/^Usage: \/lines/);
  const office = await has(olga, { login: '100', domain: 'pbx.example.org' });
  const shop = await has(olga, { name: 'Shop\nwindow', domain: '' });
  await has(uwe, { name: 'Home' });
  await lines.switch(olga, office, true);
  await lines.assign(olga, office, uwe);
  expect(await does('lines', '1')).toBe(
    `${office} · Office · on · pbx.example.org · user ${uwe}\n${shop} · Shop window · draft`,
  );
  expect(await does('lines', '1', olga)).toBe('lines');
});

test('a wrong command is answered with how it is meant, and does nothing', async () => {
  const { has, does, lines, operatorNotices, planNames } = house();
  await has(olga);
  expect(await does('plan')).toMatch(/^Usage/);
  expect(await does('plan', 'olga full')).toMatch(/^Usage/);
  expect(await does('plan', '1 full extra')).toMatch(/^Usage/);
  expect(await does('plan', `1 ${'x'.repeat(5_000)}`)).toBe(
    `There is no plan ${'x'.repeat(32)}. There are: free, full`,
  );
  planNames.length = 0;
  expect(await does('plan', '1 full')).toBe('There is no plan file (PLANS_FILE): nothing is limited.');
  expect(await does('notice')).toMatch(/^Usage/);
  expect(await does('notice', '1')).toMatch(/^Usage/);
  expect(await does('notice', '24 hours of maintenance')).toMatch(/^24 owns no line\./);
  expect(await does('notice', 'x'.repeat(3_001))).toBe('A notice has at most 3000 characters; this one has 3001.');
  expect(lines.plans.size).toBe(0);
  expect(operatorNotices.notices.size).toBe(0);
});

test('nobody else is an operator: he gets the list of his lines', async () => {
  const { has, does, lines, operatorNotices } = house();
  await has(olga);
  expect(await does('owners', '', olga)).toBe('lines');
  expect(await does('plan', '1 full', olga)).toBe('lines');
  expect(await does('notice', 'free calls for all', olga)).toBe('lines');
  expect(lines.plans.size).toBe(0);
  expect(operatorNotices.notices.size).toBe(0);
});

test('a notice is said to every owner once, or to one; what was put meanwhile is said too', async () => {
  const { has, does, voice, said, operatorNotices } = house();
  await has(olga);
  await has(uwe);
  expect(await does('notice', 'Maintenance tonight\nfrom 2 to 3')).toBe('The notice goes to 2 owners.');
  expect(await does('notice', '1 Call me')).toBe('The notice goes to 1 owner.');
  await Promise.all([voice.sayAll(), voice.sayAll()]);
  expect(said).toEqual([
    { to: olga, notice: { kind: 'operator-says', text: 'Maintenance tonight\nfrom 2 to 3' } },
    { to: uwe, notice: { kind: 'operator-says', text: 'Maintenance tonight\nfrom 2 to 3' } },
    { to: olga, notice: { kind: 'operator-says', text: 'Call me' } },
  ]);
  await voice.sayAll();
  expect(said).toHaveLength(3);
  expect(operatorNotices.notices.size).toBe(0);
});

test('more notices than one batch are all said, also those put while it speaks', async () => {
  const { has, operatorNotices } = house();
  await has(olga);
  for (let n = 0; n < 120; n++) await operatorNotices.put(olga, `Notice ${n}`);
  const heard: Saying[] = [];
  const voice = new OperatorVoice({
    notices: operatorNotices,
    say: async (saying) => {
      if (heard.push(saying) === 120) {
        await operatorNotices.put(olga, 'One more thing');
        void voice.sayAll();
      }
      return 'arrived';
    },
    faults,
  });
  await voice.sayAll();
  expect(heard).toHaveLength(121);
  expect(told({ sayings: heard }).every(([to]) => to === olga)).toBe(true);
});

test('a notice put while the last ones are being looked for is said', async () => {
  const { operatorNotices } = house();
  const heard: string[] = [];
  const open = operatorNotices.open.bind(operatorNotices);
  const voice = new OperatorVoice({
    notices: operatorNotices,
    say: async ({ to }) => (heard.push(to), 'arrived'),
    faults,
  });
  let isFirst = true;
  operatorNotices.open = async (limit) => {
    const found = await open(limit);
    if (isFirst) {
      isFirst = false;
      await operatorNotices.put(olga, 'Just now');
      void voice.sayAll();
    }
    return found;
  };
  await voice.sayAll();
  expect(heard).toEqual([olga]);
});

test('ten thousand owners fit into one message, which says how many are left off', async () => {
  const { does, lines } = house();
  lines.owners = async () =>
    Array.from({ length: 10_000 }, (_, n) => ({
      owner: `${n}` as UserId,
      name: 'Somebody',
      lines: 1,
      plan: undefined,
    }));
  const text = (await does('owners')) ?? '';
  expect(text.length).toBeLessThan(4_000);
  expect(text).toMatch(/… and \d+ more: `owner list` of the CLI has them all$/);
});

test('what the operator says while Telegram is away stays open, and is said when it is back', async () => {
  const { operatorNotices } = house();
  const clock = new SimulatedClock();
  const heard: string[] = [];
  let isAway = true;
  const say = async ({ to }: { to: UserId }) => (isAway ? 'away' : (heard.push(to), 'arrived'));
  const voice = new OperatorVoice({ notices: operatorNotices, say, faults, actorClock: clock });
  await operatorNotices.put(olga, 'Maintenance');
  await operatorNotices.put(uwe, 'Maintenance');
  await voice.sayAll();
  expect(await operatorNotices.open(10)).toHaveLength(2);
  clock.increment(againMs);
  await voice.sayAll();
  isAway = false;
  clock.increment(againMs);
  await eventually(() => expect(heard).toEqual([olga, uwe]));
  expect(await operatorNotices.open(10)).toEqual([]);
});
