import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { classes, Message, methods } from 'werift';
import { examineStun } from '../../../src/adapters/media/webrtc/stun-check.ts';

const passwords: Readonly<Record<string, string>> = { mine: 'my password of 22 chars', olde: 'the password before' };
const examine = (message: Buffer) => examineStun(message, passwords);

const request = (username: string, password: string): Buffer =>
  new Message(methods.BINDING, classes.REQUEST)
    .setAttribute('USERNAME', username)
    .setAttribute('PRIORITY', 1)
    .addMessageIntegrity(Buffer.from(password))
    .addFingerprint().bytes;

test('a check signed with our password is a request, under this or an earlier fragment', () => {
  expect(examine(request('mine:yours', passwords['mine']!))).toEqual({ kind: 'request', ufrag: 'mine' });
  expect(examine(request('olde:yours', passwords['olde']!))).toEqual({ kind: 'request', ufrag: 'olde' });
});

test('responses are left to the transaction they belong to', () => {
  const response = new Message(methods.BINDING, classes.RESPONSE, randomBytes(12)).addFingerprint().bytes;
  expect(examine(response)).toEqual({ kind: 'other' });
});

describe('refused', () => {
  test.each([
    ['a wrong password', request('mine:yours', 'guess')],
    ['the password of another fragment', request('mine:yours', passwords['olde']!)],
    ['a fragment that is not ours', request('yours:mine', passwords['mine']!)],
    ['a fragment we only begin with', request('min:yours', passwords['mine']!)],
    ['the prototype of an object', request('__proto__:yours', 'x')],
    ['no signature', new Message(methods.BINDING, classes.REQUEST).setAttribute('USERNAME', 'mine:yours').bytes],
    [
      'a user name behind the signature',
      new Message(methods.BINDING, classes.REQUEST)
        .addMessageIntegrity(Buffer.from(passwords['mine']!))
        .setAttribute('USERNAME', 'mine:yours').bytes,
    ],
    ['an allocation request', new Message(methods.ALLOCATE, classes.REQUEST).bytes],
    ['an indication', new Message(methods.BINDING, classes.INDICATION).bytes],
    ['nothing', Buffer.alloc(0)],
  ])('%s', (_, message) => {
    expect(examine(message).kind).toBe('refused');
  });

  test('every truncation, every changed byte and all junk', () => {
    const good = request('mine:yours', passwords['mine']!);
    const covered = good.length - 8; // FINGERPRINT comes after the signature
    for (let cut = 0; cut < good.length; cut++) expect(examine(good.subarray(0, cut)).kind).toBe('refused');
    for (let at = 20; at < covered; at++) {
      const changed = Buffer.from(good);
      changed[at]! ^= 0x5a;
      expect(examine(changed).kind).toBe('refused');
    }
    for (let round = 0; round < 2000; round++) {
      const junk = randomBytes(20 + (round % 200));
      junk.writeUInt16BE(1, 0);
      junk.writeUInt16BE(junk.length - 20, 2);
      junk.writeUInt32BE(0x2112a442, 4);
      expect(examine(junk).kind).toBe('refused');
    }
  });
});
