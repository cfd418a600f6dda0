import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SipLegFact } from '../../../src/actors/ports/sip-calls.ts';
import {
  BadDialogFacts,
  type DialogBeginning,
  type DialogFacts,
  DialogUnreachable,
} from '../../../src/actors/ports/sip-dialogs.ts';
import { headerOf, headersOf, type SipMessage } from '../../../src/adapters/sip/wire/message.ts';
import { CallId, LineId, UserId } from '../../../src/machines/model/ids.ts';
import { eventually } from '../../support/eventually.ts';
import { requestTo, responseTo, sdp, WiredStack } from './wired-stack.ts';

const line = LineId('office');
const user = UserId(1);
const old = CallId('old');
const resumed = CallId('resumed');
const routes: [string, string][] = [
  ['record-route', '<sip:192.0.2.1;lr;id=outer>'],
  ['record-route', '<sip:192.0.2.77;lr;id=inner>'],
];
const contact: [string, string] = ['contact', '<sip:600@192.0.2.9:5070;x=1>'];

let [first, second]: [WiredStack, WiredStack] = [undefined as never, undefined as never];
const stacks: WiredStack[] = [];
const stackAt = async (): Promise<WiredStack> => {
  const wired = new WiredStack();
  stacks.push(wired);
  await wired.boundAccount();
  return wired;
};
beforeEach(async () => {
  first = await stackAt();
  second = await stackAt();
});
afterEach(() => {
  for (const wired of stacks.splice(0)) {
    wired.rtp.closeAll();
    if (wired.counters.of('exceptions') > 0) throw new Error('an exception reached the intake');
  }
});

const kindOf = (message: SipMessage) => (message.kind === 'request' ? message.method : String(message.status));
const sentBy = (wired: WiredStack, kind: string): SipMessage[] =>
  wired.sent.map(({ message }) => message).filter((message) => kindOf(message) === kind);
const nextOf = (wired: WiredStack, kind: string, count = 1): Promise<SipMessage> =>
  eventually(() => {
    const found = sentBy(wired, kind)[count - 1];
    if (found === undefined) throw new Error(`no ${kind}, only ${wired.sentKinds.join(' ')}`);
    return found;
  });
const watch = (wired: WiredStack, call: CallId): SipLegFact[] => {
  const facts: SipLegFact[] = [];
  wired.calls.watch(call, (fact) => facts.push(fact));
  return facts;
};
const numberIn = (message: SipMessage) => Number(/^\d+/.exec(headerOf(message.headers, 'cseq') ?? '')?.[0]);
const overTheWire = (facts: DialogFacts | undefined): DialogFacts => {
  if (facts === undefined) throw new Error('no facts');
  return JSON.parse(JSON.stringify(facts)) as DialogFacts;
};

/** A call of the first process that was answered. */
const made = async (announced: [string, string][] = []): Promise<DialogFacts> => {
  first.calls.invite(old, { line, user, target: { kind: 'number', user: '600' } });
  const invite = await nextOf(first, 'INVITE');
  first.receive(
    responseTo(invite, 200, 'OK', { toTag: 'them', body: sdp(), headers: [contact, ...routes, ...announced] }),
  );
  await nextOf(first, 'ACK');
  return overTheWire(first.dialogs.dialogFacts(old));
};

const from = '"Bob" <sip:100@pbx.test>;tag=bob';
const taken = async (): Promise<DialogFacts> => {
  first.calls.onOffer(({ callId }) => {
    first.calls.ring(callId, user);
    first.calls.answer(callId);
    offered = callId;
  });
  const headers = { from, 'call-id': 'theirs', 'record-route': '<sip:192.0.2.1;lr>', supported: 'replaces, timer' };
  first.receive(requestTo('INVITE', { ...headers, 'session-expires': '600' }, sdp()));
  const ok = await nextOf(first, '200');
  first.receive(requestTo('ACK', { from, to: headerOf(ok.headers, 'to') ?? '', 'call-id': 'theirs' }));
  return overTheWire(first.dialogs.dialogFacts(offered));
};
let offered = CallId('');

const resume = async (facts: DialogFacts): Promise<{ told: SipLegFact[]; invite: SipMessage }> => {
  const told = watch(second, resumed);
  second.dialogs.resumeDialog(resumed, user, facts);
  return { told, invite: await nextOf(second, 'INVITE') };
};

const quiet = async () => {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
};

