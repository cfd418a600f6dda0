import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { PhoneFaults } from '../../sandbox/phone/phone.ts';
import { openStage, type Stage } from '../support/stage.ts';
import { dial, wholeCall } from './support/calls.ts';
import { CallToLine } from './support/dialogs.ts';
import { HostilePeer } from './support/hostile-peer.ts';
import { leftoversOf, restAs } from './support/leftovers.ts';
import { audioAt } from './support/sip-text.ts';

let stage: Stage;
let pbx: HostilePeer;
let atRest: ReturnType<typeof leftoversOf>;
beforeAll(async () => {
  pbx = await HostilePeer.open();
  stage = await openStage();
  await stage.addLine({ domain: pbx.domain });
  atRest = leftoversOf(stage);
});
afterAll(async () => {
  await stage?.close();
  await pbx?.close();
});
afterEach(async () => {
  for (const call of stage.phone.currentCalls) call.hangUp();
  await restAs(atRest, stage);
});

/** An honest PBX, which answers. */
const answering = () =>
  pbx.plays((request) => {
    if (request.method === 'INVITE')
      request.respond('200 OK', { toTag: 'h', headers: [`Contact: <sip:5551@${pbx.domain}>`], sdp: audioAt(40_000) });
    return request.method === 'INVITE';
  });

/** Olga calls, with Callback on or off, from a phone that works; everything must go well. */
const aCallWorks = async (callback: boolean) => {
  stage.phone.faults = {};
  answering();
  const told = await wholeCall(
    stage,
    '5551',
    async () => {
      const call = callback ? await dial(stage, '5551') : await olgaCallsFor('5551');
      await Promise.all([pbx.request('ACK'), call.connected]);
      call.hangUp();
    },
    atRest,
  );
  expect(told).toMatch(/^Answered 00:0\d · 5551$/);
};

const olgaCallsFor = async (number: string) => {
  stage.olga.sends(number, stage.chat);
  await stage.olga.waitsFor(({ text }) => text === `Press 📞 to call ${number}`);
  return stage.phone.calls(stage.chat);
};

describe('Olga’s phone lies when she calls for a number', () => {
  beforeAll(() => stage.setCallback(false));

  test.each<[string, PhoneFaults, string]>([
    // Telegram sees this one itself, and refuses it.
    ['reveals another g_a than it promised', { wrongGA: true }, 'The connection to you was lost'],
    ['confirms with the fingerprint of another key', { wrongFingerprint: true }, 'Your Telegram app misbehaved'],
  ])('it %s: that call ends, nothing is dialled, she is told', async (_what, faults, why) => {
    stage.phone.faults = faults;
    pbx.plays(() => false);
    const told = await wholeCall(
      stage,
      '5551',
      async () => {
        const call = await olgaCallsFor('5551');
        expect(await call.ended).toBe('disconnect');
      },
      atRest,
    );
    expect(told).toBe(`5551\n${why}: nothing was dialled.`);
    expect(pbx.received).toEqual([]);
  });

  test('afterwards a call works', () => aCallWorks(false));
});

describe('Olga’s phone lies when it is called back', () => {
  beforeAll(() => stage.setCallback(true));

  test('its half of the key is 1, with which everybody knows the key: that call ends, nothing is dialled', async () => {
    stage.phone.faults = { weakGB: true };
    pbx.plays(() => false);
    const told = await wholeCall(
      stage,
      '5551',
      async () => {
        const call = await dial(stage, '5551');
        expect(await call.ended).toBe('disconnect');
      },
      atRest,
    );
    expect(told).toBe('5551\nYour Telegram app misbehaved: nothing was dialled.');
    expect(pbx.received).toEqual([]);
  });

  test('it dies without a word while the party is called: the party is hung up, and the chat says why', async () => {
    pbx.plays((request) => {
      if (request.method === 'INVITE') request.respond('180 Ringing', { toTag: 'h' });
      return request.method === 'INVITE';
    });
    stage.phone.faults = {};
    const told = await wholeCall(
      stage,
      '5551',
      async () => {
        const call = await dial(stage, '5551');
        await Promise.all([pbx.request('INVITE'), call.connected]);
        // Ringback: connected on our side, too. Before that another limit counts.
        await call.heard(425);
        call.drop();
      },
      atRest,
    );
    expect(told).toBe('Connection lost · 5551');
    expect(pbx.count('CANCEL')).toBe(1);
  });

  test('its signaling is noise before it is sense: the noise is passed over', async () => {
    stage.phone.faults = { garbageSignaling: true };
    answering();
    const told = await wholeCall(
      stage,
      '5551',
      async () => {
        const call = await dial(stage, '5551');
        await Promise.all([pbx.request('ACK'), call.connected]);
        call.hangUp();
      },
      atRest,
    );
    expect(told).toMatch(/^Answered/);
  });

  test('afterwards a call works', () => aCallWorks(true));
});

describe('Olga’s phone lies when a party calls her', () => {
  const partyCalls = () => {
    pbx.plays(() => false);
    const call = new CallToLine(pbx, stage.service.sip.addresses.udpPort, '4930123');
    call.sends('INVITE', { sdp: audioAt(40_000) });
    return call;
  };

  test('its half of the key is 1: the party hears that it failed, the chat says the call was missed', async () => {
    stage.phone.faults = { weakGB: true };
    const told = await wholeCall(
      stage,
      '4930123',
      async () => {
        const party = partyCalls();
        const call = await stage.phone.rings();
        call.answer();
        expect(await call.ended).toBe('disconnect');
        party.sends('ACK', { answer: await party.answer('INVITE', 500) });
      },
      atRest,
    );
    expect(told).toBe('Your Telegram app misbehaved · 4930123');
  });

  test('afterwards a party reaches her', async () => {
    stage.phone.faults = {};
    const told = await wholeCall(
      stage,
      '4930123',
      async () => {
        const party = partyCalls();
        const call = await stage.phone.rings();
        call.answer();
        party.sends('ACK', { answer: await party.answer('INVITE', 200) });
        await call.connected;
        call.hangUp();
        await pbx.request('BYE');
      },
      atRest,
    );
    expect(told).toMatch(/^Answered 00:0\d · 4930123$/);
  });
});
