import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { headerOf, type SipMessage } from '../../../src/adapters/sip/wire/message.ts';
import { CallId, LineId, UserId } from '../../../src/machines/model/ids.ts';
import { eventually } from '../../support/eventually.ts';
import { directionOf, Party, versionOf } from './party.ts';
import { requestTo, responseTo, sdp, WiredStack } from './wired-stack.ts';

let wired: WiredStack;
beforeEach(async () => {
  wired = new WiredStack();
  await wired.boundAccount();
});
afterEach(() => {
  if (wired.counters.of('exceptions') > 0) throw new Error('an exception reached the intake');
  wired.rtp.closeAll();
});

const expiresIn = (message: SipMessage) => headerOf(message.headers, 'session-expires');
const pass = async (seconds: number) => {
  await new Promise(setImmediate);
  wired.time.pass(seconds * 1_000);
  await new Promise(setImmediate);
};
const allowsUpdate: [string, string] = ['allow', 'INVITE, ACK, BYE, UPDATE'];

describe('a call we make (RFC 4028)', () => {
  test('proposes half an hour', async () => {
    await Party.called(wired);
    const [invite] = wired.sent;
    expect(invite?.text).toContain('Session-Expires: 1800\r\n');
    expect(invite?.text).toContain('Min-SE: 90\r\n');
    expect(invite?.text).toContain('Supported: 100rel, timer\r\n');
  });

  test('is made again with the interval a proxy wants, once', async () => {
    const call = CallId('ours');
    wired.calls.invite(call, { line: LineId('office'), user: UserId(1), target: { kind: 'number', user: '600' } });
    const inviteAt = (index: number) =>
      eventually(() => {
        const found = wired.sent.filter(({ message }) => message.kind === 'request' && message.method === 'INVITE')[
          index
        ];
        if (found === undefined) throw new Error('not sent');
        return found.message;
      });
    const tooSmall = (invite: SipMessage) =>
      wired.receive(
        responseTo(invite, 422, 'Session Interval Too Small', { toTag: 'a', headers: [['min-se', '3600']] }),
      );
    tooSmall(await inviteAt(0));
    const second = await inviteAt(1);
    expect(expiresIn(second)).toBe('3600');
    expect(headerOf(second.headers, 'min-se')).toBe('3600');
    tooSmall(second);
    const facts: unknown[] = [];
    wired.calls.watch(call, (fact) => facts.push(fact));
    await eventually(() => expect(facts).toMatchObject([{ cause: { kind: 'rejected', sip: { status: 422 } } }]));
  });

  test('is refreshed by UPDATE at half time when that is our part', async () => {
    const party = await Party.called(wired, [['session-expires', '600;refresher=uac'], allowsUpdate]);
    await pass(299);
    expect(await party.readsNo('UPDATE')).toBe(true);
    await pass(1);
    const update = await party.reads('UPDATE');
    expect(expiresIn(update)).toBe('600;refresher=uac');
    expect(headerOf(update.headers, 'supported')).toContain('timer');
    expect(update.body).toBe('');
    party.answers(update, 200, 'OK', [['session-expires', '600;refresher=uac']]);
    await pass(300);
    await party.reads('UPDATE');
  });

  test('is refreshed by re-INVITE with the same version where UPDATE is not known', async () => {
    const party = await Party.called(wired, [['session-expires', '600;refresher=uac']]);
    const first = versionOf(wired.sent[0]?.message as SipMessage);
    await pass(300);
    const reinvite = await party.reads('INVITE');
    expect([versionOf(reinvite), directionOf(reinvite)]).toEqual([first, 'sendrecv']);
    party.agrees(reinvite, 'sendrecv', [['session-expires', '600;refresher=uac']]);
    await pass(300);
    await party.reads('INVITE');
  });

  test('an UPDATE that is not understood becomes a re-INVITE', async () => {
    const party = await Party.called(wired, [['session-expires', '600;refresher=uac'], allowsUpdate]);
    await pass(300);
    party.answers(await party.reads('UPDATE'), 501);
    party.agrees(await party.reads('INVITE'), 'sendrecv', [['session-expires', '600;refresher=uac']]);
    await pass(300);
    await party.reads('INVITE');
  });

  test('a refresh refused for now is tried again, and without success the call ends before the time', async () => {
    const party = await Party.called(wired, [['session-expires', '90;refresher=uac'], allowsUpdate]);
    await pass(45);
    party.answers(await party.reads('UPDATE'), 500);
    await pass(5);
    const tooShort = await party.reads('UPDATE');
    party.answers(tooShort, 422, 'Session Interval Too Small', [['min-se', '120']]);
    await pass(5);
    const longer = await party.reads('UPDATE');
    expect(expiresIn(longer)).toBe('120;refresher=uac');
    expect(headerOf(longer.headers, 'min-se')).toBe('120');
    await pass(5);
    expect(party.facts.at(-1)).toMatchObject({ type: 'party.hungUp', cause: { kind: 'connection-lost' } });
    await party.reads('BYE');
  });

  test('408 to the refresh ends the call', async () => {
    const party = await Party.called(wired, [['session-expires', '600;refresher=uac'], allowsUpdate]);
    await pass(300);
    party.answers(await party.reads('UPDATE'), 481);
    await party.reads('BYE');
  });

  test('that the party should refresh ends when it does not: a third, at most 32 s, before the time', async () => {
    const party = await Party.called(wired, [['session-expires', '600;refresher=uas'], allowsUpdate]);
    await pass(567);
    expect(party.kinds).toEqual(['party.answered']);
    await pass(1);
    expect(party.kinds.at(-1)).toBe('party.hungUp');
  });

  test('lives on with each refresh of the party, whatever kind', async () => {
    const party = await Party.called(wired, [['session-expires', '600;refresher=uas']]);
    await pass(500);
    party.asks('UPDATE', { supported: 'timer', 'session-expires': '600;refresher=uac' });
    expect(expiresIn(await party.reads('200'))).toBe('600;refresher=uac');
    await pass(500);
    party.asks('INVITE', { supported: 'timer', 'session-expires': '600;refresher=uac' }, sdp());
    const answer = await party.reads('200');
    expect(expiresIn(answer)).toBe('600;refresher=uac');
    expect(headerOf(answer.headers, 'require')).toBe('timer');
    party.acknowledges(answer);
    await pass(500);
    expect(party.kinds).toEqual(['party.answered']);
  });

  test('hold keeps the timer, and the part each has in it', async () => {
    const party = await Party.called(wired, [['session-expires', '600;refresher=uas']]);
    const held = wired.calls.hold(party.call, true);
    const hold = await party.reads('INVITE');
    expect(expiresIn(hold)).toBe('600;refresher=uas');
    party.agrees(hold, 'recvonly', [['session-expires', '600;refresher=uas']]);
    await held;
    await pass(568);
    expect(party.kinds.at(-1)).toBe('party.hungUp');
  });

  test('with a party that knows no timers has none', async () => {
    const party = await Party.called(wired);
    const held = wired.calls.hold(party.call, true);
    const hold = await party.reads('INVITE');
    expect(expiresIn(hold)).toBeUndefined();
    party.agrees(hold, 'recvonly');
    await held;
    await pass(100_000);
    expect(party.kinds).toEqual(['party.answered']);
  });
});

