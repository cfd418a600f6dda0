import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PhoneCall } from '../../sandbox/phone/phone.ts';
import { openStage, type Stage } from '../support/stage.ts';
import { HostilePeer, type Received } from './support/hostile-peer.ts';
import { leftoversOf, restAs } from './support/leftovers.ts';
import { audioAt, response } from './support/sip-text.ts';

type Script = (request: Received) => boolean | void;

/** Plays with the first INVITE only. */
const toInvite =
  (play: (invite: Received) => void): Script =>
  (request) => {
    if (request.method !== 'INVITE') return false;
    play(request);
    return true;
  };
const contact = ['Contact: <sip:5@127.0.0.1:9>'];
const sdp = audioAt(40_000);

let stage: Stage;
let peer: HostilePeer;
beforeAll(async () => {
  peer = await HostilePeer.open();
  stage = await openStage();
});
afterAll(async () => {
  await stage?.close();
  await peer?.close();
});

async function dial(): Promise<PhoneCall> {
  stage.olga.sends('5551', stage.chat);
  const call = await stage.phone.rings();
  call.answer();
  await call.connected;
  return call;
}

const outcomeAfter = (before: number) =>
  stage.olga.waitsFor(({ id, text }) => id > before && / · 5551/.test(text), 10_000);
const newest = () => Math.max(0, ...stage.olga.conversation(stage.chat).map(({ id }) => id));

const answers: readonly [string, Script][] = [
  ['200 without SDP', toInvite((invite) => invite.respond('200 OK', { toTag: 'a', headers: contact }))],
  [
    '200 text garbage sdp',
    toInvite((invite) => invite.respond('200 OK', { toTag: 'a', headers: contact, sdp: 'this is no SDP' })),
  ],
  [
    '200 video',
    toInvite((invite) =>
      invite.respond('200 OK', { toTag: 'a', headers: contact, sdp: sdp.replace('audio', 'video') }),
    ),
  ],
  ['200 port 0', toInvite((invite) => invite.respond('200 OK', { toTag: 'a', headers: contact, sdp: audioAt(0) }))],
  [
    '200 codec nobody offered',
    toInvite((invite) =>
      invite.respond('200 OK', {
        toTag: 'a',
        headers: contact,
        sdp: sdp.replace('AVP 8', 'AVP 99').replace('8 PCMA', '99 SPEEX'),
      }),
    ),
  ],
  ['200 no To tag', toInvite((invite) => invite.respond('200 OK', { headers: contact, sdp }))],
  ['200 other to tag null and no contact', toInvite((invite) => invite.respond('200 OK', { toTag: 'a', sdp }))],
  [
    'noise then 500',
    toInvite((invite) => {
      for (const noise of [
        randomBytes(40),
        'SIP/2.0',
        'SIP/2.0 200 OK\r\n\r\n',
        response(invite, '999 Whatever', { toTag: 'a' }),
        response(invite, '200 OK', { toTag: 'a', sdp, headers: contact, instead: { cseq: 'INVITE' } }),
        response(invite, '200 OK', { toTag: 'a', sdp, headers: contact, instead: { 'call-id': 'x' } }),
      ])
        invite.send(noise);
      invite.respond('500 Broken', { toTag: 'a' });
    }),
  ],
  [
    '407 for ever',
    toInvite((invite) =>
      invite.respond('407 Proxy Authentication Required', {
        toTag: 'a',
        headers: ['Proxy-Authenticate: Digest realm="x", nonce="' + Math.random() + '", stale=true'],
      }),
    ),
  ],
  ['407 without challenge', toInvite((invite) => invite.respond('407 Proxy Authentication Required', { toTag: 'a' }))],
  [
    '302 to itself',
    toInvite((invite) => invite.respond('302 Moved', { toTag: 'a', headers: [`Contact: <sip:5551@${peer.domain}>`] })),
  ],
  ['302 garbage', toInvite((invite) => invite.respond('302 Moved', { toTag: 'a', headers: [`Contact: <<<>`] }))],
  [
    '200 then BYE at once',
    (request) => {
      if (request.method !== 'INVITE') return false;
      request.respond('200 OK', { toTag: 'a', headers: contact, sdp });
      request.send(byeOf(request));
      return true;
    },
  ],
];
const byeOf = (invite: Received) =>
  [
    `BYE ${/<([^>]+)>/.exec(invite.header('contact'))?.[1]} SIP/2.0`,
    `Via: SIP/2.0/UDP ${peer.domain};branch=z9hG4bK${Math.random()}`,
    `From: ${invite.header('to')};tag=a`,
    `To: ${invite.header('from')}`,
    `Call-ID: ${invite.header('call-id')}`,
    'CSeq: 1 BYE',
    'Max-Forwards: 70',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');

describe('explore', () => {
  for (const transport of ['udp', 'tcp'] as const) {
    test.each(answers)(`${transport} %s`, async (name, script) => {
      if (!(await stage.service.lines.all()).some((l) => l.transport === transport)) {
        await stage.rest();
        await stage.addLine({ domain: peer.domain, transport });
      }
      const before = leftoversOf(stage);
      const since = newest();
      peer.plays(script);
      const t = performance.now();
      const call = await dial();
      const [outcome] = await Promise.all([
        outcomeAfter(since).catch((e) => ({ text: String(e) })),
        restAs(before, stage).catch((e) => {
          console.log(name, 'LEFT', String(e).slice(0, 600));
        }),
      ]);
      console.log(
        name,
        '=>',
        outcome.text,
        '| phone',
        call.state,
        '| peer',
        peer.received.map((r) => r.start.slice(0, 30)).join(' , '),
        Math.round(performance.now() - t),
      );
    });
  }
});