/** A request of the party in the dialog. */
const inDialog = (facts: DialogFacts, method: string, cseq: number, body = '', headers: Record<string, string> = {}) =>
  requestTo(
    method,
    {
      from: `<${facts.remote.uri}>;tag=${facts.remoteTag}`,
      to: `<${facts.local.uri}>;tag=${facts.localTag}`,
      'call-id': facts.sipCallId,
      cseq: `${cseq} ${method}`,
      ...headers,
    },
    body,
  );

describe('a dialog that another process began', () => {
  test('goes on with its tags, route and target, a CSeq 1000 above, and our own Contact', async () => {
    const facts = await made();
    const { told, invite } = await resume(facts);
    expect(invite).toMatchObject({ requestUri: 'sip:600@192.0.2.9:5070;x=1' });
    expect(headersOf(invite.headers, 'route')).toEqual(['<sip:192.0.2.77;lr;id=inner>', '<sip:192.0.2.1;lr;id=outer>']);
    expect(numberIn(invite)).toBe(facts.localCSeq + 1_000);
    expect(headerOf(invite.headers, 'call-id')).toBe(facts.sipCallId);
    expect(headerOf(invite.headers, 'from')).toContain(`tag=${facts.localTag}`);
    expect(headerOf(invite.headers, 'to')).toContain('tag=them');
    const ours = second.stack.accounts.ofLine(line)?.contact;
    expect(headerOf(invite.headers, 'contact')).toContain(ours ?? 'none');
    expect(told).toEqual([]);
    second.receive(responseTo(invite, 200, 'OK', { headers: [contact], body: sdp('8', 'sendrecv', 45_000) }));
    const ack = await nextOf(second, 'ACK');
    expect(numberIn(ack)).toBe(facts.localCSeq + 1_000);
    await eventually(() => expect(told).toEqual([{ type: 'party.answered' }]));
    expect(second.rtp.applied.at(-1)?.session.remote.port).toBe(45_000);
  });

  test('keeps the session id of our description, and its version grows', async () => {
    const facts = await made();
    const { invite } = await resume(facts);
    const origin = (text: string) => /^o=- (\d+) (\d+) /m.exec(text)?.slice(1) ?? [];
    const [id, version] = origin(facts.localSdp);
    expect(origin(invite.body)[0]).toBe(id);
    expect(Number(origin(invite.body)[1])).toBeGreaterThan(Number(version));
    const [, oldPort] = /m=audio (\d+)/.exec(facts.localSdp) ?? [];
    expect(invite.body).not.toContain(`m=audio ${oldPort} `);
  });

  test.each(['a call we made', 'a call we took'])('is a call like any other then: %s', async (which) => {
    const facts = which === 'a call we made' ? await made() : await taken();
    const { told, invite } = await resume(facts);
    second.receive(responseTo(invite, 200, 'OK', { headers: [contact], body: sdp() }));
    await eventually(() => expect(told).toHaveLength(1));
    const held = second.calls.hold(resumed, true);
    const hold = await nextOf(second, 'INVITE', 2);
    expect(hold.body).toContain('a=sendonly');
    second.receive(responseTo(hold, 200, 'OK', { headers: [contact], body: sdp('8', 'recvonly') }));
    await held;
    const pressed = second.calls.sendInfo(resumed, '5');
    second.receive(responseTo(await nextOf(second, 'INFO'), 200, 'OK'));
    await pressed;
    second.receive(inDialog(facts, 'INFO', 50));
    await nextOf(second, '200');
    second.receive(inDialog(facts, 'INVITE', 51, sdp('8', 'sendonly')));
    const answer = await nextOf(second, '200', 2);
    expect(answer.body).toContain('a=inactive');
    second.receive(inDialog(facts, 'ACK', 51));
    await eventually(() => expect(told.at(-1)?.type).toBe('party.held'));
    second.receive(inDialog(facts, 'REFER', 52, '', { 'refer-to': '<sip:700@pbx.test>' }));
    await eventually(() =>
      expect(told.at(-1)).toEqual({ type: 'party.transfers', target: { kind: 'number', user: '700' } }),
    );
    second.calls.declineTransfer(resumed);
    await nextOf(second, '603');
    second.calls.hangUp(resumed, { kind: 'normal' });
    const bye = await nextOf(second, 'BYE');
    expect(numberIn(bye)).toBe(facts.localCSeq + 1_003);
    second.receive(responseTo(bye, 200, 'OK'));
    expect(told.at(-1)).toEqual({ type: 'party.hungUp', cause: { kind: 'normal' } });
    expect(second.rtp.openLegs).toBe(0);
  });

  test('proposes the session timer with the roles it had', async () => {
    const facts = await taken();
    expect(facts.session).toEqual({ intervalS: 600, isRefresher: false });
    const { invite } = await resume(facts);
    expect(headerOf(invite.headers, 'session-expires')).toBe('600;refresher=uas');
    const headers: [string, string][] = [contact, ['session-expires', '600;refresher=uac']];
    second.receive(responseTo(invite, 200, 'OK', { headers, body: sdp() }));
    await nextOf(second, 'ACK');
    await quiet();
    second.time.pass(300_000);
    // The party said nothing of UPDATE.
    expect((await nextOf(second, 'INVITE', 2)).body).toBe(invite.body);
  });

  test('may end by BYE of the party before our re-INVITE is answered', async () => {
    const facts = await made();
    const { told } = await resume(facts);
    second.receive(inDialog(facts, 'BYE', 7));
    await nextOf(second, '200');
    expect(told).toEqual([{ type: 'party.hungUp', cause: { kind: 'normal' } }]);
    await eventually(() => expect(second.rtp.openLegs).toBe(0));
  });

  test('a re-INVITE of the party that meets ours waits for it', async () => {
    const facts = await made();
    const { told, invite } = await resume(facts);
    second.receive(inDialog(facts, 'INVITE', 7, sdp()));
    await nextOf(second, '491');
    second.receive(responseTo(invite, 200, 'OK', { headers: [contact], body: sdp() }));
    await eventually(() => expect(told).toEqual([{ type: 'party.answered' }]));
  });

  test('takes a BYE, and puts off a re-INVITE, before its media leg is there', async () => {
    const facts = await made();
    second.rtp.open = () => new Promise(() => {});
    const told = watch(second, resumed);
    second.dialogs.resumeDialog(resumed, user, facts);
    await quiet();
    second.receive(inDialog(facts, 'INVITE', 7, sdp()));
    await nextOf(second, '491');
    second.receive(inDialog(facts, 'UPDATE', 8, sdp()));
    await nextOf(second, '491', 2);
    second.receive(inDialog(facts, 'BYE', 9));
    await nextOf(second, '200');
    expect(told).toEqual([{ type: 'party.hungUp', cause: { kind: 'normal' } }]);
    expect(sentBy(second, 'INVITE')).toEqual([]);
  });

  test('without a recorded route goes back the way it came', async () => {
    const trunk = { host: '192.0.2.44', port: 5080 };
    const facts = { ...(await made()), routeSet: [], cameFrom: trunk };
    await resume(facts);
    expect(second.sent.at(-1)?.to).toMatchObject(trunk);
  });

  test.each([true, false])(
    'that way leads into a private network only where the server may be private (%s)',
    async (mayBePrivate) => {
      second = new WiredStack({ isPrivate: (address) => address.startsWith('10.'), mayBePrivate });
      stacks.push(second);
      await second.boundAccount();
      await resume({ ...(await made()), routeSet: [], cameFrom: { host: '10.0.0.9', port: 5060 } });
      expect(second.sent.at(-1)?.to.host).toBe(mayBePrivate ? '10.0.0.9' : '192.0.2.1');
    },
  );

  test('does not take what the party said before', async () => {
    const facts = await taken();
    await resume(facts);
    second.receive(inDialog(facts, 'INFO', 1));
    await nextOf(second, '500');
    second.receive(inDialog(facts, 'INFO', 2));
    await nextOf(second, '200');
  });

  test('is resumed by a re-INVITE of the party too, when ours met it', async () => {
    const facts = await made();
    const { told, invite } = await resume(facts);
    second.receive(responseTo(invite, 491, 'Request Pending'));
    await nextOf(second, 'ACK');
    second.receive(inDialog(facts, 'INVITE', 7, sdp()));
    expect((await nextOf(second, '200')).body).toContain('m=audio');
    second.receive(inDialog(facts, 'ACK', 7));
    expect(told).toEqual([{ type: 'party.answered' }]);
    second.time.pass(4_000);
    await quiet();
    expect(sentBy(second, 'INVITE')).toHaveLength(1);
  });

  test.each([
    [481, 'Call/Transaction Does Not Exist'],
    [408, 'Request Timeout'],
  ])('that the party does not know (%i) is lost', async (status, reason) => {
    const { told, invite } = await resume(await made());
    second.receive(responseTo(invite, status, reason));
    await eventually(() => expect(told).toHaveLength(1));
    expect(told[0]).toEqual({
      type: 'party.hungUp',
      cause: { kind: 'connection-lost', detail: `${status} to re-INVITE` },
    });
    expect(second.rtp.openLegs).toBe(0);
    await quiet();
    // Who may not have heard us may still have a call.
    expect(sentBy(second, 'BYE')).toHaveLength(status === 408 ? 1 : 0);
    expect(second.stack.accounts.ofLine(line)?.sessions.size).toBe(0);
  });

  test('that the party does not know is replaced where the party announced that', async () => {
    const facts = await made([['supported', 'replaces, 100rel']]);
    const { told, invite } = await resume(facts);
    second.receive(responseTo(invite, 481, 'Call/Transaction Does Not Exist'));
    const replacing = await nextOf(second, 'INVITE', 2);
    expect(replacing).toMatchObject({ requestUri: 'sip:600@192.0.2.9:5070;x=1' });
    expect(headerOf(replacing.headers, 'replaces')).toBe(`${facts.sipCallId};to-tag=them;from-tag=${facts.localTag}`);
    expect(headerOf(replacing.headers, 'require')).toBe('replaces');
    expect(headerOf(replacing.headers, 'call-id')).not.toBe(facts.sipCallId);
    expect(told).toEqual([]);
    second.receive(responseTo(replacing, 200, 'OK', { toTag: 'anew', headers: [contact], body: sdp() }));
    await eventually(() => expect(told).toEqual([{ type: 'party.answered' }]));
    expect(sentBy(second, 'BYE')).toEqual([]);
    second.calls.hangUp(resumed, { kind: 'normal' });
    expect(headerOf((await nextOf(second, 'BYE')).headers, 'to')).toContain('tag=anew');
    expect(told.at(-1)?.type).toBe('party.hungUp');
    expect(second.rtp.openLegs).toBe(0);
    expect(second.stack.accounts.ofLine(line)?.core.dialogs.size).toBe(0);
  });

  test('a party that refuses is hung up, and its words are told', async () => {
    const { told, invite } = await resume(await made());
    second.receive(responseTo(invite, 488, 'Not Here'));
    await nextOf(second, 'BYE');
    expect(told).toEqual([
      { type: 'party.hungUp', cause: { kind: 'rejected', sip: { status: 488, reason: 'Not Here' } } },
    ]);
  });

  test('hung up at once, it ends with one BYE and no INVITE', async () => {
    const facts = await made();
    second.dialogs.resumeDialog(resumed, user, facts);
    second.calls.hangUp(resumed, { kind: 'cancelled' });
    const bye = await nextOf(second, 'BYE');
    expect(numberIn(bye)).toBeGreaterThan(facts.localCSeq + 1_000);
    second.receive(responseTo(bye, 200, 'OK'));
    expect(sentBy(second, 'INVITE')).toEqual([]);
    expect(second.rtp.openLegs).toBe(0);
  });

  test('for which there is no media leg is lost, and the party is told', async () => {
    const told = watch(second, resumed);
    const facts = await made();
    second.rtp.open = () => Promise.reject(new Error('no port left'));
    second.dialogs.resumeDialog(resumed, user, facts);
    await nextOf(second, 'BYE');
    expect(told).toMatchObject([{ type: 'party.hungUp', cause: { kind: 'connection-lost' } }]);
  });

  test('of a line that is gone is lost', async () => {
    const told = watch(second, resumed);
    second.accounts.of = () => Promise.reject(new Error('no such line'));
    second.dialogs.resumeDialog(resumed, user, await made());
    await eventually(() => expect(told).toMatchObject([{ cause: { kind: 'connection-lost' } }]));
  });

  test('tells a third process what the second knows', async () => {
    const facts = await made();
    const { invite } = await resume(facts);
    second.receive(responseTo(invite, 200, 'OK', { headers: [contact], body: sdp() }));
    await nextOf(second, 'ACK');
    const again = overTheWire(second.dialogs.dialogFacts(resumed));
    expect(again).toMatchObject({ ...facts, localCSeq: facts.localCSeq + 1_000, localSdp: invite.body });
  });
});

