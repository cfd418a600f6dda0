import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { IceServer } from '../../../src/actors/ports/webrtc-legs.ts';
import { LibwebrtcPeer } from './libwebrtc-peer.ts';
import { connected, introduce, Leg, rtpText } from './pair.ts';
import { TurnServer } from './turn-server.ts';

let server: TurnServer;
let turn: IceServer;
const closing: (() => void)[] = [];
beforeEach(async () => {
  server = await TurnServer.start('user', 'pass');
  turn = { kind: 'turn', host: '127.0.0.1', port: server.port, username: 'user', password: 'pass' };
});
afterEach(() => {
  for (const close of closing.splice(0)) close();
  server.close();
});

const leg = (...args: ConstructorParameters<typeof Leg>): Leg => {
  const made = new Leg(...args);
  closing.push(() => made.transport.close());
  return made;
};

describe.each([
  ['one leg', false],
  ['both legs', true],
] as const)('relay only at %s', (_, both) => {
  test('tells relayed candidates and nothing else, and carries audio and text through the relay', async () => {
    const caller = leg('caller', { relayOnly: true, servers: [turn] });
    const callee = leg('callee', both ? { relayOnly: true, servers: [turn] } : {});
    await introduce(caller, callee, 'client');
    await connected(caller, callee);
    expect(caller.candidates).toEqual([expect.stringMatching(/ typ relay raddr 127\.0\.0\.1 rport \d+$/)]);
    const before = server.relayed;
    caller.sendRtp(1, 'there');
    callee.sendRtp(1, 'back');
    await expect.poll(() => callee.rtp.map(rtpText)).toEqual(['there']);
    await expect.poll(() => caller.rtp.map(rtpText)).toEqual(['back']);
    expect(server.relayed - before).toBeGreaterThanOrEqual(both ? 4 : 2);
    caller.transport.sendText('text');
    await expect.poll(() => callee.texts).toEqual(['text']);
    const alive = caller.aliveMs.length;
    callee.sendRtp(2, 'x');
    await expect.poll(() => caller.aliveMs.length).toBeGreaterThan(alive);
  });
});

test('libwebrtc is reached through the relay', async () => {
  const caller = leg('caller', { relayOnly: true, servers: [turn] });
  const peer = new LibwebrtcPeer('callee');
  closing.push(() => peer.close());
  peer.onCandidate = (line) => caller.transport.addCandidate(line);
  const theirs = await peer.answer(await caller.transport.open(), 'passive');
  caller.tellCandidatesTo((line) => void peer.addCandidate(line));
  await caller.transport.setRemote(theirs, 'client');
  await connected(caller);
  peer.play(440);
  await expect.poll(() => caller.rtp.length, { timeout: 5000 }).toBeGreaterThan(20);
  expect(server.relayed).toBeGreaterThan(20);
});

test('a relay that refuses us is left out, the next one is used', async () => {
  const wrong = { ...turn, password: 'wrong' };
  const nobody = { kind: 'turn', host: '127.0.0.1', port: turn.port } as const;
  const caller = leg('caller', { relayOnly: true, servers: [wrong, nobody, turn] });
  const callee = leg('callee');
  await introduce(caller, callee);
  await connected(caller, callee);
  expect(caller.candidates).toHaveLength(1);
});

test('with a relay and no need of it, the direct way is told too', async () => {
  const caller = leg('caller', { servers: [turn, { ...turn, kind: 'stun' }] });
  await caller.transport.open();
  await expect
    .poll(() => caller.candidates.map((line) => line.split(' ')[7]))
    .toEqual(expect.arrayContaining(['host', 'relay']));
});
