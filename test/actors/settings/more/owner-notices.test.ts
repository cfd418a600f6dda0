import { expect, test } from 'vitest';
import type { PlanRefusal } from '../../../../src/actors/ports/plans.ts';
import type { Saying } from '../../../../src/actors/settings/handlers.ts';
import { OwnerNotices } from '../../../../src/actors/settings/owner-notices.ts';
import { tellOfChangedTemplates } from '../../../../src/actors/settings/template-notices.ts';
import { toldPlans } from '../../../../src/actors/settings/told-plans.ts';
import { WorkerWatch } from '../../../../src/actors/settings/worker-watch.ts';
import type { CallLabel } from '../../../../src/machines/model/call-label.ts';
import { EpochMs, type LineId, type UserId } from '../../../../src/machines/model/ids.ts';
import type { RecordingOrder } from '../../../../src/machines/model/recording-order.ts';
import type { Reachability } from '../../../../src/machines/model/registration.ts';
import { ListedTemplates, template } from '../../../fakes/settings/templates.ts';
import { olga, settingsHouse, unlimited, uwe, worker } from './house.ts';

const hourMs = 3_600_000;
const refused = (status: number, reason = 'No'): Reachability => ({ state: 'refused', sip: { status, reason } });
const unreachable: Reachability = { state: 'unreachable', detail: 'timeout' };
const well: Reachability = { state: 'reachable' };

async function watched() {
  const house = settingsHouse();
  const line = await house.has(olga, { domain: 'pbx.example.org' });
  await house.lines.assign(olga, line, uwe);
  const said: Saying[] = [];
  const faults: unknown[] = [];
  const watchers = new Set<(line: LineId, reachability: Reachability) => void>();
  const start = (hints = house.hints) =>
    new OwnerNotices({
      lineActors: {
        watch: (watcher) => {
          watchers.add(watcher);
          return () => watchers.delete(watcher);
        },
      },
      lines: { find: async (id) => (await house.lines.find(id)) as never },
      hints,
      say: async (saying) => void said.push(saying),
      clock: { now: () => house.clock.at },
      faults: { report: (_, error) => faults.push(error) },
    });
  let notices = start();
  const stands = async (...reachabilities: readonly Reachability[]) => {
    for (const reachability of reachabilities) {
      for (const watcher of watchers) watcher(line, { state: 'registering' });
      for (const watcher of watchers) watcher(line, reachability);
    }
    await notices.settled();
    return said.splice(0).map(({ to, notice }) => `${to} ${notice.kind}`);
  };
  const callEnds = async (...kinds: readonly ('normal' | 'blocked' | 'privacy')[]) => {
    for (const kind of kinds) notices.callEnded(line, { kind });
    await notices.settled();
    return said.splice(0).map(({ to, notice }) => `${to} ${notice.kind}`);
  };
  const recordingsFail = async (...orders: readonly { lineName: string; user: UserId }[]) => {
    for (const { lineName, user } of orders) {
      const order = { owner: olga, user } as RecordingOrder;
      notices.recordingFailed({ order, label: { lineName } as CallLabel, why: { kind: 'disk-full' } });
    }
    await notices.settled();
    return said.splice(0).map(({ to, notice }) => [to, notice]);
  };
  const restart = () => {
    notices.stop();
    notices = start();
  };
  return { ...house, line, said, faults, stands, callEnds, recordingsFail, restart };
}

test('that the user has blocked the chat account, or forbids its calls, is told to the owner once', async () => {
  const { callEnds, clock, restart, line, lines } = await watched();
  expect(await callEnds('normal')).toEqual([]);
  expect(await callEnds('blocked', 'blocked')).toEqual([`${olga} user-blocks`]);
  restart();
  clock.at = EpochMs(clock.at + 1_000 * hourMs);
  expect(await callEnds('blocked', 'privacy')).toEqual([`${olga} user-privacy`]);
  await lines.assign(olga, line, olga);
  expect(await callEnds('blocked')).toEqual([`${olga} user-blocks`]);
});

