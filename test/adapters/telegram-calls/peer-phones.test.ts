import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { type PhoneCall, type PhoneFaults, UserPhone, webClient } from '../../../sandbox/phone/phone.ts';
import { startTelegram, type TelegramSandbox } from '../../../sandbox/telegram/telegram.ts';
import type { TelegramCalls, VoiceLegFact } from '../../../src/actors/ports/telegram-calls.ts';
import { type MediaPlane, startMedia } from '../../../src/adapters/media/start-media.ts';
import { telegramCalls } from '../../../src/adapters/telegram/calls/calls.ts';
import { openTelegram, type TelegramAccount } from '../../../src/adapters/telegram/client/account.ts';
import { CallId, UserId, VoiceLegId } from '../../../src/machines/model/ids.ts';
import { MemoryMailbox, MemoryPeers } from '../../fakes/memory-mailbox.ts';
import { eventually } from '../../support/eventually.ts';
import { dominantFrequencyHz, levelDbfs } from '../../support/tones.ts';
import { Phone as RtpPhone } from '../media/support/phone.ts';
import { silent } from '../telegram-client/chat-account.ts';
import { causeIn, types } from './endpoints.ts';

/** Telegram's engine (libwebrtc) over a whole Telegram at the other end; the real media plane at ours. */
let telegram: TelegramSandbox;
let media: MediaPlane;
let account: TelegramAccount;
let calls: TelegramCalls & { close(): Promise<void> };
let callee: { readonly phone: UserPhone; readonly id: UserId };

const userSaysHz = 700;
/** Telegram's busy tone, 0.35 s on and off, stands for whatever the user hears from us. */
const weSayHz = 425;

beforeAll(async () => {
  telegram = await startTelegram();
  const session = telegram.sessionString(telegram.addUser({ firstName: 'Telephone', username: 'siptg' }).id);
  media = await startMedia({
    threads: 1,
    rtpHost: '127.0.0.1',
    rtpPorts: { from: 43_000, to: 43_099 },
    ice: { addresses: ['127.0.0.1'] },
  });
  account = await openTelegram({
    apiId: 1,
    apiHash: '0'.repeat(32),
    session,
    proxy: { host: '127.0.0.1', port: telegram.socksPort },
    log: silent,
    mailbox: new MemoryMailbox(),
    peers: new MemoryPeers(),
  });
  calls = telegramCalls({ link: account, legs: media.webrtc, log: silent });
});
afterAll(async () => {
  await calls?.close();
  await account?.close();
  await media?.close();
  await telegram?.close();
});

describe('we call', () => {
  test.each<[string, PhoneFaults]>([
    ['a native client', {}],
    ['a web client', webClient],
    ['a phone with another payload type id', { payloadId: 96 }],
    ['a phone that is DTLS client', { setup: 'active' }],
    ['a phone that is DTLS server', { setup: 'passive' }],
    ['a phone without data channel', { noDataChannel: true }],
    ['a phone that waits for our channels', { waitsForChannels: true }],
    ['a phone with all the codecs of a browser', { everyCodec: true }],
  ])('%s, and both hear each other', async (_, faults) => {
    const { call, leg, facts } = await weCall(faults);
    await bothHear(leg, call);
    expect(types(facts)).toEqual(['user.ringing', 'user.answered', 'user.connected']);
    calls.hangUp(leg, { kind: 'normal' });
    expect(await call.ended).toBe('hangup');
    await nothingLeft(leg);
  });
});

describe('we are called by', () => {
  test.each<[string, PhoneFaults]>([
    ['a native client', {}],
    ['a web client', webClient],
    ['a phone with another payload type id', { payloadId: 97 }],
    ['a phone without data channel', { noDataChannel: true }],
    ['a phone with all the codecs of a browser', { everyCodec: true }],
  ])('%s, and both hear each other', async (_, faults) => {
    const { call, leg, facts } = await weAreCalled(faults);
    await bothHear(leg, call);
    call.hangUp();
    await eventually(() => expect(causeIn(facts)).toEqual({ kind: 'normal' }));
    expect(types(facts)).toEqual(['user.answered', 'user.connected', 'user.hungUp']);
    await nothingLeft(leg);
  });
});

describe('a camera that is switched on in mid call changes nothing', () => {
  test.each([
    ['for a caller', weAreCalled],
    ['for a callee', weCall],
  ])('%s', async (_, connect) => {
    const { call, leg, facts } = await connect({ payloadId: 98 });
    await bothHear(leg, call);
    for (let times = 0; times < 3; times++) call.offerVideo();
    await bothHear(leg, call);
    expect(causeIn(facts)).toEqual([]);
    call.hangUp();
    await call.ended;
  });
});

beforeEach(() => {
  const { id } = telegram.addUser({ firstName: 'Olga' });
  // Who never wrote cannot be called.
  telegram.person(id).sends('hello', account.selfId);
  const phone = new UserPhone(telegram.person(id).device(), { answers: 'at once' });
  phone.says({ frequencyHz: userSaysHz });
  callee = { phone, id: UserId(id) };
  onTestFinished(() => phone.close());
});

interface Connected {
  readonly call: PhoneCall;
  readonly leg: VoiceLegId;
  readonly facts: VoiceLegFact[];
}

async function weCall(faults: PhoneFaults): Promise<Connected> {
  const { phone, id } = callee;
  phone.faults = faults;
  const leg = VoiceLegId(`leg-${id}`);
  const facts = factsOf(leg);
  calls.ring(leg, id);
  const call = await phone.rings();
  await call.connected;
  return { call, leg, facts };
}

async function weAreCalled(faults: PhoneFaults): Promise<Connected> {
  const { phone } = callee;
  phone.faults = faults;
  const offered = new Promise<VoiceLegId>((resolve) => {
    calls.onOffer(({ voiceLegId }) => resolve(voiceLegId));
  });
  const call = await phone.calls(account.selfId);
  const leg = await offered;
  const facts = factsOf(leg);
  calls.answer(leg);
  await call.connected;
  return { call, leg, facts };
}

function factsOf(leg: VoiceLegId): VoiceLegFact[] {
  const facts: VoiceLegFact[] = [];
  onTestFinished(calls.watch(leg, (fact) => facts.push(fact)));
  return facts;
}

/** From now on: the user hears our tone, and a telephone beside us hears the user's. */
async function bothHear(leg: VoiceLegId, call: PhoneCall): Promise<void> {
  const beside = CallId(`beside-${leg}`);
  const telephone = await RtpPhone.open();
  try {
    await media.rtp.open(beside, callee.id);
    media.rtp.apply(beside, {
      remote: { host: '127.0.0.1', port: telephone.port },
      codec: { name: 'alaw', sendPayloadType: 8, receivePayloadType: 8, ptimeMs: 20 },
      direction: 'sendrecv',
    });
    media.media.hear(beside, leg);
    media.media.playTone(leg, 'busy');
    await call.heard(weSayHz, { forMs: 250, withinMs: 10_000 });
    await eventually(() => {
      const pcm = telephone.heard(200);
      expect(levelDbfs(pcm)).toBeGreaterThan(-20);
      expect(Math.abs(dominantFrequencyHz(pcm, 8000) - userSaysHz)).toBeLessThan(10);
    });
    media.media.stopTone(leg);
    await call.heardSilence();
  } finally {
    media.rtp.close(beside);
    telephone.hangUp();
  }
}

async function nothingLeft(leg: VoiceLegId): Promise<void> {
  await expect.poll(() => media.stats(leg)).toBeUndefined();
}
