import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openStage, type Stage } from '../support/stage.ts';
import { dial, wholeCall } from './support/calls.ts';
import { CallToLine, requestWithin } from './support/dialogs.ts';
import { HostilePeer, type Received } from './support/hostile-peer.ts';
import { leftoversOf, restAs } from './support/leftovers.ts';
import { type PatientCalls, startPatientCalls } from './support/patient-calls.ts';
import { audioAt, response } from './support/sip-text.ts';

type Play = (invite: Received) => void;

const headers = ['Contact: <sip:5551@127.0.0.1:9>'];
const sdp = audioAt(40_000);
const toTag = 'h';
const ok =
  (parts: Parameters<Received['respond']>[1]): Play =>
  (invite) =>
    invite.respond('200 OK', { toTag, headers, ...parts });

let stage: Stage;
let peer: HostilePeer;
let patience: PatientCalls;
/** With the patient calls, which run beside all others. */
let atRest: ReturnType<typeof leftoversOf>;
beforeAll(async () => {
  peer = await HostilePeer.open();
  stage = await openStage();
  patience = await startPatientCalls(stage);
  atRest = leftoversOf(stage);
});
afterAll(async () => {
  await patience?.close();
  await stage?.close();
  await peer?.close();
});
afterEach(async () => {
  for (const call of stage.phone.currentCalls) call.hangUp();
  await restAs(atRest, stage);
});

/** Olga calls, and the peer plays with the INVITE. Returns what her chat says in the end. */
const callPlayedBy = (play: Play) => {
  peer.plays((request) => {
    if (request.method === 'INVITE') play(request);
    return request.method === 'INVITE' || request.method === 'ACK';
  });
  return wholeCall(stage, '5551', () => dial(stage, '5551'), atRest);
};

/** Olga calls, the peer answers, and she hangs up. Returns what her chat says in the end. */
const callAnsweredWith = (parts: Parameters<Received['respond']>[1]) => {
  peer.plays((request) => {
    if (request.method === 'INVITE') ok({ sdp, ...parts })(request);
    return request.method === 'INVITE';
  });
  const talk = async () => {
    const call = await dial(stage, '5551');
    await Promise.all([peer.request('ACK'), call.connected]);
    call.hangUp();
  };
  return wholeCall(stage, '5551', talk, atRest);
};