describe('a saved dialog', () => {
  test('is ended by a BYE of its own, without a session', async () => {
    const facts = await made();
    const ended = second.dialogs.endDialog(facts);
    const bye = await nextOf(second, 'BYE');
    expect(bye).toMatchObject({ requestUri: 'sip:600@192.0.2.9:5070;x=1' });
    expect(numberIn(bye)).toBe(facts.localCSeq + 2_000);
    expect(headersOf(bye.headers, 'route')).toHaveLength(2);
    expect(headerOf(bye.headers, 'to')).toContain('tag=them');
    second.receive(responseTo(bye, 481, 'Gone'));
    await ended;
    expect(second.sentKinds).toEqual(['BYE']);
  });

  test('whose BYE nobody answers is repeated, and given up after 10 s', async () => {
    const ended = second.dialogs.endDialog(await made());
    const failure = ended.catch((error: unknown) => error);
    await nextOf(second, 'BYE');
    second.time.pass(500);
    expect(sentBy(second, 'BYE')).toHaveLength(2);
    second.time.pass(9_600);
    expect(await failure).toBeInstanceOf(DialogUnreachable);
  });

  test('with a challenge is ended with credentials', async () => {
    const ended = second.dialogs.endDialog(await made());
    const bye = await nextOf(second, 'BYE');
    second.receive(responseTo(bye, 407, 'Who', { headers: [['proxy-authenticate', 'Digest realm="p", nonce="1"']] }));
    const again = await nextOf(second, 'BYE', 2);
    expect(headerOf(again.headers, 'proxy-authorization')).toContain('realm="p"');
    second.receive(responseTo(again, 200, 'OK'));
    await ended;
  });

  test('that is in use here is hung up', async () => {
    const facts = await made();
    await first.dialogs.endDialog(facts);
    expect(numberIn(await nextOf(first, 'BYE'))).toBe(facts.localCSeq + 1);
    expect(watch(first, old).at(-1)).toEqual({ type: 'party.hungUp', cause: { kind: 'normal' } });
  });
});

