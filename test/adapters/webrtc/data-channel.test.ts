import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { Event, RTCDtlsTransport, type RTCIceTransport, RTCSctpTransport } from 'werift';
import { AudioDtls } from '../../../src/adapters/media/webrtc/audio-dtls.ts';
import { DataChannel } from '../../../src/adapters/media/webrtc/data-channel.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** An authenticated peer that sends over SCTP whatever it likes, and our end as callee. */
const withRudePeer = async () => {
  const [here, there] = [new Event<[Buffer]>(), new Event<[Buffer]>()];
  const certificate = await RTCDtlsTransport.SetupCertificate();
  const end = (incoming: Event<[Buffer]>, outgoing: Event<[Buffer]>): AudioDtls => {
    const send = async (data: Buffer): Promise<void> => void setImmediate(() => outgoing.execute(Buffer.from(data)));
    const connection = { onData: incoming, send };
    return new AudioDtls({ connection, role: 'controlling' } as unknown as RTCIceTransport, certificate);
  };
  const [ours, theirs] = [end(here, there), end(there, here)];
  const { fingerprint } = ours;
  const texts: string[] = [];
  let opened = 0;
  const channel = new DataChannel(ours, 'callee', { opened: () => opened++, text: (text) => texts.push(text) });
  await Promise.all([ours.connect('server', fingerprint, () => {}), theirs.connect('client', fingerprint, () => {})]);
  channel.start();
  const peer = new RTCSctpTransport(5000);
  peer.setDtlsTransport(theirs);
  const { sctp } = peer;
  sctp.isServer = false;
  // werift's own data channels would stumble over our acknowledgements: the very fault that keeps us from using them.
  sctp.onReceive.allUnsubscribe();
  const established = new Promise<void>((resolve) => {
    sctp.stateChanged.connected.once(() => resolve());
  });
  await sctp.start(5000);
  await established;
  closing.push(() => {
    channel.close();
    void peer.stop();
  });
  return { channel, texts, opened: () => opened, sctp, raw: (data: Buffer) => theirs.sendData(data) };
};

const openMessage = (labelLength: number): Buffer => {
  const message = Buffer.concat([Buffer.from([3, 0, 0, 0, 0, 0, 0, 0]), Buffer.alloc(4), Buffer.from('data')]);
  message.writeUInt16BE(labelLength, 8);
  return message;
};

describe('a peer that keeps to no rule', () => {
  test('opens with nonsense, sends unknown kinds and to other streams: only texts of the channel are heard', async () => {
    const { texts, opened, sctp } = await withRudePeer();
    await sctp.send(0, 50, Buffer.from([2]));
    await sctp.send(7, 51, Buffer.from('on no channel'));
    await sctp.send(0, 50, openMessage(60_000));
    await sctp.send(0, 50, Buffer.from([3]));
    await sctp.send(0, 50, randomBytes(100).fill(9, 0, 1));
    await sctp.send(0, 999, Buffer.from('unknown'));
    await sctp.send(0, 53, Buffer.from('binary'));
    await sctp.send(3, 50, openMessage(4));
    await sctp.send(3, 51, Buffer.from('on another'));
    await sctp.send(0, 51, Buffer.from([0xff, 0xfe, 0x41]));
    await sctp.send(0, 51, Buffer.from('heard'));
    await expect.poll(() => texts).toEqual(['\ufffd\ufffdA', 'heard']);
    expect(opened()).toBe(1);
  });

  test('sends junk instead of SCTP: the channel lives on', async () => {
    const { texts, sctp, raw } = await withRudePeer();
    for (let round = 0; round < 200; round++) await raw(randomBytes(round * 3));
    for (let round = 0; round < 50; round++) {
      const packet = randomBytes(12 + round);
      packet.writeUInt32BE(0x13881388, 0);
      await raw(packet);
    }
    await sctp.send(0, 50, openMessage(4));
    await sctp.send(0, 51, Buffer.from('still heard'));
    await expect.poll(() => texts).toEqual(['still heard']);
  });

  test('never takes in what we say: no more than a few texts wait for it', async () => {
    const { channel, sctp, opened } = await withRudePeer();
    await sctp.send(0, 50, openMessage(4));
    await expect.poll(opened).toBe(1);
    for (let round = 0; round < 5000; round++) channel.sendText('x'.repeat(60_000));
    channel.sendText('y'.repeat(70_000));
    expect(process.memoryUsage().arrayBuffers).toBeLessThan(100_000_000);
  });
});
