import { beforeEach, expect, test, vi } from 'vitest';
import { type AnyStateMachine, SimulatedClock, StateMachine } from 'xstate';
import { Bridges } from '../../src/actors/bridges.ts';
import { Switchboard } from '../../src/actors/switchboard.ts';
import { TestCalls } from '../../src/actors/test-calls.ts';
import { unwired } from '../../src/machines/effects.ts';
import { sipAccountMachine } from '../../src/machines/sip-account.ts';
import { softphoneMachine } from '../../src/machines/softphone.ts';
import { PlayedNetworks } from '../fakes/networks.ts';
import { eventually } from '../support/eventually.ts';
import { machines } from '../support/machines.ts';
import { office, olga, openHouse } from './house.ts';
import { Room } from './settings/room.ts';

/** Every machine is wired where it is started, some by a class that shows it to nobody: seen here as it starts. */
const started = vi.hoisted((): AnyStateMachine[] => []);
vi.mock('xstate', async (original) => {
  const xstate = await original<typeof import('xstate')>();
  const createActor: typeof xstate.createActor = (logic, ...options) => {
    started.push(logic as unknown as AnyStateMachine);
    return xstate.createActor(logic, ...options);
  };
  return { ...xstate, createActor };
});

beforeEach(async () => {
  started.length = 0;
  const house = openHouse();
  await house.lineActors.follow();
  await house.settled();
  await house.text('200');
  await askWhichLine();
  await joinParties();
  await new Room().command(olga, 'softphone');
  testLine();
});

test('no effect of a started machine is left without a hand', () => {
  for (const machine of withChildren(started)) expect([machine.id, unwired(machine)]).toEqual([machine.id, []]);
});

test('every machine that needs hands is started here', () => {
  const seen = new Set(withChildren(started).map(({ id }) => id));
  const needy = machines.map(([, machine]) => machine).filter((machine) => unwired(machine).length > 0);
  expect(needy.map(({ id }) => id).filter((id) => !seen.has(id))).toEqual([]);
});

test('a machine without hands is noticed', () => {
  expect(unwired(sipAccountMachine).sort()).toEqual(['announce', 'announceBinding', 'flow', 'register', 'unregister']);
  expect(unwired(softphoneMachine)).toContain('connect');
});

const isMachine = (logic: unknown): logic is AnyStateMachine => logic instanceof StateMachine;

/** With those they start themselves, and those these start. */
function withChildren(parents: readonly AnyStateMachine[]): AnyStateMachine[] {
  return parents.flatMap((machine) => [
    machine,
    ...withChildren(Object.values<unknown>(machine.implementations.actors).filter(isMachine)),
  ]);
}

/** A number that fits two lines. */
async function askWhichLine(): Promise<void> {
  const choice = { line: office.id, lineName: office.name, target: { kind: 'number', user: '200' } };
  const deaf = { onOffer: () => {} };
  const switchboard = new Switchboard({
    sip: deaf,
    telegram: deaf,
    lines: { ofUser: async () => [office] },
    dialling: { judge: async () => ({ choices: [choice, choice], refusals: [] }) },
    notices: { show: () => {} },
    onContact: () => {},
    clock: { now: () => 0 },
    actorClock: new SimulatedClock(),
    newId: () => 'id',
  } as never);
  await switchboard.messageCame({ userId: olga, messageId: 1, kind: 'text', text: '200', sentAt: 0 as never });
}

/** Two parties whom the user left to each other. */
async function joinParties(): Promise<void> {
  const { sip, media } = new PlayedNetworks();
  const bridges = new Bridges({ sip, media, clock: new SimulatedClock() } as never);
  const call = (id: string) => ({ label: { call: id } });
  bridges.start(olga, { first: call('first'), second: call('second'), ringing: true } as never);
  await eventually(() => expect(started.map(({ id }) => id)).toContain('bridge'));
}

/** A line that calls itself. */
function testLine(): void {
  const { sip, media } = new PlayedNetworks();
  const tests = new TestCalls({ sip, media, clock: { now: () => 0 }, actorClock: new SimulatedClock() } as never);
  tests.expect(office.id, olga, '100', 'out' as never);
  tests.take({ callId: 'back', lineId: office.id, caller: { number: '100' } } as never);
}