describe('facts that make no sense', () => {
  const odd: [string, (facts: DialogFacts) => unknown][] = [
    ['value', () => null],
    ['line', (facts) => ({ ...facts, line: undefined })],
    ['direction', (facts) => ({ ...facts, direction: 'sideways' })],
    ['sipCallId', (facts) => ({ ...facts, sipCallId: 'a b' })],
    ['localTag', ({ localTag: _, ...facts }) => facts],
    ['remoteTag', ({ remoteTag: _, ...facts }) => facts],
    ['remoteTag', (facts) => ({ ...facts, remoteTag: 'x\r\nVia: y' })],
    ['localCSeq', (facts) => ({ ...facts, localCSeq: '1' })],
    ['localCSeq', (facts) => ({ ...facts, localCSeq: -1 })],
    ['localCSeq', (facts) => ({ ...facts, localCSeq: 2 ** 31 - 1 })],
    ['localCSeq', (facts) => ({ ...facts, localCSeq: Number.NaN })],
    ['remoteCSeq', (facts) => ({ ...facts, remoteCSeq: 1.5 })],
    ['routeSet', (facts) => ({ ...facts, routeSet: '<sip:a;lr>' })],
    ['routeSet', (facts) => ({ ...facts, routeSet: ['sip:a;lr'] })],
    ['routeSet', (facts) => ({ ...facts, routeSet: ['<sip:a;lr>\r\nX: y'] })],
    ['routeSet', (facts) => ({ ...facts, routeSet: Array.from({ length: 65 }, () => '<sip:a;lr>') })],
    ['remoteTarget', (facts) => ({ ...facts, remoteTarget: 'http://a' })],
    ['remoteTarget', (facts) => ({ ...facts, remoteTarget: '' })],
    ['local', (facts) => ({ ...facts, local: 'sip:a@b' })],
    ['remote', (facts) => ({ ...facts, remote: { displayName: '', uri: 'sip:a@b> x' } })],
    ['peer', (facts) => ({ ...facts, peer: undefined })],
    ['peer', (facts) => ({ ...facts, peer: { supported: ['a, b'], allow: [] } })],
    ['session', (facts) => ({ ...facts, session: { intervalS: -5, isRefresher: true } })],
    ['cameFrom', (facts) => ({ ...facts, cameFrom: { host: 'name', port: 5060 } })],
    ['localSdp', (facts) => ({ ...facts, localSdp: 'v=0' })],
    ['localSdp', (facts) => ({ ...facts, localSdp: sdp() })],
    ['remoteSdp', (facts) => ({ ...facts, remoteSdp: 7 })],
  ];
  test.each(odd)('are refused by the name of the fact, and nothing is done: %s (%#)', async (fact, spoil) => {
    const spoilt = spoil(await made()) as DialogFacts;
    const resuming = () => second.dialogs.resumeDialog(resumed, user, spoilt);
    expect(resuming).toThrow(BadDialogFacts);
    expect(resuming).toThrow(`dialog facts without a usable ${fact}`);
    await expect(second.dialogs.endDialog(spoilt)).rejects.toMatchObject({ name: 'BadDialogFacts', fact });
    await new Promise(setImmediate);
    expect(second.sent).toEqual([]);
    expect(second.calls.open).toBe(0);
    expect(second.stack.accounts.ofLine(line)?.core.dialogs.size).toBe(0);
  });
});

