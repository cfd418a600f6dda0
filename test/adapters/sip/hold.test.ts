import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RequestRefused } from '../../../src/actors/ports/sip-calls.ts';
import { headerOf } from '../../../src/adapters/sip/wire/message.ts';
import { eventually } from '../../support/eventually.ts';
import { directionOf, Party, versionOf } from './party.ts';
import { sdp, WiredStack } from './wired-stack.ts';

let wired: WiredStack;
beforeEach(async () => {
  wired = new WiredStack();
  await wired.boundAccount();
});
afterEach(() => {
  if (wired.counters.of('exceptions') > 0) throw new Error('an exception reached the intake');
  wired.rtp.closeAll();
});

const directions = () => wired.rtp.applied.map(({ session }) => session.direction);
const outcomeOf = (work: Promise<void>) =>
  work.then(
    () => 'taken',
    (error: unknown) => (error instanceof RequestRefused ? error.status : error),
  );

describe('we hold', () => {
  test.each(['called', 'calling'] as const)('a party that is %s, and take it back', async (way) => {
    const party = await Party[way](wired);
    const [first] = wired.sent.filter(({ message }) => message.body.startsWith('v=0')).slice(-1);
    const held = wired.calls.hold(party.call, true);
    const hold = await party.reads('INVITE');
    expect(directionOf(hold)).toBe('sendonly');
    expect(versionOf(hold)).toBe(versionOf(first?.message ?? hold) + 1);
    const media = (text: string) => text.split('\r\n').filter((line) => /^[cm]=/.test(line));
    expect(media(hold.body)).toEqual(media(first?.text ?? ''));
    party.agrees(hold, 'recvonly');
    await held;
    await party.reads('ACK');
    const resumed = wired.calls.hold(party.call, false);
    const resume = await party.reads('INVITE');
    expect([directionOf(resume), versionOf(resume)]).toEqual(['sendrecv', versionOf(hold) + 1]);
    party.agrees(resume, 'sendrecv');
    await resumed;
    expect(directions()).toEqual(['sendrecv', 'sendonly', 'sendrecv']);
    expect(party.kinds).toEqual(['party.answered']);
  });

  test('what is so already is not asked for again', async () => {
    const party = await Party.called(wired);
    await wired.calls.hold(party.call, false);
    const twice = [wired.calls.hold(party.call, true), wired.calls.hold(party.call, true)];
    party.agrees(await party.reads('INVITE'), 'recvonly');
    await Promise.all(twice);
    expect(await party.readsNo('INVITE')).toBe(true);
  });

  test('on and off at once are two requests, one after the other', async () => {
    const party = await Party.called(wired);
    const both = [wired.calls.hold(party.call, true), wired.calls.hold(party.call, false)];
    const hold = await party.reads('INVITE');
    expect(await party.readsNo('INVITE')).toBe(true);
    party.agrees(hold, 'recvonly');
    const resume = await party.reads('INVITE');
    expect(directionOf(resume)).toBe('sendrecv');
    party.agrees(resume, 'sendrecv');
    await Promise.all(both);
  });

  test('a party that does not take it is still talked to', async () => {
    const party = await Party.called(wired);
    const held = outcomeOf(wired.calls.hold(party.call, true));
    party.answers(await party.reads('INVITE'), 488, 'Not Acceptable Here');
    expect(await held).toBe(488);
    expect(directions()).toEqual(['sendrecv']);
    // And can be asked again.
    const again = wired.calls.hold(party.call, true);
    party.agrees(await party.reads('INVITE'), 'recvonly');
    await again;
    expect(directions()).toEqual(['sendrecv', 'sendonly']);
  });

  test.each([302, 403, 503, 606])('%i leaves the call as it was', async (status) => {
    const party = await Party.called(wired);
    const held = outcomeOf(wired.calls.hold(party.call, true));
    party.answers(await party.reads('INVITE'), status);
    expect(await held).toBe(status);
    expect(wired.calls.open).toBe(1);
    party.asks('INVITE', {}, sdp());
    expect(directionOf(await party.reads('200'))).toBe('sendrecv');
  });

  test.each(['', 'v=0\r\nnonsense', sdp('18')])(
    'a 200 with the answer %j is acknowledged, and no hold',
    async (body) => {
      const party = await Party.called(wired);
      const held = outcomeOf(wired.calls.hold(party.call, true));
      party.answers(await party.reads('INVITE'), 200, 'OK', [['contact', '<sip:600@192.0.2.1>']], body);
      await party.reads('ACK');
      expect(await held).toBe(488);
      expect(directionOf(await party.reinvites('sendrecv'))).toBe('sendrecv');
      party.asks('INFO', { 'content-type': 'application/dtmf' }, '1');
      await party.reads('200');
      expect(wired.calls.open).toBe(1);
    },
  );

  test.each([408, 481])('%i ends the call (RFC 5057)', async (status) => {
    const party = await Party.called(wired);
    const held = outcomeOf(wired.calls.hold(party.call, true));
    party.answers(await party.reads('INVITE'), status);
    expect(await held).toBe(status);
    expect(party.facts.at(-1)).toEqual({
      type: 'party.hungUp',
      cause: { kind: 'connection-lost', detail: `${status} to re-INVITE` },
    });
    await party.reads('BYE');
  });

  test('a challenge is answered', async () => {
    const party = await Party.called(wired);
    const held = wired.calls.hold(party.call, true);
    party.answers(await party.reads('INVITE'), 407, 'Who', [['proxy-authenticate', 'Digest realm="r", nonce="1"']]);
    const repeated = await party.reads('INVITE');
    expect(headerOf(repeated.headers, 'proxy-authorization')).toContain('realm="r"');
    party.agrees(repeated, 'recvonly');
    await held;
  });

  test('after the end of the call there is nothing to hold', async () => {
    const party = await Party.called(wired);
    wired.calls.hangUp(party.call, { kind: 'normal' });
    expect(await outcomeOf(wired.calls.hold(party.call, true))).toBe(481);
  });
});

