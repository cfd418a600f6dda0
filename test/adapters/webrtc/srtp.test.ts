import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { RtpHeader, RtpPacket, SrtcpSession, SrtpSession } from 'werift';
import { maxOverheadBytes, rejected, SrtpReceiver, SrtpSender } from '../../../src/adapters/media/webrtc/srtp.ts';
import { Keystream } from '../../../src/adapters/media/webrtc/srtp-crypto.ts';
import { deriveSessionKeys } from '../../../src/adapters/media/webrtc/srtp-keys.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

describe('test vectors of RFC 3711', () => {
  test('B.2: the keystream', () => {
    const keys = {
      cipherKey: hex('2B7E151628AED2A6ABF7158809CF4F3C'),
      salt: hex('F0F1F2F3F4F5F6F7F8F9FAFBFCFD'),
      authKey: Buffer.alloc(20),
    };
    const stream = new Keystream(keys).bytes(3, 0, 0, 0).toString('hex').toUpperCase();
    expect(stream).toBe(
      'E03EAD0935C95E80E166B16DD92B4EB4D23513162B02D0F72A43A2FE4A5F97AB41E95B3BB0A2E8DD477901E4FCA894C0',
    );
  });

  test('B.3: the session keys', () => {
    const keys = deriveSessionKeys('rtp', hex('E1F97A0D3E018BE0D64FA32C06DE4139'), hex('0EC675AD498AFEEBB6960B3AABE6'));
    expect(keys.cipherKey).toEqual(hex('C61E7A93744F39EE10734AFE3FF7A087'));
    expect(keys.salt).toEqual(hex('30CBBC08863D8C85D49DB34A9AE1'));
    expect(keys.authKey).toEqual(hex('CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4'));
  });
});

const masterKey = randomBytes(16);
const masterSalt = randomBytes(14);
const keys = {
  localMasterKey: masterKey,
  localMasterSalt: masterSalt,
  remoteMasterKey: masterKey,
  remoteMasterSalt: masterSalt,
};

/** A plain packet with room behind it. */
const rtp = (sequence: number, options: { ssrc?: number; payload?: Buffer; head?: Buffer } = {}) => {
  const payload = options.payload ?? Buffer.from(`packet ${sequence}`);
  const plain = Buffer.concat([options.head ?? Buffer.from([0x80, 111]), Buffer.alloc(10), payload]);
  plain.writeUInt16BE(sequence & 0xffff, 2);
  plain.writeUInt32BE(options.ssrc ?? 0xdeadbeef, 8);
  const packet = Buffer.alloc(plain.length + maxOverheadBytes);
  plain.copy(packet);
  return { packet, plain, length: plain.length };
};

const protectedBy = (sender: SrtpSender, sequence: number, options = {}) => {
  const { packet, plain, length } = rtp(sequence, options);
  return { packet, plain, length: sender.protect(packet, length) };
};