describe('facts of a dialog', () => {
  class Keeper {
    readonly begun: DialogBeginning[] = [];
    readonly changed: DialogFacts[] = [];
    release = () => {};
    isSlow = false;
    begunHere(_call: CallId, facts: DialogBeginning): Promise<void> {
      this.begun.push(facts);
      return this.#kept();
    }
    #kept(): Promise<void> {
      if (!this.isSlow) return Promise.resolve();
      return new Promise((resolve) => {
        this.release = resolve;
      });
    }
    changedHere(_call: CallId, facts: DialogFacts): Promise<void> {
      this.changed.push(facts);
      return this.#kept();
    }
  }
  let keeper: Keeper;
  beforeEach(() => {
    keeper = new Keeper();
    first.dialogs.keepWith({
      begun: (call, facts) => keeper.begunHere(call, facts),
      changed: (call, facts) => keeper.changedHere(call, facts),
    });
  });
  const dial = () => first.calls.invite(old, { line, user, target: { kind: 'number', user: '600' } });

  test('are told before the first INVITE leaves, which waits for them', async () => {
    keeper.isSlow = true;
    dial();
    await eventually(() => expect(keeper.begun).toHaveLength(1));
    await quiet();
    expect(first.sent).toEqual([]);
    keeper.release();
    const invite = await nextOf(first, 'INVITE');
    expect(keeper.begun).toEqual([
      {
        line,
        direction: 'outgoing',
        sipCallId: headerOf(invite.headers, 'call-id'),
        localTag: /tag=(.*)$/.exec(headerOf(invite.headers, 'from') ?? '')?.[1],
        local: { displayName: '', uri: 'sip:alice@pbx.test' },
        remote: { displayName: '', uri: 'sip:600@pbx.test' },
      },
    ]);
  });

  test('that cannot be kept keep the INVITE for half a second', async () => {
    keeper.isSlow = true;
    dial();
    await eventually(() => expect(keeper.begun).toHaveLength(1));
    first.time.pass(499);
    await quiet();
    expect(first.sent).toEqual([]);
    first.time.pass(1);
    await nextOf(first, 'INVITE');
  });

  test('of a call that is hung up meanwhile lead to no INVITE', async () => {
    keeper.isSlow = true;
    dial();
    await eventually(() => expect(keeper.begun).toHaveLength(1));
    first.calls.hangUp(old, { kind: 'cancelled' });
    keeper.release();
    await quiet();
    expect(first.sent).toEqual([]);
    expect(first.stack.accounts.ofLine(line)?.sessions.size).toBe(0);
  });

  test('are told before the ACK leaves, and what follows waits behind it', async () => {
    dial();
    const invite = await nextOf(first, 'INVITE');
    keeper.isSlow = true;
    const headers: [string, string][] = [
      contact,
      ...routes,
      ['supported', 'Replaces'],
      ['session-expires', '900;refresher=uas'],
    ];
    first.receive(responseTo(invite, 200, 'OK', { toTag: 'them', body: sdp(), headers }));
    await eventually(() => expect(keeper.changed).toHaveLength(1));
    first.calls.hangUp(old, { kind: 'normal' });
    await quiet();
    expect(first.sentKinds).toEqual(['INVITE']);
    keeper.release();
    await nextOf(first, 'BYE');
    expect(first.sentKinds).toEqual(['INVITE', 'ACK', 'BYE']);
    expect(keeper.changed[0]).toMatchObject({
      remoteTag: 'them',
      remoteTarget: 'sip:600@192.0.2.9:5070;x=1',
      routeSet: ['<sip:192.0.2.77;lr;id=inner>', '<sip:192.0.2.1;lr;id=outer>'],
      localCSeq: 1,
      remoteSdp: sdp(),
      peer: { supported: ['replaces'] },
      session: { intervalS: 900, isRefresher: false },
    });
  });

  test('of an offered call are told before the 180, and before the 200', async () => {
    keeper.isSlow = true;
    first.calls.onOffer(({ callId }) => {
      offered = callId;
      first.calls.ring(callId, user);
    });
    first.receive(requestTo('INVITE', { from, 'call-id': 'theirs', supported: 'replaces' }, sdp()));
    await eventually(() => expect(keeper.begun).toHaveLength(1));
    await quiet();
    expect(first.sentKinds).toEqual(['100']);
    keeper.release();
    const ringing = await nextOf(first, '180');
    expect(keeper.begun[0]).toMatchObject({
      direction: 'incoming',
      sipCallId: 'theirs',
      remote: { displayName: 'Bob', uri: 'sip:100@pbx.test' },
    });
    expect(headerOf(ringing.headers, 'to')).toContain(keeper.begun[0]?.localTag);
    first.calls.answer(offered);
    await eventually(() => expect(keeper.changed).toHaveLength(1));
    await quiet();
    expect(first.sentKinds).toEqual(['100', '180']);
    keeper.release();
    await nextOf(first, '200');
    expect(keeper.changed[0]).toMatchObject({
      remoteTag: 'bob',
      remoteCSeq: 1,
      remoteSdp: sdp(),
      peer: { supported: ['replaces'] },
      cameFrom: { host: '192.0.2.1', port: 5060 },
    });
  });

  test('are told again when a re-INVITE changed something, and not when it did not', async () => {
    const facts = await made();
    expect(keeper.changed).toHaveLength(1);
    first.receive(inDialog(facts, 'INVITE', 5, sdp('8 101', 'sendonly')));
    await nextOf(first, '200');
    expect(keeper.changed).toHaveLength(2);
    expect(keeper.changed[1]).toMatchObject({ remoteCSeq: 5, remoteTarget: 'sip:100@192.0.2.1:5060' });
    first.receive(inDialog(facts, 'ACK', 5));
    await quiet();
    first.receive(inDialog(facts, 'INVITE', 6, sdp('8 101', 'sendonly')));
    await nextOf(first, '200', 2);
    first.receive(inDialog(facts, 'ACK', 6));
    await quiet();
    expect(keeper.changed).toHaveLength(2);
    first.receive(inDialog(facts, 'UPDATE', 7, sdp()));
    await nextOf(first, '200', 3);
    expect(keeper.changed).toHaveLength(3);
  });

  test('that could not be kept are told again with the next message', async () => {
    first.dialogs.keepWith({
      begun: () => Promise.resolve(),
      changed: async (call, facts) => {
        await keeper.changedHere(call, facts);
        if (keeper.changed.length === 2) throw new Error('no database');
      },
    });
    const facts = await made();
    for (const cseq of [5, 6, 7]) {
      first.receive(inDialog(facts, 'INVITE', cseq, sdp()));
      await nextOf(first, '200', cseq - 4);
      first.receive(inDialog(facts, 'ACK', cseq));
      await quiet();
    }
    expect(keeper.changed.map(({ remoteCSeq }) => remoteCSeq)).toEqual([undefined, 5, 6]);
  });

  test('of a resumed dialog are told before its re-INVITE leaves', async () => {
    const facts = await made();
    const told: DialogFacts[] = [];
    second.dialogs.keepWith({
      begun: () => Promise.reject(new Error('not new')),
      changed: async (_call, changed) => {
        told.push(changed);
        expect(sentBy(second, 'INVITE')).toHaveLength(0);
      },
    });
    const { invite } = await resume(facts);
    expect(told[0]?.localCSeq).toBe(numberIn(invite) - 1);
  });
});