describe('requests that cross', () => {
  test.each([
    ['called', 2_100 + 950],
    ['calling', 1_000],
  ] as const)('a party that is %s and asks at the same time is asked again after %i ms', async (way, waitMs) => {
    const party = await Party[way](wired);
    const held = wired.calls.hold(party.call, true);
    const first = await party.reads('INVITE');
    party.asks('INVITE', {}, sdp());
    await party.reads('491');
    party.answers(first, 491, 'Request Pending');
    await party.reads('ACK');
    await new Promise(setImmediate);
    wired.time.pass(waitMs - 10);
    expect(await party.readsNo('INVITE')).toBe(true);
    wired.time.pass(10);
    party.agrees(await party.reads('INVITE'), 'recvonly');
    await held;
  });

  test('twice is enough', async () => {
    const party = await Party.calling(wired);
    const held = outcomeOf(wired.calls.hold(party.call, true));
    party.answers(await party.reads('INVITE'), 491);
    await party.reads('ACK');
    await new Promise(setImmediate);
    wired.time.pass(2_000);
    party.answers(await party.reads('INVITE'), 491);
    expect(await held).toBe(491);
    expect(wired.calls.open).toBe(1);
  });

  test.each([
    ['3', 3_000],
    ['0', 0],
  ])('500 with Retry-After %s is tried again then', async (seconds, waitMs) => {
    const party = await Party.called(wired);
    const held = wired.calls.hold(party.call, true);
    party.answers(await party.reads('INVITE'), 500, 'Busy', [['retry-after', seconds]]);
    await party.reads('ACK');
    await new Promise(setImmediate);
    wired.time.pass(waitMs);
    party.agrees(await party.reads('INVITE'), 'recvonly');
    await held;
  });

  test.each([[[]], [[['retry-after', '600'] as [string, string]]]])('500 with %j is not', async (headers) => {
    const party = await Party.called(wired);
    const held = outcomeOf(wired.calls.hold(party.call, true));
    party.answers(await party.reads('INVITE'), 500, 'Broken', headers);
    expect(await held).toBe(500);
  });

  test('our request waits for the ACK to theirs', async () => {
    const party = await Party.called(wired);
    party.asks('INVITE', {}, sdp('8 101', 'sendonly'));
    const answer = await party.reads('200');
    const held = wired.calls.hold(party.call, true);
    expect(await party.readsNo('INVITE')).toBe(true);
    party.acknowledges(answer);
    party.agrees(await party.reads('INVITE'), 'inactive');
    await held;
  });

  test('a lost ACK blocks neither side for ever', async () => {
    const party = await Party.called(wired);
    party.asks('INVITE', {}, sdp());
    await party.reads('200');
    const held = wired.calls.hold(party.call, true);
    party.asks('INVITE', {}, sdp());
    await party.reads('500');
    wired.time.pass(33_000);
    party.agrees(await party.reads('INVITE'), 'recvonly');
    await held;
    expect(directionOf(await party.reinvites('sendrecv'))).toBe('sendonly');
  });

  test('an offer of ours that the lost ACK should have answered is forgotten', async () => {
    const party = await Party.called(wired);
    party.asks('INVITE');
    expect(directionOf(await party.reads('200'))).toBe('sendrecv');
    wired.time.pass(33_000);
    expect(directionOf(await party.reinvites('sendonly'))).toBe('recvonly');
    await eventually(() => expect(party.kinds.at(-1)).toBe('party.held'));
    expect(wired.calls.open).toBe(1);
  });

  test('a party that only says 100 is not waited for longer than 33 s', async () => {
    const party = await Party.called(wired);
    const held = outcomeOf(wired.calls.hold(party.call, true));
    party.answers(await party.reads('INVITE'), 100, 'Trying');
    wired.time.pass(33_000);
    party.answers(await party.reads('CANCEL'), 200);
    wired.time.pass(32_000);
    expect(await held).toBe(487);
    expect(wired.calls.open).toBe(1);
    const again = wired.calls.hold(party.call, true);
    party.agrees(await party.reads('INVITE'), 'recvonly');
    await again;
  });

  test('hung up during the request, it is hung up at once, and the request taken back 2 s later', async () => {
    const party = await Party.called(wired);
    const held = outcomeOf(wired.calls.hold(party.call, true));
    party.answers(await party.reads('INVITE'), 100, 'Trying');
    wired.calls.hangUp(party.call, { kind: 'normal' });
    expect(await held).toBe(481);
    party.answers(await party.reads('BYE'), 200);
    expect(await party.readsNo('CANCEL')).toBe(true);
    wired.time.pass(2_000);
    await party.reads('CANCEL');
  });

  test('a 200 that comes after the end is acknowledged, and changes nothing', async () => {
    const party = await Party.called(wired);
    const held = outcomeOf(wired.calls.hold(party.call, true));
    const hold = await party.reads('INVITE');
    party.asks('BYE');
    expect(await held).toBe(481);
    await party.reads('200');
    party.agrees(hold, 'recvonly');
    await party.reads('ACK');
    expect(directions()).toEqual(['sendrecv']);
    expect(party.kinds).toEqual(['party.answered', 'party.hungUp']);
    expect(await party.readsNo('BYE')).toBe(true);
    expect(wired.stack.client.unfinished + wired.stack.server.unfinished).toBe(0);
  });

  test('an UPDATE with an offer meets ours: 491, and in order again afterwards', async () => {
    const party = await Party.called(wired);
    const held = wired.calls.hold(party.call, true);
    const hold = await party.reads('INVITE');
    party.asks('UPDATE', {}, sdp());
    await party.reads('491');
    party.agrees(hold, 'recvonly');
    await held;
    party.asks('UPDATE', {}, sdp());
    expect(directionOf(await party.reads('200'))).toBe('sendonly');
    party.asks('UPDATE', { cseq: '5 UPDATE' });
    await party.reads('500');
  });
});

