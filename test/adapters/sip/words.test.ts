import { describe, expect, test } from 'vitest';
import { callerOf } from '../../../src/adapters/sip/calls/caller-identity.ts';
import { causeOfCancel, causeOfReply, replyOfCause } from '../../../src/adapters/sip/calls/causes.ts';
import { dialUri } from '../../../src/adapters/sip/calls/dial-uri.ts';
import { parseMessage, wireText } from '../../../src/adapters/sip/wire/message.ts';
import { requestTo } from './wired-stack.ts';

const callerIn = (headers: Readonly<Record<string, string>>) => {
  const message = parseMessage(Buffer.from(requestTo('INVITE', headers), 'latin1'));
  if (message?.kind !== 'request') throw new Error('no request');
  return callerOf(message);
};

describe('who calls', () => {
  test.each([
    [
      'a number with a name',
      { from: '"Anna Petrova" <sip:+79261234567@pbx>;tag=1' },
      { number: '+79261234567', name: 'Anna Petrova' },
    ],
    ['a name that only repeats the number', { from: '"100" <sip:100@pbx>;tag=1' }, { number: '100' }],
    ['a user that is no number', { from: '<sip:bob@pbx.test>;tag=1' }, { number: 'bob@pbx.test' }],
    ['a telephone URI', { from: '<tel:+49301234567;phone-context=x>;tag=1' }, { number: '+49301234567' }],
    ['an escaped number', { from: '<sip:8%20(926)@pbx>;tag=1' }, { number: '8 (926)' }],
    ['number parameters in the user part', { from: '<sip:+1;npdi@pbx>;tag=1' }, { number: '+1' }],
    [
      'an asserted identity before all',
      { 'p-asserted-identity': '"Bob" <sip:200@pbx>, <tel:+1>', 'remote-party-id': '<sip:300@pbx>' },
      { number: '200', name: 'Bob' },
    ],
    [
      'a remote party before From',
      { 'remote-party-id': '"C" <sip:300@pbx>;party=calling;privacy=off' },
      { number: '300', name: 'C' },
    ],
    [
      'a remote party that is the called one',
      { 'remote-party-id': '<sip:300@pbx>;party=called' },
      { number: '100', name: 'Bob' },
    ],
    ['names in UTF-8', { from: `"${wireText('Ольга')}" <sip:100@pbx>;tag=1` }, { number: '100', name: 'Ольга' }],
    [
      'control signs in a name',
      { from: `"A\u0007n${wireText('\u202e')}n" <sip:100@pbx>;tag=1` },
      { number: '100', name: 'Ann' },
    ],
  ])('%s', (_name, headers, caller) => {
    expect(callerIn(headers)).toEqual(caller);
  });

  test.each([
    ['Privacy: id', { privacy: 'id', 'p-asserted-identity': '<sip:200@pbx>' }],
    ['Privacy among others', { privacy: 'critical; user' }],
    ['an anonymous address', { from: '"Anonymous" <sip:anonymous@anonymous.invalid>;tag=1' }],
    ['an anonymous user', { from: '<sip:anonymous@pbx>;tag=1' }],
    ['full privacy of the remote party', { 'remote-party-id': '<sip:300@pbx>;privacy=full' }],
    ['no user at all', { from: '<sip:pbx.test>;tag=1' }],
  ])('is hidden by %s', (_name, headers) => {
    expect(callerIn(headers)).toEqual({ number: undefined });
  });

  test('Privacy: none hides nothing', () => {
    expect(callerIn({ privacy: 'none' })).toEqual({ number: '100', name: 'Bob' });
  });
});

describe('what is dialled', () => {
  test.each([
    ['8 (926) 123-45-67', 'sip:8%20(926)%20123-45-67@pbx.test'],
    ['*21#', 'sip:*21%23@pbx.test'],
    ['+7926', 'sip:+7926@pbx.test'],
    ['100%', 'sip:100%25@pbx.test'],
    ['приём', 'sip:%D0%BF%D1%80%D0%B8%D1%91%D0%BC@pbx.test'],
    ['a@b', 'sip:a%40b@pbx.test'],
  ])('%s becomes %s (AC-73)', (user, uri) => {
    expect(dialUri({ kind: 'number', user }, 'pbx.test')?.toRaw()).toBe(uri);
  });

  test.each([
    ['sip:bob@example.org:5070;transport=tcp', 'sip:bob@example.org:5070;transport=tcp'],
    ['bob@example.org', 'sip:bob@example.org'],
    ['tel:+4930;phone-context=x', 'tel:+4930;phone-context=x'],
    ['sip:8 (926)@example.org', 'sip:8%20(926)@example.org'],
    ['sip:a%20b@example.org', 'sip:a%20b@example.org'],
  ])('the address %s is dialled as %s', (given, uri) => {
    expect(dialUri({ kind: 'uri', uri: given }, 'pbx.test')?.toRaw()).toBe(uri);
  });

  test.each(['sip:a@b\r\nVia: x', 'sip:<a>@b', 'sip:', '@host', 'sip:a@b c'])('%j is no address', (uri) => {
    expect(dialUri({ kind: 'uri', uri }, 'pbx.test')).toBeUndefined();
  });
});

describe('why it ended', () => {
  test.each([
    [486, 'busy'],
    [600, 'busy'],
    [603, 'declined'],
    [408, 'no-answer'],
    [480, 'no-answer'],
    [404, 'rejected'],
    [503, 'rejected'],
    [402, 'rejected'],
  ])('%i means %s, and stays readable', (status, kind) => {
    expect(causeOfReply({ status, reason: 'As It Came' })).toEqual({ kind, sip: { status, reason: 'As It Came' } });
  });

  test.each([
    [{ kind: 'busy' }, 486],
    [{ kind: 'declined' }, 486],
    [{ kind: 'declined', sip: { status: 603, reason: 'Decline' } }, 603],
    [{ kind: 'no-answer' }, 480],
    [{ kind: 'privacy' }, 480],
    [{ kind: 'blocked' }, 480],
    [{ kind: 'flood', retryAfterMs: 1_500 }, 503],
    [{ kind: 'rejected', sip: { status: 402, reason: 'Total calls duration is exceeded' } }, 402],
    [{ kind: 'rejected', sip: { status: 200, reason: 'never' } }, 480],
    [{ kind: 'shutdown' }, 503],
    [{ kind: 'internal-fault', detail: 'x' }, 500],
  ] as const)('%j is told as %i', (cause, status) => {
    expect(replyOfCause(cause).status).toBe(status);
  });

  test('a flood says when to try again', () => {
    expect(replyOfCause({ kind: 'flood', retryAfterMs: 1_500 })).toMatchObject({ retryAfterS: 2 });
  });

  test('a reason phrase cannot break out of its line', () => {
    const cause = { kind: 'rejected', sip: { status: 402, reason: 'a\r\nb' } } as const;
    expect(replyOfCause(cause).reason).toBe('ab');
  });

  test.each([
    [['SIP;cause=200;text="Call completed elsewhere"'], 'answered-elsewhere'],
    [['Q.850;cause=16', 'SIP ; cause=200'], 'answered-elsewhere'],
    [['SIP;cause=487'], 'cancelled'],
    [[], 'cancelled'],
  ])('a CANCEL with %j means %s', (reasons, kind) => {
    expect(causeOfCancel(reasons)).toEqual({ kind });
  });
});