describe('SRTP', () => {
  test('equals a second implementation over a roll-over, both ways', () => {
    const other = new SrtpSession({ keys, profile: 1 });
    const sender = new SrtpSender(masterKey, masterSalt);
    const receiver = new SrtpReceiver(masterKey, masterSalt);
    for (let index = 65_400; index < 66_000; index++) {
      const payload = randomBytes(1 + (index % 200));
      const header = new RtpHeader({ payloadType: 111, sequenceNumber: index & 0xffff, timestamp: index, ssrc: 7 });
      const plain = new RtpPacket(header, payload).serialize();
      const packet = Buffer.alloc(plain.length + maxOverheadBytes);
      plain.copy(packet);
      const length = sender.protect(packet, plain.length);
      expect(packet.subarray(0, length)).toEqual(other.encrypt(payload, header));
      expect(receiver.unprotect(packet, length)).toBe(plain.length);
      expect(packet.subarray(0, plain.length)).toEqual(plain);
    }
  });

  test('SRTCP equals a second implementation, and its index keeps packets apart', () => {
    const other = new SrtcpSession({ keys, profile: 1 });
    const sender = new SrtpSender(masterKey, masterSalt);
    const receiver = new SrtpReceiver(masterKey, masterSalt);
    const report = Buffer.from('80c90001000000ff', 'hex');
    for (let round = 0; round < 3; round++) {
      const plain = Buffer.concat([report, randomBytes(24)]);
      const packet = Buffer.alloc(plain.length + maxOverheadBytes);
      plain.copy(packet);
      const length = sender.protectRtcp(packet, plain.length);
      expect(length).toBe(plain.length + 14);
      expect(other.decrypt(Buffer.from(packet.subarray(0, length)))).toEqual(plain);
      expect(receiver.unprotectRtcp(Buffer.from(packet), length)).toBe(plain.length);
      expect(receiver.unprotectRtcp(packet, length)).toBe(rejected.replayed);
      const theirs = other.encrypt(plain);
      expect(new SrtpReceiver(masterKey, masterSalt).unprotectRtcp(theirs, theirs.length)).toBe(plain.length);
      expect(theirs.subarray(0, plain.length)).toEqual(plain);
    }
  });

  test('with the short tag, RTP has four bytes and RTCP still ten', () => {
    const sender = new SrtpSender(masterKey, masterSalt, 4);
    const receiver = new SrtpReceiver(masterKey, masterSalt, 4);
    const { packet, plain, length } = protectedBy(sender, 1);
    expect(length).toBe(plain.length + 4);
    expect(receiver.unprotect(packet, length)).toBe(plain.length);
    const report = Buffer.alloc(8 + maxOverheadBytes);
    expect(sender.protectRtcp(report, 8)).toBe(22);
    expect(receiver.unprotectRtcp(report, 22)).toBe(8);
  });

  test('CSRCs and a header extension stay readable, the payload does not', () => {
    const sender = new SrtpSender(masterKey, masterSalt);
    const payload = Buffer.concat([
      Buffer.from('0000000100000002', 'hex'),
      Buffer.from('bede000110ff0000', 'hex'),
      Buffer.from('secret'),
    ]);
    const { packet, plain, length } = protectedBy(sender, 5, { head: Buffer.from([0x92, 111]), payload });
    expect(packet.subarray(0, 28)).toEqual(plain.subarray(0, 28));
    expect(packet.subarray(28, 34)).not.toEqual(Buffer.from('secret'));
    expect(new SrtpReceiver(masterKey, masterSalt).unprotect(packet, length)).toBe(plain.length);
    expect(packet.subarray(28, 34).toString()).toBe('secret');
  });

  test('packets out of order around a roll-over are understood', () => {
    const sender = new SrtpSender(masterKey, masterSalt);
    const receiver = new SrtpReceiver(masterKey, masterSalt);
    const sent = [65_533, 65_534, 65_535, 65_536, 65_537].map((index) => protectedBy(sender, index));
    for (const nth of [0, 3, 1, 4, 2]) {
      const { packet, plain, length } = sent[nth]!;
      expect(receiver.unprotect(packet, length)).toBe(plain.length);
      expect(packet.subarray(0, plain.length)).toEqual(plain);
    }
  });

  test('an older packet sent after the roll-over belongs to the round before', () => {
    const sender = new SrtpSender(masterKey, masterSalt);
    const receiver = new SrtpReceiver(masterKey, masterSalt);
    for (const index of [65_535, 65_536, 65_534, 65_537]) {
      const { packet, plain, length } = protectedBy(sender, index);
      expect(receiver.unprotect(packet, length)).toBe(plain.length);
    }
  });

  test('every source has its own count', () => {
    const sender = new SrtpSender(masterKey, masterSalt);
    const receiver = new SrtpReceiver(masterKey, masterSalt);
    for (const ssrc of [1, 2, 0xffffffff]) {
      for (const index of [65_535, 65_536]) {
        const { packet, plain, length } = protectedBy(sender, index, { ssrc });
        expect(receiver.unprotect(packet, length)).toBe(plain.length);
      }
    }
  });
});