describe('a PBX that misbehaves ends one call, with its reason', () => {
  beforeAll(async () => {
    await stage.addLine({ domain: peer.domain });
  });

  test.each<[string, Play]>([
    ['no SDP at all', ok({ sdp: 'this is no SDP' })],
    ['a codec nobody offered', ok({ sdp: sdp.replace('AVP 8', 'AVP 99').replace('8 PCMA', '99 SPEEX') })],
  ])('it answers 200 and describes %s: ACK, BYE, and not acceptable', async (_what, play) => {
    expect(await callPlayedBy(play)).toBe('488 Not Acceptable Here · 5551');
    expect([peer.count('ACK'), peer.count('BYE')]).toEqual([1, 1]);
  });

  test('it answers 200 and describes nothing: ACK, BYE, and the fault is named', async () => {
    expect(await callPlayedBy(ok({}))).toBe('The other side’s telephone misbehaved · 5551');
    expect([peer.count('ACK'), peer.count('BYE')]).toEqual([1, 1]);
  });

  test('it answers 200 without a To tag: the call is there as with any other old server, and can be hung up', async () => {
    expect(await callAnsweredWith({ toTag: undefined })).toMatch(/^Answered 00:0\d · 5551$/);
    expect(peer.count('BYE')).toBe(1);
  });

  test.each<[string, string, Play]>([
    [
      'asks for a password again and again',
      '407 Proxy Authentication Required',
      (invite) => {
        const challenge = `Proxy-Authenticate: Digest realm="x", nonce="${randomBytes(8).toString('hex')}", stale=true`;
        invite.respond('407 Proxy Authentication Required', { toTag, headers: [challenge] });
      },
    ],
    [
      'asks for a password without saying how',
      '407 Proxy Authentication Required',
      (invite) => invite.respond('407 Proxy Authentication Required', { toTag }),
    ],
    [
      'redirects to itself for ever',
      '302 Moved',
      (invite) => invite.respond('302 Moved', { toTag, headers: [`Contact: <sip:5551@${peer.domain}>`] }),
    ],
    [
      'redirects to nowhere',
      '302 Moved',
      (invite) => invite.respond('302 Moved', { toTag, headers: ['Contact: <<<>'] }),
    ],
  ])('it %s: %s', async (_what, outcome, play) => {
    expect(await callPlayedBy(play)).toBe(`${outcome} · 5551`);
    // Twice, with a password or at the address it was sent to, and no more.
    expect(peer.count('INVITE')).toBeLessThanOrEqual(2);
  });

  test('it sends noise, and answers that are none, before the real one: only the real one counts', async () => {
    const told = await callPlayedBy((invite) => {
      const forged = response(invite, '200 OK', { toTag, sdp, headers }).replace(
        /branch=[^;\r]*/,
        'branch=z9hG4bKforged',
      );
      const noise = [
        randomBytes(400),
        'SIP/2.0',
        'SIP/2.0 200 OK\r\n\r\n',
        response(invite, '999 Whatever', { toTag }),
        forged,
      ];
      for (const bytes of noise) invite.send(bytes);
      invite.respond('500 Broken', { toTag });
    });
    expect(told).toBe('500 Broken · 5551');
    // The 200 nobody had asked for may have made a call somewhere: it is hung up (RFC 3261 §13.2.2.4).
    await peer.request('BYE');
  });

  test('it answers and hangs up in one breath', async () => {
    const told = await callPlayedBy((invite) => {
      invite.respond('200 OK', { toTag, headers, sdp });
      invite.send(requestWithin(invite, 'BYE', toTag, peer));
    });
    expect(told).toBe('Answered 00:00 · 5551');
    expect(
      (await peer.until(({ status, method }) => method === 'BYE' && status !== undefined, 'answer to BYE')).status,
    ).toBe(200);
  });

  test('it answers twice with different tags, as forking proxies do: the second one is hung up, the first is the call', async () => {
    peer.plays((request) => {
      if (request.method !== 'INVITE') return false;
      request.respond('200 OK', { toTag: 'first', headers, sdp });
      request.respond('200 OK', { toTag: 'second', headers, sdp });
      return true;
    });
    const told = await wholeCall(
      stage,
      '5551',
      async () => {
        const call = await dial(stage, '5551');
        await call.connected;
        expect((await peer.request('BYE')).header('to')).toContain('tag=second');
        call.hangUp();
      },
      atRest,
    );
    expect(told).toMatch(/^Answered/);
    expect(peer.received.filter(({ method }) => method === 'BYE').map((bye) => bye.header('to'))).toEqual([
      expect.stringContaining('tag=second'),
      expect.stringContaining('tag=first'),
    ]);
  });

  test('it answers 200 after the CANCEL: the call it made is hung up', async () => {
    peer.plays((request) => {
      if (request.method === 'INVITE') request.respond('180 Ringing', { toTag, headers });
      if (request.method !== 'CANCEL') return request.method === 'INVITE';
      request.respond('200 OK', { toTag });
      peer.received.find(({ method }) => method === 'INVITE')?.respond('200 OK', { toTag, headers, sdp });
      return true;
    });
    const told = await wholeCall(
      stage,
      '5551',
      async () => {
        const call = await dial(stage, '5551');
        await Promise.all([peer.request('INVITE'), call.connected]);
        call.hangUp();
        await Promise.all([peer.request('ACK'), peer.request('BYE')]);
      },
      atRest,
    );
    expect(told).toBe('Cancelled · 5551');
  });

  test('after all of it a call works', async () => {
    expect(await callAnsweredWith({ toTag })).toMatch(/^Answered 00:0\d · 5551$/);
  });
});