test('that recordings of a line are not stored is told to its owner once an hour, and not when the call was his own', async () => {
  const { recordingsFail, clock, restart } = await watched();
  const [office, home] = [
    { lineName: 'Office', user: uwe },
    { lineName: 'Home', user: uwe },
  ];
  const told = ({ lineName }: typeof office) => [
    olga,
    { kind: 'recording-not-stored', lineName, why: { kind: 'disk-full' } },
  ];
  expect(await recordingsFail({ lineName: 'Office', user: olga })).toEqual([]);
  expect(await recordingsFail(office, office, home)).toEqual([told(office), told(home)]);
  restart();
  expect(await recordingsFail(office)).toEqual([]);
  clock.at = EpochMs(clock.at + hourMs);
  expect(await recordingsFail(office)).toEqual([told(office)]);
});

test('AC-13 AC-64 F-ROL-4 the first 403 is told to the owner, not to the user, once; and its end', async () => {
  const { stands, said, line, lines } = await watched();
  expect((await lines.find(line))?.user).toBe(uwe);
  expect(await stands(well)).toEqual([]);
  expect(await stands(refused(403, 'Forbidden'))).toEqual([`${olga} registration-failing`]);
  expect(await stands(refused(403), refused(403), unreachable)).toEqual([]);
  expect(await stands(well)).toEqual([`${olga} registration-recovered`]);
  expect(await stands(well)).toEqual([]);
  expect(said).toEqual([]);
});

test('AC-13 the notice carries line, code and text', async () => {
  const { stands, said } = await watched();
  const collected: Saying[] = [];
  said.push = (...sayings) => collected.push(...sayings);
  await stands(refused(401, 'Unauthorized'));
  expect(collected).toEqual([
    {
      to: olga,
      notice: {
        kind: 'registration-failing',
        lineName: 'Office',
        sip: { status: 401, reason: 'Unauthorized' },
      },
    },
  ]);
});

test('other failures are told when there are three in a row; one that heals is no news', async () => {
  const { stands } = await watched();
  expect(await stands(unreachable, refused(500), well)).toEqual([]);
  expect(await stands(unreachable, unreachable)).toEqual([]);
  expect(await stands(refused(503))).toEqual([`${olga} registration-failing`]);
  expect(await stands(well)).toEqual([`${olga} registration-recovered`]);
});

test('one notice per cause per hour: a line that flaps does not write every minute, and is told again an hour later', async () => {
  const { stands, clock } = await watched();
  expect(await stands(well, refused(403), well)).toEqual([
    `${olga} registration-failing`,
    `${olga} registration-recovered`,
  ]);
  clock.at = EpochMs(clock.at + hourMs / 2);
  expect(await stands(refused(403), well, refused(403))).toEqual([]);
  clock.at = EpochMs(clock.at + hourMs / 2);
  expect(await stands(refused(403))).toEqual([`${olga} registration-failing`]);
  expect(await stands(well)).toEqual([`${olga} registration-recovered`]);
  expect(await stands(refused(404))).toEqual([`${olga} registration-failing`]);
});

test('new settings that cure it are told, though the line was off in between', async () => {
  const { stands } = await watched();
  expect(await stands(refused(401))).toEqual([`${olga} registration-failing`]);
  expect(await stands({ state: 'off' }, well)).toEqual([`${olga} registration-recovered`]);
  expect(await stands({ state: 'off' }, well)).toEqual([]);
});

test('a service that starts anew does not repeat the notice, and tells the end of what the one before told', async () => {
  const { stands, restart } = await watched();
  expect(await stands(refused(403))).toEqual([`${olga} registration-failing`]);
  restart();
  expect(await stands(refused(403))).toEqual([]);
  expect(await stands(well)).toEqual([`${olga} registration-recovered`]);
});

test('a line that was removed meanwhile is nobody’s news, and trouble with the database ends nothing', async () => {
  const { stands, lines, line, faults } = await watched();
  const find = lines.find.bind(lines);
  lines.find = () => Promise.reject(new Error('database is away'));
  expect(await stands(refused(403))).toEqual([]);
  expect(faults).toHaveLength(1);
  lines.find = find;
  expect(await stands(refused(403))).toEqual([`${olga} registration-failing`]);
  await lines.remove(olga, line);
  expect(await stands(well)).toEqual([]);
});