describe('what does not get through', () => {
  test('a packet seen before, up to 1023 packets later, and one too old to tell', () => {
    const sender = new SrtpSender(masterKey, masterSalt);
    const receiver = new SrtpReceiver(masterKey, masterSalt);
    const sent = Array.from({ length: 1100 }, (_, index) => protectedBy(sender, index));
    const late = sent[600]!;
    for (const each of sent) {
      if (each === late) continue;
      expect(receiver.unprotect(Buffer.from(each.packet), each.length)).toBe(each.plain.length);
    }
    for (const { packet, length } of sent) {
      if (packet === late.packet) continue;
      expect(receiver.unprotect(Buffer.from(packet), length)).toBe(rejected.replayed);
    }
    expect(receiver.unprotect(Buffer.from(late.packet), late.length)).toBe(late.plain.length);
    expect(receiver.unprotect(Buffer.from(late.packet), late.length)).toBe(rejected.replayed);
    expect(receiver.unprotect(Buffer.from(sent[10]!.packet), sent[10]!.length)).toBe(rejected.replayed);
  });

  test('a packet with any bit changed, and it changes nothing', () => {
    const sender = new SrtpSender(masterKey, masterSalt);
    const receiver = new SrtpReceiver(masterKey, masterSalt);
    const { packet, plain, length } = protectedBy(sender, 9);
    for (let bit = 16; bit < length * 8; bit++) {
      const changed = Buffer.from(packet);
      changed[bit >>> 3]! ^= 1 << (bit & 7);
      const untouched = Buffer.from(changed);
      expect(receiver.unprotect(changed, length)).toBeLessThan(0);
      expect(changed).toEqual(untouched);
    }
    expect(receiver.unprotect(packet, length)).toBe(plain.length);
  });

  test('a forged leap forward does not move the window', () => {
    const sender = new SrtpSender(masterKey, masterSalt);
    const receiver = new SrtpReceiver(masterKey, masterSalt);
    const first = protectedBy(sender, 100);
    receiver.unprotect(first.packet, first.length);
    const forged = protectedBy(new SrtpSender(randomBytes(16), masterSalt), 30_000);
    expect(receiver.unprotect(forged.packet, forged.length)).toBe(rejected.unauthenticated);
    const second = protectedBy(sender, 101);
    expect(receiver.unprotect(second.packet, second.length)).toBe(second.plain.length);
  });

  test('truncated and overlong packets, bad headers, junk', () => {
    const sender = new SrtpSender(masterKey, masterSalt);
    const receiver = new SrtpReceiver(masterKey, masterSalt);
    const { packet, length } = protectedBy(sender, 1);
    for (let cut = 0; cut < length; cut++) {
      const short = Buffer.from(packet.subarray(0, cut));
      expect(receiver.unprotect(short, cut)).toBeLessThan(0);
      expect(receiver.unprotectRtcp(short, cut)).toBeLessThan(0);
    }
    for (let round = 0; round < 2000; round++) {
      const junk = randomBytes(round % 1600);
      if (junk.length > 0) junk[0] = 0x80 | (junk[0]! & 0x3f);
      expect(receiver.unprotect(junk, junk.length)).toBeLessThan(0);
      expect(receiver.unprotectRtcp(junk, junk.length)).toBeLessThan(0);
    }
    const giant = Buffer.alloc(5000, 0x80);
    expect(receiver.unprotect(giant, giant.length)).toBe(rejected.malformed);
    expect(receiver.unprotectRtcp(giant, giant.length)).toBe(rejected.malformed);
    expect(receiver.unprotect(packet, packet.length + 1)).toBe(rejected.malformed);
    expect(sender.protect(Buffer.alloc(20), 20)).toBe(rejected.malformed);
    expect(sender.protect(Buffer.alloc(40), 5)).toBe(rejected.malformed);
    expect(sender.protectRtcp(Buffer.alloc(40), 4)).toBe(rejected.malformed);
  });

  test('keys of the wrong size are refused when they are given', () => {
    expect(() => new SrtpSender(Buffer.alloc(15), masterSalt)).toThrow(RangeError);
    expect(() => new SrtpReceiver(masterKey, Buffer.alloc(16))).toThrow(RangeError);
  });
});
