import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PhoneCall } from '../../sandbox/phone/phone.ts';
import { Readiness } from '../../src/adapters/http/readiness.ts';
import { dial } from '../faults/support/calls.ts';
import { CallToLine } from '../faults/support/dialogs.ts';
import { HostilePeer } from '../faults/support/hostile-peer.ts';
import { audioAt } from '../faults/support/sip-text.ts';
import { openStage, type Stage } from '../support/stage.ts';

describe('a service that is told to stop during a call', () => {
  let stage: Stage;
  let pbx: HostilePeer;
  let call: PhoneCall;
  beforeEach(async () => {
    pbx = await HostilePeer.open();
    stage = await openStage();
    await stage.addLine({ domain: pbx.domain });
    pbx.plays((request) => {
      if (request.method === 'INVITE')
        request.respond('200 OK', { toTag: 'h', headers: [`Contact: <sip:5551@${pbx.domain}>`], sdp: audioAt(40_000) });
      return request.method === 'INVITE';
    });
    call = await dial(stage, '5551');
    await Promise.all([call.connected, pbx.request('ACK')]);
  });
  afterEach(async () => {
    await stage.close();
    await pbx.close();
  });

  const readiness = () => {
    const asked = new Readiness({ log: pino({ level: 'silent' }) });
    asked.watch(stage.service.parts);
    return asked.report();
  };

  test('lets it go on, takes no other, and is gone when it is over', async () => {
    let isStopped = false;
    expect(await readiness()).toMatchObject({ ready: true });
    const stopped = stage.service.stop(600_000).then(() => {
      isStopped = true;
    });
    expect(await readiness()).toMatchObject({ ready: false, parts: { service: { ok: false, is: 'draining' } } });

    stage.olga.sends('5552', stage.chat);
    await stage.olga.waitsFor(({ text }) => text === 'The service is restarting. Try again in a minute.');
    const party = new CallToLine(pbx, stage.service.sip.addresses.udpPort, '4930123');
    party.sends('INVITE', { sdp: audioAt(40_002) });
    const refusal = await party.answer('INVITE', 503);
    expect(Number(refusal.header('retry-after'))).toBeGreaterThan(0);
    party.sends('ACK', { answer: refusal });
    expect([isStopped, call.state, pbx.count('BYE')]).toEqual([false, 'connected', 0]);
    expect(pbx.registrations.at(-1)?.isRemoval).toBe(false);

    call.hangUp();
    await stopped;
    expect(pbx.count('BYE')).toBe(1);
    expect(pbx.registrations.at(-1)?.isRemoval).toBe(true);
    expect(stage.service.sip.counters.open()).toMatchObject({ calls: 0, sessions: 0, requests: 0 });
    expect(stage.olga.conversation(stage.chat).at(-1)?.text).toMatch(/^Answered 00:0\d · 5551$/);
  });

  test('ends it when it is told again', async () => {
    const hurry = new AbortController();
    const stopped = stage.service.stop(600_000, hurry.signal);
    expect(call.state).toBe('connected');
    hurry.abort();
    expect(await call.ended).toBe('disconnect');
    await stopped;
    expect(pbx.count('BYE')).toBe(1);
    expect(pbx.registrations.at(-1)?.isRemoval).toBe(true);
    const told = stage.olga.conversation(stage.chat).at(-1)?.text;
    expect(told).toMatch(/^Answered 00:0\d · 5551\nEnded: the service is restarting\.$/);
  });

  test('ends it at once when it may not wait', async () => {
    await stage.service.stop(0);
    expect(call.state).toBe('ended');
    expect(pbx.count('BYE')).toBe(1);
    expect(pbx.registrations.at(-1)?.isRemoval).toBe(true);
  });
});