describe('a late 200', () => {
  /** To an INVITE of a process that is gone. */
  const late = (callId = 'dead') =>
    [
      'SIP/2.0 200 OK',
      'via: SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bK1.gone.elsewhere',
      'from: <sip:alice@pbx.test>;tag=dead',
      'to: <sip:600@pbx.test>;tag=them',
      `call-id: ${callId}`,
      'cseq: 3 INVITE',
      'contact: <sip:600@192.0.2.9:5070>',
      'record-route: <sip:192.0.2.1;lr>',
      'content-type: application/sdp',
      `content-length: ${sdp().length}`,
      '',
      sdp(),
    ].join('\r\n');

  test('to an INVITE of another process is acknowledged each time, and hung up once', async () => {
    second.receive(late());
    const ack = await nextOf(second, 'ACK');
    expect(ack).toMatchObject({ requestUri: 'sip:600@192.0.2.9:5070' });
    expect(headerOf(ack.headers, 'cseq')).toBe('3 ACK');
    expect(headerOf(ack.headers, 'route')).toBe('<sip:192.0.2.1;lr>');
    second.receive(late());
    await nextOf(second, 'ACK', 2);
    second.time.pass(2_000);
    const bye = await nextOf(second, 'BYE');
    expect(headerOf(bye.headers, 'cseq')).toBe('4 BYE');
    expect(headerOf(bye.headers, 'from')).toContain('tag=dead');
    expect(headerOf(bye.headers, 'to')).toContain('tag=them');
    second.receive(responseTo(bye, 200, 'OK'));
    second.receive(late());
    await nextOf(second, 'ACK', 3);
    second.time.pass(10_000);
    expect(sentBy(second, 'BYE')).toHaveLength(1);
  });

  test('of a dialog that is resumed here is acknowledged and goes on', async () => {
    const facts = await made();
    const { invite } = await resume(facts);
    second.receive(responseTo(invite, 200, 'OK', { headers: [contact], body: sdp() }));
    await nextOf(second, 'ACK');
    second.receive(late(facts.sipCallId).replace('tag=dead', `tag=${facts.localTag}`));
    await nextOf(second, 'ACK', 2);
    second.time.pass(5_000);
    await quiet();
    expect(sentBy(second, 'BYE')).toEqual([]);
  });

  test('from a stranger, or of a line that is not ours, meets silence', async () => {
    second.receive(late(), { host: '203.0.113.5', port: 5060 });
    second.receive(late().replace('sip:alice@', 'sip:mallory@'));
    await quiet();
    second.time.pass(5_000);
    await quiet();
    expect(second.sent).toEqual([]);
  });
});