describe('the party holds us', () => {
  test.each([
    ['sendonly', sdp('8 101', 'sendonly'), 'recvonly'],
    ['inactive', sdp('8 101', 'inactive'), 'inactive'],
    ['the address of zeros', sdp().replace('c=IN IP4 192.0.2.9', 'c=IN IP4 0.0.0.0'), 'recvonly'],
  ])('by %s, and takes us back', async (_, body, mirrored) => {
    const party = await Party.called(wired);
    expect(directionOf(await party.reinvites('', body))).toBe(mirrored);
    await eventually(() => expect(party.kinds).toEqual(['party.answered', 'party.held']));
    await party.reinvites('', body);
    await party.reinvites('sendrecv');
    await eventually(() => expect(party.kinds).toEqual(['party.answered', 'party.held', 'party.resumed']));
    expect(directions().at(-1)).toBe('sendrecv');
  });

  test('who looks later sees how it is now', async () => {
    const party = await Party.called(wired);
    for (const direction of ['sendonly', 'sendrecv', 'inactive']) await party.reinvites(direction);
    await eventually(() => expect(party.kinds).toHaveLength(4));
    const later: string[] = [];
    wired.calls.watch(party.call, ({ type }) => later.push(type));
    expect(later).toEqual(['party.answered', 'party.held']);
  });

  test('while we hold it: nobody sends, and each takes back for itself', async () => {
    const party = await Party.called(wired);
    const held = wired.calls.hold(party.call, true);
    party.agrees(await party.reads('INVITE'), 'recvonly');
    await held;
    expect(directionOf(await party.reinvites('sendonly'))).toBe('inactive');
    await eventually(() => expect(party.kinds.at(-1)).toBe('party.held'));
    const resumed = wired.calls.hold(party.call, false);
    const resume = await party.reads('INVITE');
    expect(directionOf(resume)).toBe('sendrecv');
    party.agrees(resume, 'sendonly');
    await resumed;
    expect(directions().at(-1)).toBe('recvonly');
    expect(party.kinds.at(-1)).toBe('party.held');
    await party.reinvites('sendrecv');
    await eventually(() => expect(party.kinds.at(-1)).toBe('party.resumed'));
    expect(directions()).toEqual(['sendrecv', 'sendonly', 'inactive', 'recvonly', 'sendrecv']);
  });

  test('an inactive answer to our hold is not its hold', async () => {
    const party = await Party.called(wired);
    const held = wired.calls.hold(party.call, true);
    party.agrees(await party.reads('INVITE'), 'inactive');
    await held;
    expect(party.kinds).toEqual(['party.answered']);
    expect(directions().at(-1)).toBe('inactive');
  });

  test('by UPDATE', async () => {
    const party = await Party.calling(wired);
    party.asks('UPDATE', {}, sdp('8 101', 'sendonly'));
    expect(directionOf(await party.reads('200'))).toBe('recvonly');
    await eventually(() => expect(party.kinds.at(-1)).toBe('party.held'));
  });
});

