import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLog } from '../../src/log.ts';
import { dial } from '../faults/support/calls.ts';
import { HostilePeer } from '../faults/support/hostile-peer.ts';
import { audioAt } from '../faults/support/sip-text.ts';
import { eventually } from '../support/eventually.ts';
import { openStage, type Stage } from '../support/stage.ts';

const number = '+4930123456';
/** As pino counts. */
const infoLevel = 30;
interface Line {
  readonly level: number;
  readonly msg: string;
  readonly callId?: string;
  readonly voiceLegId?: string;
  readonly where?: string;
}

let stage: Stage;
let pbx: HostilePeer;
let written: string[];
beforeEach(async () => {
  written = [];
  const log = openLog('trace', { write: (line) => void written.push(line) });
  pbx = await HostilePeer.open();
  stage = await openStage({ log });
  await stage.addLine({ domain: pbx.domain });
  pbx.plays((request) => {
    if (request.method === 'INVITE')
      request.respond('200 OK', { toTag: 'h', headers: [`Contact: <sip:5551@${pbx.domain}>`], sdp: audioAt(40_000) });
    return request.method === 'INVITE';
  });
});
afterEach(async () => {
  await stage.close();
  await pbx.close();
});

const lines = () => written.map((line) => JSON.parse(line) as Line);
const said = (msg: string) => lines().filter((line) => line.msg === msg);

async function talk(): Promise<void> {
  const call = await dial(stage, number);
  await Promise.all([call.connected, pbx.request('ACK')]);
  await eventually(() => expect(said('user and party are joined')).toHaveLength(1));
  call.hangUp();
  await stage.quiet();
  await stage.service.settled();
}

test('a call can be followed through the log by its id, and from its voice leg; nothing at info and above holds its number', async () => {
  await talk();
  const told = [
    'a call begins',
    'the user is rung',
    'a call is answered',
    'user and party are joined',
    'a call ends',
  ].map((msg) => said(msg));
  expect(told.map(({ length }) => length)).toEqual([1, 1, 1, 1, 1]);
  const [begun] = told.flat();
  expect(begun?.callId).toMatch(/^[0-9a-f-]{36}$/);
  expect(told.flat().map(({ callId }) => callId)).toEqual(Array.from({ length: 5 }, () => begun?.callId));
  const [rung] = said('the user is rung');
  expect(said('user and party are joined')[0]?.voiceLegId).toBe(rung?.voiceLegId);
  const info = written.filter((line) => (JSON.parse(line) as Line).level >= infoLevel);
  expect(info.join('')).not.toMatch(/4930123456|sip:|m=audio|Olga/);
});

test('what fails in a call is told with its id, and without what the database was to be told', async () => {
  await stage.storage.database.fork().execute('alter table call rename to call_away');
  await talk();
  const [begun] = said('a call begins');
  const failed = said('something failed').filter(({ where }) => where === 'call log');
  expect(failed.length).toBeGreaterThan(0);
  for (const line of failed) {
    expect(line.callId).toBe(begun?.callId);
    expect(JSON.stringify(line)).not.toMatch(/4930123456|insert into/);
  }
  await stage.storage.database.fork().execute('alter table call_away rename to call');
});