describe('a call we are offered', () => {
  const answerIn = (kind: string) => wired.sent.findLast(({ text }) => text.startsWith(`SIP/2.0 ${kind}`))?.text ?? '';

  test.each([
    [{ supported: 'timer' }, 'Session-Expires: 1800;refresher=uac', true],
    [{ supported: 'timer', 'session-expires': '600' }, 'Session-Expires: 600;refresher=uac', true],
    [{ supported: 'timer', 'session-expires': '600;refresher=uas' }, 'Session-Expires: 600;refresher=uas', false],
    [{ require: 'timer', x: '90;refresher=uac' }, 'Session-Expires: 90;refresher=uac', true],
    [{ 'session-expires': '600' }, 'Session-Expires: 600;refresher=uas', false],
    [{ 'session-expires': '60', 'min-se': '100' }, 'Session-Expires: 100;refresher=uas', false],
  ])('with %j is answered %s', async (headers, expected, isRequired) => {
    await Party.calling(wired, headers as Record<string, string>);
    expect(answerIn('200')).toContain(`${expected}\r\n`);
    expect(answerIn('200').includes('Require: timer\r\n')).toBe(isRequired);
    expect(answerIn('200')).toMatch(/^Supported: .*timer\r$/m);
  });

  test('without timers gets none', async () => {
    await Party.calling(wired);
    expect(answerIn('200')).not.toContain('Session-Expires');
  });

  test('with too small an interval is refused, and nobody hears of it', async () => {
    wired.calls.onOffer(() => {
      throw new Error('offered');
    });
    wired.receive(requestTo('INVITE', { supported: 'timer', 'session-expires': '60' }, sdp()));
    await eventually(() => expect(answerIn('422')).toContain('Min-SE: 90\r\n'));
  });

  test.each(['INVITE', 'UPDATE'])('%s within it with too small an interval, too', async (method) => {
    const party = await Party.calling(wired, { supported: 'timer' });
    party.asks(method, { supported: 'timer', 'session-expires': '60' }, method === 'INVITE' ? sdp() : '');
    expect(headerOf((await party.reads('422')).headers, 'min-se')).toBe('90');
    expect(wired.calls.open).toBe(1);
  });

  test('that is ours to refresh is refreshed', async () => {
    const party = await Party.calling(wired, { 'session-expires': '600', allow: 'INVITE, UPDATE' });
    await pass(300);
    expect(expiresIn(await party.reads('UPDATE'))).toBe('600;refresher=uac');
  });

  test('after its end nothing is refreshed any more', async () => {
    const party = await Party.calling(wired, { 'session-expires': '600', allow: 'INVITE, UPDATE' });
    party.asks('BYE');
    await pass(100_000);
    expect(await party.readsNo('UPDATE')).toBe(true);
    expect(await party.readsNo('BYE')).toBe(true);
    // What is left are memories of transactions.
    await pass(40);
    expect(wired.time.pending).toBe(0);
  });
});