describe('a call that is dropped silently', () => {
  test('sends nothing any more, and answers nothing', async () => {
    const facts = await made();
    const told = watch(first, old);
    const held = first.calls.hold(old, true).catch((error: unknown) => error);
    await nextOf(first, 'INVITE', 2);
    const before = first.sent.length;
    first.dialogs.dropSilently(old);
    expect(told.at(-1)).toEqual({ type: 'party.hungUp', cause: { kind: 'shutdown' } });
    expect(await held).toMatchObject({ name: 'RequestRefused' });
    first.receive(inDialog(facts, 'INVITE', 7, sdp()));
    first.receive(inDialog(facts, 'BYE', 8));
    first.time.pass(40_000);
    await new Promise(setImmediate);
    expect(first.sent.slice(before)).toEqual([]);
    expect(first.rtp.openLegs).toBe(0);
    expect(first.calls.open).toBe(0);
    const account = first.stack.accounts.ofLine(line);
    expect(account?.sessions.size).toBe(0);
    expect(account?.core.dialogs.size).toBe(0);
    expect(first.stack.client.unfinished).toBe(0);
    expect(first.dialogs.dialogFacts(old)).toBeUndefined();
  });

  test('while it rings the party is neither cancelled nor answered', async () => {
    first.calls.invite(old, { line, user, target: { kind: 'number', user: '600' } });
    const invite = await nextOf(first, 'INVITE');
    first.receive(responseTo(invite, 180, 'Ringing', { toTag: 'them', headers: [contact] }));
    first.dialogs.dropSilently(old);
    first.receive(responseTo(invite, 200, 'OK', { toTag: 'them', body: sdp(), headers: [contact] }));
    first.time.pass(40_000);
    await new Promise(setImmediate);
    expect(first.sentKinds).toEqual(['INVITE']);
    expect(first.stack.accounts.ofLine(line)?.sessions.size).toBe(0);
    expect(first.stack.client.unfinished).toBe(0);
  });

  test('offered to us it is neither refused nor repeated', async () => {
    first.calls.onOffer(({ callId }) => {
      offered = callId;
      first.calls.ring(callId, user);
    });
    const invite = requestTo('INVITE', { from, 'call-id': 'theirs' }, sdp());
    first.receive(invite);
    await nextOf(first, '180');
    first.dialogs.dropSilently(offered);
    first.receive(invite);
    first.time.pass(40_000);
    await new Promise(setImmediate);
    expect(first.sentKinds).toEqual(['100', '180']);
    expect(first.stack.server.unfinished).toBe(0);
    expect(first.rtp.openLegs).toBe(0);
  });

  test('leaves other calls of the line as they are', async () => {
    await made();
    const other = CallId('other');
    first.calls.invite(other, { line, user, target: { kind: 'number', user: '700' } });
    const invite = await nextOf(first, 'INVITE', 2);
    first.dialogs.dropSilently(old);
    first.receive(responseTo(invite, 200, 'OK', { toTag: 'too', body: sdp(), headers: [contact] }));
    await nextOf(first, 'ACK', 2);
    first.calls.hangUp(other, { kind: 'normal' });
    await nextOf(first, 'BYE');
  });
});
