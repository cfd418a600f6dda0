import { afterAll, beforeAll, expect, test } from 'vitest';
import { HostilePeer } from '../faults/support/hostile-peer.ts';
import { settingsConversation } from '../support/settings-conversation.ts';
import { openLine } from '../support/settings-lines.ts';
import { openStage, type Stage } from '../support/stage.ts';

let stage: Stage;
let pbx: HostilePeer;
beforeAll(async () => {
  pbx = await HostilePeer.open();
  stage = await openStage();
  await stage.addLine({ domain: pbx.domain });
});
afterAll(async () => {
  await stage?.close();
  await pbx?.close();
});

test('B-14 a test call that the PBX does not bring back is told by the settings bot, with what the PBX said', async () => {
  pbx.plays((request) => {
    if (request.method === 'INVITE') request.respond('404 Not Found', { toTag: 'h' });
    return request.method === 'INVITE';
  });
  const olga = settingsConversation(stage, stage.olga);
  await openLine(olga, 'Office');
  await olga.press('Test call');
  (await stage.phone.rings()).answer();
  await pbx.request('INVITE');
  await stage.quiet();
  await stage.olga.waitsFor(
    ({ text }) => text === 'Test call: Office\nIt did not come back: the PBX said 404 Not Found.',
  );
  expect(pbx.count('INVITE')).toBe(1);
});
