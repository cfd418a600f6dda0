import { compileFunction } from 'node:vm';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { replayed } from '../../src/actors/inspection/replay.ts';
import type { RootLog } from '../../src/actors/ports/call-events.ts';
import { CallEventRepository } from '../../src/db/call-event-repository.ts';
import { CallId } from '../../src/machines/model/ids.ts';
import { softphoneMachine } from '../../src/machines/softphone.ts';
import { dial } from '../faults/support/calls.ts';
import { HostilePeer } from '../faults/support/hostile-peer.ts';
import { audioAt } from '../faults/support/sip-text.ts';
import { openStage, type Stage } from '../support/stage.ts';
import { Traces } from '../support/traces.ts';

/**
 * Every story told on a stage is judged like this one when it ends (`rest`, `close` of test/support/stage.ts): the log of
 * each of its machines has to lead to where the machine was, and nobody may have reached beyond the loopback.
 */
const number = '+4930123456';
/** The id of no root. */
const elsewhere = '00000000-0000-4000-8000-000000000000';
let stage: Stage;
let pbx: HostilePeer;
beforeAll(async () => {
  pbx = await HostilePeer.open();
  stage = await openStage();
  pbx.plays((request) => {
    if (request.method === 'INVITE')
      request.respond('200 OK', { toTag: 'h', headers: [`Contact: <sip:5551@${pbx.domain}>`], sdp: audioAt(40_000) });
    return request.method === 'INVITE';
  });
});
afterAll(async () => {
  await stage?.close();
  await pbx?.close();
});
beforeEach(async () => void (await stage.addLine({ domain: pbx.domain })));
afterEach(() => stage.rest());

async function talk(): Promise<CallId> {
  const call = await dial(stage, number);
  await Promise.all([call.connected, pbx.request('ACK')]);
  await stage.olga.presses(await stage.panel(), '#');
  call.hangUp();
  await stage.quiet();
  await stage.service.settled();
  const database = stage.storage.database.fork();
  const [{ id }] = (await database.execute('select id from call order by opened_at desc limit 1')) as [{ id: string }];
  return CallId(id);
}
const logOf = async (call: CallId): Promise<RootLog> => {
  const [log] = await new CallEventRepository(stage.storage.database).ofCall(call);
  if (!log) throw new Error('the call has no log');
  return log;
};
const statesOf = ({ root, events }: RootLog) =>
  replayed(
    softphoneMachine,
    root.input,
    events.map(({ event }) => event),
  );

test('AC-63 what is written of a call leads through the states it was in, and says nothing of who was called', async () => {
  const call = await talk();
  const log = await logOf(call);
  expect(log.root).toMatchObject({ address: `user/${stage.olga.id}`, machine: 'softphone' });
  expect(log.events.map(({ seq }) => seq)).toEqual(log.events.map((_, index) => index + 1));
  const states = statesOf(log);
  const passed = [
    'callingBack',
    { withCall: 'dialling' },
    { withCall: 'talking' },
    { withCall: 'clearing' },
    'idle',
  ] as const;
  const met = states.map((state) => passed.findIndex((one) => state.matches(one as 'idle')));
  expect(met.filter((one, index) => one !== met[index - 1])).toEqual([4, 0, 1, 2, 3, 4]);
  const rows = await stage.storage.database.fork().execute('select * from call_root, call_event');
  expect(JSON.stringify(rows)).not.toMatch(/4930123456|sip:|Olga/);
});

test('AC-63 a log that leads elsewhere, or lacks an event, is found when the story ends', async () => {
  const traces = new Traces(stage.service, stage.storage);
  const { root } = await logOf(await talk());
  const rows = stage.storage.database.fork();
  const change = (type: string, to: string) =>
    rows.execute(`update call_event set event = event || ?::jsonb where root_id = ? and event->>'type' = ?`, [
      JSON.stringify({ type: to }),
      root.id,
      type,
    ]);
  await change('call.answered', 'call.away');
  await expect(traces.check()).rejects.toThrow('its events lead to');
  await change('call.away', 'call.answered');

  const second = async (from: string, to: string) =>
    rows.execute('update call_event set root_id = ? where root_id = ? and seq = 2', [to, from]);
  await second(root.id, elsewhere);
  await expect(traces.check()).rejects.toThrow(/\d+ of \d+ events of user/);
  await second(elsewhere, root.id);
  await traces.check();
});

test('AC-63 a story that reached beyond this machine is found when it ends', async () => {
  await expect(fetch('http://192.0.2.1/')).rejects.toThrow('fetch failed');
  await expect(stage.rest()).rejects.toThrow('the story reached elsewhere: TCP 192.0.2.1');
});

test('the log of a call is printed as a test, which passes as it is', async () => {
  const call = await talk();
  const printed = await stage.cli('call', 'log', call);
  expect(printed).not.toMatch(/4930123456|sip:|Olga/);
  expect(printed).toContain("import { softphoneMachine } from '../../src/machines/softphone.ts';");
  const body = printed.replaceAll(/^import .*$/gm, '');
  const passed: string[] = [];
  const run = (title: string, body: () => void) => {
    body();
    passed.push(title);
  };
  const names = { test: run, expect, replayed, softphoneMachine };
  compileFunction(body, Object.keys(names))(...Object.values(names));
  expect(passed).toEqual([`softphone of call ${call}`]);
});