test('AC-86 who reaches a limit of his plan is told once, whoever’s call was refused; calls do not wait for it', async () => {
  const { stands: _, line } = await watched();
  const said: Saying[] = [];
  const faults: unknown[] = [];
  const limit: PlanRefusal = { status: 402, reason: 'Total calls duration is exceeded' };
  let toldBefore = false;
  let isBroken = false;
  const plans = toldPlans(
    {
      planOf: async () => unlimited,
      count: async () => {},
      refusalOf: async () => limit,
      firstToldOf: async () => {
        if (isBroken) throw new Error('database is away');
        return !toldBefore && (toldBefore = true);
      },
    },
    { say: async (saying) => void said.push(saying), faults: { report: (_, error) => faults.push(error) } },
  );
  expect(await plans.refusalOf(olga, line, EpochMs(1))).toBe(limit);
  expect(await plans.refusalOf(olga, line, EpochMs(2))).toBe(limit);
  await expect.poll(() => said).toEqual([{ to: olga, notice: { kind: 'plan-limit', limit } }]);
  isBroken = true;
  expect(await plans.refusalOf(olga, line, EpochMs(3))).toBe(limit);
  await expect.poll(() => faults).toHaveLength(1);
});

async function workerHouse() {
  const house = settingsHouse();
  const line = await house.has(olga, { domain: 'pbx.example.org', worker: 'w' });
  await house.lines.apply(olga, line);
  const said: string[] = [];
  const switchedOff: string[] = [];
  const steady = { is: true };
  const make = () =>
    new WorkerWatch({
      isSteady: async () => steady.is,
      workers: {
        all: () => house.workers.all(),
        switchOff: async (id) => {
          const isOn = house.workers.workers.some((one) => one.id === id && !one.switchedOff);
          house.workers.workers = house.workers.workers.map((one) =>
            one.id === id ? { ...one, switchedOff: true } : one,
          );
          if (isOn) switchedOff.push(id);
          return isOn;
        },
      },
      book: house.lines,
      hints: house.hints,
      say: async ({ to, notice }) =>
        void said.push(`${to} ${notice.kind} ${'lineNames' in notice ? notice.lineNames.join() : ''}`),
      clock: { now: () => house.clock.at },
    });
  let watch = make();
  return {
    ...house,
    switchedOff,
    steady,
    restart: () => {
      watch = make();
    },
    after: async (ms: number) => {
      house.clock.at = EpochMs(house.clock.at + ms);
      await watch.look();
      return said.splice(0);
    },
    beats: (id = 'w') => {
      house.workers.workers = house.workers.workers.map((one) =>
        one.id === id ? { ...one, seenAt: house.clock.at } : one,
      );
    },
  };
}

test('the owner of a line that is fixed to a worker is told that it is down, and that it is back; Auto lines move silently', async () => {
  const { after, beats, has, lines, workers } = await workerHouse();
  workers.workers = [worker('w', 'official')];
  await lines.apply(uwe, await has(uwe, { domain: 'pbx.example.org', worker: 'auto' }));
  expect(await after(15_000)).toEqual([]);
  expect(await after(1)).toEqual([`${olga} worker-down Office`]);
  expect(await after(60_000)).toEqual([]);
  beats();
  expect(await after(0)).toEqual([`${olga} worker-back Office`]);
  expect(await after(20_000)).toEqual([]);
});

test('after an outage of the database, when everybody looks silent, nobody is told anything and nothing is switched off', async () => {
  const { after, beats, workers, steady, switchedOff } = await workerHouse();
  workers.workers = [worker('w', 'private', { owner: olga })];
  expect(await after(0)).toEqual([]);
  steady.is = false;
  expect(await after(hourMs)).toEqual([]);
  beats();
  steady.is = true;
  expect(await after(0)).toEqual([]);
  expect(switchedOff).toEqual([]);
});

test('F-WRK-6 a worker silent for 30 minutes is switched off and its owner told, once, also across a restart', async () => {
  const { after, workers, switchedOff, restart } = await workerHouse();
  workers.workers = [worker('w', 'private', { owner: uwe }), worker('alive', 'official', { seenAt: EpochMs(9e15) })];
  expect(await after(20_000)).toEqual([`${olga} worker-down Office`]);
  expect(await after(30 * 60_000 - 20_000)).toEqual([]);
  expect(switchedOff).toEqual([]);
  expect(await after(1)).toEqual([`${uwe} worker-down `]);
  expect(switchedOff).toEqual(['w']);
  restart();
  expect(await after(60_000)).toEqual([]);
  expect(switchedOff).toEqual(['w']);
});

