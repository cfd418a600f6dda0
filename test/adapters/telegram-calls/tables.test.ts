import { FloodWaitError } from 'telegram/errors/RPCErrorList.js';
import { Api } from 'telegram/tl/index.js';
import { describe, expect, test } from 'vitest';
import { iceServers } from '../../../src/adapters/telegram/calls/connections.ts';
import { readCustomParameters } from '../../../src/adapters/telegram/calls/custom-parameters.ts';
import { causeOfDiscard, discardReasonOf } from '../../../src/adapters/telegram/calls/discard-reasons.ts';
import { signedLong, tlLong } from '../../../src/adapters/telegram/calls/longs.ts';
import { causeOfError } from '../../../src/adapters/telegram/calls/refusals.ts';
import { RpcRefusal, TelegramTimeout } from './telegram-relay.ts';

describe('discard reasons', () => {
  const missed = new Api.PhoneCallDiscardReasonMissed();
  const disconnect = new Api.PhoneCallDiscardReasonDisconnect();
  const hangup = new Api.PhoneCallDiscardReasonHangup();
  const busy = new Api.PhoneCallDiscardReasonBusy();

  test.each([
    ['calling', busy, 'busy'],
    ['ringing', busy, 'declined'],
    ['calling', missed, 'no-answer'],
    ['calling', hangup, 'declined'],
    ['calling', disconnect, 'connection-lost'],
    ['calling', undefined, 'no-answer'],
    ['offered', missed, 'cancelled'],
    ['offered', undefined, 'answered-elsewhere'],
    ['offered', busy, 'answered-elsewhere'],
    ['taken', hangup, 'normal'],
    ['taken', disconnect, 'connection-lost'],
    ['taken', undefined, 'normal'],
  ] as const)('%s, discarded by %s: %s', (stage, reason, kind) => {
    expect(causeOfDiscard(reason, stage).kind).toBe(kind);
  });

  test.each([
    ['calling', { kind: 'cancelled' }, missed],
    ['calling', { kind: 'no-answer' }, missed],
    ['offered', { kind: 'declined' }, busy],
    ['offered', { kind: 'busy' }, busy],
    ['offered', { kind: 'no-answer' }, missed],
    ['taken', { kind: 'normal' }, hangup],
    ['taken', { kind: 'connection-lost' }, disconnect],
    ['calling', { kind: 'shutdown' }, disconnect],
    ['taken', { kind: 'peer-fault', detail: '' }, disconnect],
  ] as const)('%s, ended with %o', (stage, cause, reason) => {
    expect(discardReasonOf(cause, stage).className).toBe(reason.className);
  });
});

test.each([
  [new RpcRefusal('USER_PRIVACY_RESTRICTED', 403), { kind: 'privacy' }],
  [new RpcRefusal('USER_IS_BLOCKED', 403), { kind: 'blocked' }],
  [new RpcRefusal('PEER_FLOOD'), { kind: 'flood', retryAfterMs: 86_400_000 }],
  [new RpcRefusal('FLOOD_WAIT_7', 420), { kind: 'flood', retryAfterMs: 7000 }],
  [
    new FloodWaitError({ request: new Api.phone.GetCallConfig(), capture: 300 }),
    { kind: 'flood', retryAfterMs: 300_000 },
  ],
  [new RpcRefusal('SOMETHING_NEW'), { kind: 'internal-fault', detail: 'Telegram says SOMETHING_NEW' }],
  [new TelegramTimeout('x'), { kind: 'connection-lost', detail: 'Telegram does not answer' }],
  [new TypeError('x'), { kind: 'internal-fault', detail: 'TypeError' }],
  ['x', { kind: 'internal-fault', detail: 'unknown error' }],
])('%o reads as %o', (error, cause) => {
  expect(causeOfError(error)).toEqual(cause);
});

test.each(Object.getOwnPropertyNames(Object.prototype))('a refusal named %s is as unknown as any other', (name) => {
  expect(causeOfError(new RpcRefusal(name))).toEqual({ kind: 'internal-fault', detail: `Telegram says ${name}` });
});

describe('connections', () => {
  const webrtc = (more: Partial<ConstructorParameters<typeof Api.PhoneConnectionWebrtc>[0]>) =>
    new Api.PhoneConnectionWebrtc({
      id: tlLong(1n),
      ip: '192.0.2.1',
      ipv6: '',
      port: 3478,
      username: '',
      password: '',
      ...more,
    });
  const turn = webrtc({ turn: true, stun: true, ipv6: '2001:db8::1', username: 'u', password: 'p' });

  test('one entry can be TURN and STUN on both addresses', () => {
    const relay = { kind: 'turn', port: 3478, username: 'u', password: 'p' };
    expect(iceServers([turn], true)).toEqual([
      { kind: 'stun', host: '192.0.2.1', port: 3478 },
      { ...relay, host: '192.0.2.1' },
      { kind: 'stun', host: '2001:db8::1', port: 3478 },
      { ...relay, host: '2001:db8::1' },
    ]);
  });

  test('STUN is left out when the two may not connect directly', () => {
    expect(iceServers([turn, webrtc({ stun: true })], false).map(({ kind }) => kind)).toEqual(['turn', 'turn']);
  });

  test.each([
    ['TURN without credentials', webrtc({ turn: true })],
    ['a name for an address', webrtc({ stun: true, ip: 'turn.example.org' })],
    ['an impossible port', webrtc({ stun: true, port: 70_000 })],
    [
      'a reflector',
      new Api.PhoneConnection({ id: tlLong(1n), ip: '192.0.2.1', ipv6: '', port: 598, peerTag: Buffer.alloc(16) }),
    ],
  ])('%s is skipped', (_, connection) => {
    expect(iceServers([connection], true)).toEqual([]);
  });
});

test.each([
  ['{"network_signaling_nosctp":true}', { noSctp: true, sealedMedia: false, reflectorsOnly: false }],
  ['{"network_use_mtproto":true}', { noSctp: false, sealedMedia: true, reflectorsOnly: false }],
  ['{"network_standalone_reflectors":true}', { noSctp: false, sealedMedia: false, reflectorsOnly: true }],
  ['{"__proto__":{"network_use_mtproto":true}}', { noSctp: false, sealedMedia: false, reflectorsOnly: false }],
  ['{"network_use_mtproto":"true"}', { noSctp: false, sealedMedia: false, reflectorsOnly: false }],
  ...['', '{', 'null', '[]', '7', '"x"'].map((data) => [
    data,
    { noSctp: false, sealedMedia: false, reflectorsOnly: false },
  ]),
] as [string, object][])('custom parameters %s', (data, expected) => {
  expect(readCustomParameters(new Api.DataJSON({ data }))).toEqual(expected);
});

test('a long is the same number, however its sign came through', () => {
  const negative = -7_069_867_839_473_404_407n;
  expect(signedLong(tlLong(negative))).toBe(negative);
  expect(signedLong(tlLong(BigInt.asUintN(64, negative)))).toBe(negative);
});