describe('streams and numbers of a call that was described before (RFC 3264 §8)', () => {
  const offer = [
    'v=0',
    'o=bob 1 1 IN IP4 192.0.2.9',
    's=-',
    'c=IN IP4 192.0.2.9',
    't=0 0',
    'm=video 5000 RTP/AVP 96',
    'm=audio 40000 RTP/AVP 97 101',
    'a=rtpmap:97 PCMA/8000',
    'a=rtpmap:101 telephone-event/8000',
    '',
  ].join('\r\n');

  test('hold keeps the refused stream in its place and the numbers of their offer', async () => {
    const party = await Party.called(wired);
    await party.reinvites('', offer);
    const held = wired.calls.hold(party.call, true);
    const hold = await party.reads('INVITE');
    expect(hold.body.match(/^m=.*$/gm)?.map((line) => line.replace(/audio \d+/, 'audio'))).toEqual([
      'm=video 0 RTP/AVP 96',
      'm=audio RTP/AVP 97 101',
    ]);
    party.agrees(hold, 'recvonly');
    await held;
  });

  test('an offer of all we can do does so, too', async () => {
    const party = await Party.called(wired);
    await party.reinvites('', offer);
    party.asks('INVITE');
    const full = await party.reads('200');
    expect(full.body.match(/^m=.*$/gm)?.map((line) => line.replace(/audio \d+/, 'audio'))).toEqual([
      'm=video 0 RTP/AVP 96',
      'm=audio RTP/AVP 97 0 101',
    ]);
    party.acknowledges(full, sdp('0 101'));
    await eventually(() => expect(wired.rtp.applied.at(-1)?.session.codec).toMatchObject({ name: 'mulaw' }));
  });
});