test('F-WRK-6 one that was silent for long when we start is told of and switched off in one look', async () => {
  const { after, workers, switchedOff } = await workerHouse();
  workers.workers = [worker('w', 'private', { owner: olga })];
  expect(await after(hourMs)).toEqual([`${olga} worker-down Office`]);
  expect(switchedOff).toEqual(['w']);
});

function catalogueHouse() {
  const house = settingsHouse();
  const said: string[] = [];
  const starts = async (...templates: Parameters<typeof template>[]) => {
    house.templates = new ListedTemplates(...templates.map((one) => template(...one)));
    const { templates: catalogue, lines: book } = house;
    const say = async ({ to, notice }: Saying) => void said.push(`${to} ${JSON.stringify(notice)}`);
    await tellOfChangedTemplates({ book, templates: catalogue, hints: house.hints, say }, house.clock.at);
    return said.splice(0);
  };
  return { house, starts };
}

test('a template that has changed since it was chosen is told of at the first start after', async () => {
  const { house, starts } = catalogueHouse();
  const line = await house.has(olga);
  house.templates = new ListedTemplates(template('op', { domain: 'old.example.org' }));
  await house.handlers().presses.template(house.visitor(olga), { do: 'template', line, template: 'op', sure: false });
  await house.lines.apply(olga, line);
  expect(await starts(['op', { domain: 'new.example.org' }])).toHaveLength(1);
});

test('a template that has changed since it was imported with a line is told of', async () => {
  const { house, starts } = catalogueHouse();
  house.templates = new ListedTemplates(template('op', { domain: 'old.example.org' }));
  await house.handlers().answers.import(house.visitor(olga), { kind: 'import' }, '[Office]\ntemplate = op');
  expect(await starts(['op', { domain: 'new.example.org' }])).toHaveLength(1);
});

test('of a template that has changed since a line was handed over its new owner is told, and of nothing before; so is who took it back', async () => {
  const { house, starts } = catalogueHouse();
  const line = await house.has(olga, { template: 'op' });
  await starts(['op', { domain: 'first.example.org' }]);
  const { presses } = house.handlers();
  const gives = async () => {
    await house.picks(olga, await presses.transfer(house.visitor(olga), { do: 'transfer', line }), uwe);
    const notice = house.said.at(-1)?.notice;
    const offer = notice?.kind === 'hand-over-offer' ? notice.offer : '';
    await presses.take(house.visitor(uwe), { do: 'take', offer });
  };
  await gives();
  expect(await starts(['op', { domain: 'second.example.org' }])).toEqual([expect.stringMatching(`^${uwe} `)]);
  await presses['transfer-back'](house.visitor(olga), { do: 'transfer-back', line });
  expect(await starts(['op', { domain: 'second.example.org' }])).toEqual([]);
  expect(await starts(['op', { domain: 'third.example.org' }])).toEqual([expect.stringMatching(`^${olga} `)]);
});

test('a template that says something else than at the choice is told once to who chose it', async () => {
  const { house, starts } = catalogueHouse();
  const line = await house.has(olga);
  const other = await house.has(uwe);
  house.templates = new ListedTemplates(template('op', { domain: 'old.example.org' }));
  await house.handlers().presses.template(house.visitor(olga), { do: 'template', line, template: 'op', sure: false });
  await house.lines.apply(olga, line);
  expect(await starts(['op', { domain: 'old.example.org', name: 'Renamed' }])).toEqual([]);
  expect(await starts(['op', { domain: 'new.example.org', name: 'Operator' }])).toEqual([
    `${olga} {"kind":"template-changed","lineName":"Office","template":"Operator"}`,
  ]);
  expect(await starts(['op', { domain: 'new.example.org' }])).toEqual([]);
  expect(await starts()).toEqual([]);
  // Chosen where nobody noted what the template said then.
  await house.lines.edit(uwe, other, { template: 'op' }, house.clock.at);
  await house.lines.apply(uwe, other);
  expect(await starts(['op', { domain: 'new.example.org' }])).toEqual([]);
  expect(await starts(['op', { domain: 'newer.example.org' }])).toHaveLength(2);
});