describe('a PBX that calls and misbehaves', () => {
  let line: CallToLine;
  const calls = () => {
    peer.plays(() => false);
    line = new CallToLine(peer, stage.service.sip.addresses.udpPort, '4930123');
    return line;
  };

  test('it describes no media anybody can play: 488, and nobody rings', async () => {
    const last = Math.max(...stage.olga.conversation(stage.chat).map(({ id }) => id));
    for (const bad of ['this is no SDP', sdp.replace('audio', 'video'), sdp.replace('AVP 8', 'AVP 99')]) {
      const call = calls();
      call.sends('INVITE', { sdp: bad });
      const refusal = await call.answer('INVITE', 488);
      call.sends('ACK', { answer: refusal });
    }
    expect(stage.phone.currentCalls).toEqual([]);
    // What belongs to the call before may still be tidied away.
    expect(stage.olga.conversation(stage.chat).filter(({ id }) => id > last)).toEqual([]);
  });

  test('it hangs up instead of the ACK', async () => {
    const call = calls();
    const told = await wholeCall(
      stage,
      '4930123',
      async () => {
        call.sends('INVITE', { sdp });
        (await stage.phone.rings()).answer();
        const answer = await call.answer('INVITE', 200);
        call.sends('BYE', { answer });
        await call.answer('BYE', 200);
      },
      atRest,
    );
    expect(told).toMatch(/^(Answered 00:00|Missed) · 4930123$/);
  });

  test.each([
    ['nothing', undefined],
    ['no SDP', 'this is no SDP'],
    ['a codec nobody offered', sdp.replace('AVP 8', 'AVP 99')],
  ])('it lets us offer and answers %s in its ACK: BYE', async (_what, answered) => {
    const call = calls();
    const told = await wholeCall(
      stage,
      '4930123',
      async () => {
        call.sends('INVITE');
        (await stage.phone.rings()).answer();
        const answer = await call.answer('INVITE', 200);
        call.sends('ACK', { answer, ...(answered !== undefined && { sdp: answered }) });
        await peer.request('BYE');
      },
      atRest,
    );
    expect(told).toBe('The other side’s telephone misbehaved · 4930123');
  });

  test('after all of it a call works', async () => {
    const call = calls();
    const told = await wholeCall(
      stage,
      '4930123',
      async () => {
        call.sends('INVITE', { sdp });
        const ring = await stage.phone.rings();
        ring.answer();
        call.sends('ACK', { answer: await call.answer('INVITE', 200) });
        await ring.connected;
        ring.hangUp();
        await peer.request('BYE');
      },
      atRest,
    );
    expect(told).toMatch(/^Answered 00:0\d · 4930123$/);
  });
});

const nothing = () => ({
  ...(Object.fromEntries(Object.keys(atRest).map((name) => [name, 0])) as typeof atRest),
  udpSockets: patience.udpSocketsBefore,
});

describe('a PBX that says nothing at all, while everybody else has calls', () => {
  // 64·T1 = 32 s is real time (RFC 3261, timers B and H); most of it has passed already.
  test('it does not answer an INVITE: the call ends after 32 s', async () => {
    // The machines' clock has to run for the tone that ends a call.
    const [told] = await Promise.all([patience.notAnswered, restAs(nothing(), stage, 45_000)]);
    expect(told).toBe('408 Request Timeout · 5552');
  });

  test('its connection breaks instead of an answer: the call ends', async () => {
    expect(await patience.disconnected).toMatch(/^(408 Request Timeout|503 Service Unavailable) · 5553$/);
  });

  test('it does not acknowledge our 200: BYE after 32 s', async () => {
    expect(await patience.notAcknowledged).toBe('Missed · 4930124');
  });

  test('and nothing at all is left', async () => {
    await restAs(nothing(), stage);
  });
});
