import { describe, expect, test } from 'vitest';
import { Reception } from '../../../src/adapters/media/reception.ts';
import { readRtcp, writeRtcp } from '../../../src/adapters/media/rtcp.ts';
import { noRtpFields, readRtp, writeRtpHeader } from '../../../src/adapters/media/rtp.ts';
import { SourceLatch } from '../../../src/adapters/media/source-latch.ts';
import { generator } from './support/network.ts';

describe('RTP', () => {
  test('extension, contributing sources and padding are stepped over', () => {
    const packet = Buffer.alloc(12 + 8 + 8 + 3 + 4);
    writeRtpHeader(packet, 8, true, 0xfffe, 0xdead_beef, 0xcafe_babe);
    packet[0] = 0x80 | 0x20 | 0x10 | 2;
    packet.writeUInt16BE(1, 22);
    packet.set([1, 2, 3], 28);
    packet[34] = 4;
    const fields = noRtpFields();
    expect(readRtp(packet, packet.length, fields)).toBe(true);
    expect(fields).toEqual({
      payloadType: 8,
      marker: true,
      sequence: 0xfffe,
      timestamp: 0xdead_beef,
      ssrc: 0xcafe_babe,
      payloadStart: 28,
      payloadEnd: 31,
    });
  });

  test.each([
    ['too short', Buffer.alloc(11, 0x80)],
    ['another version', Buffer.alloc(20, 0x40)],
    [
      'an extension that ends beyond the packet',
      Buffer.concat([Buffer.from([0x90]), Buffer.alloc(13), Buffer.from([0xff, 0xff]), Buffer.alloc(4)]),
    ],
    ['more sources than bytes', Buffer.concat([Buffer.from([0x8f]), Buffer.alloc(20)])],
    ['padding longer than the packet', Buffer.concat([Buffer.from([0xa0]), Buffer.alloc(18), Buffer.from([200])])],
    ['padding of nothing', Buffer.concat([Buffer.from([0xa0]), Buffer.alloc(19)])],
  ])('%s is not RTP', (_name, packet) => {
    expect(readRtp(packet, packet.length, noRtpFields())).toBe(false);
  });

  test('no junk makes it throw, and what it finds is inside the packet', () => {
    const random = generator(5);
    const fields = noRtpFields();
    for (let round = 0; round < 5000; round++) {
      const packet = Buffer.from(Array.from({ length: Math.floor(random() * 60) }, () => Math.floor(random() * 256)));
      if (!readRtp(packet, packet.length, fields)) continue;
      expect(fields.payloadStart).toBeLessThanOrEqual(fields.payloadEnd);
      expect(fields.payloadEnd).toBeLessThanOrEqual(packet.length);
    }
  });
});

describe('RTCP', () => {
  const facts = {
    ssrc: 0x1111_1111,
    cname: 'someone',
    sent: { rtpTimestamp: 5, packets: 6, octets: 7 },
    epochMs: 1_700_000_000_500,
    reception: { ssrc: 0x2222_2222, fractionLost: 64, cumulativeLost: -3, highestSequence: 70_000, jitter: 9 },
    lastReport: 0xaabb_ccdd,
    sinceLastReportMs: 500,
    goodbye: true,
  };

  test('a report is a compound of report, description and goodbye, each of whole words', () => {
    const packet = Buffer.alloc(256);
    const length = writeRtcp(packet, facts);
    const types: number[] = [];
    let at = 0;
    for (; at < length; at += 4 + packet.readUInt16BE(at + 2) * 4) types.push(packet[at + 1] as number);
    expect(at).toBe(length);
    expect(types).toEqual([200, 202, 203]);
    expect(packet.readUInt32BE(8)).toBe(1_700_000_000 + 2_208_988_800);
    expect(packet.readUInt32BE(12)).toBe(0x8000_0000);
    expect(packet.readIntBE(33, 3)).toBe(-3);
    expect(packet.readUInt32BE(48)).toBe(32_768);
    expect(packet.toString('latin1', 62, 69)).toBe('someone');
  });

  test('the peer learns its loss and the time to us and back', () => {
    const packet = Buffer.alloc(256);
    // The report that we sent 300 ms ago stayed 100 ms at the peer.
    const sentAtMs = 1_700_000_000_250;
    const ours = Buffer.alloc(256);
    const oursLength = writeRtcp(ours, { ...facts, epochMs: sentAtMs });
    const { lastReport } = readRtcp(ours, oursLength, 0, 0);
    const length = writeRtcp(packet, {
      ...facts,
      sent: undefined,
      reception: { ...facts.reception, ssrc: 77 },
      lastReport: lastReport as number,
      sinceLastReportMs: 100,
    });
    expect(packet[1]).toBe(201);
    const read = readRtcp(packet, length, 77, sentAtMs + 300);
    expect(read).toMatchObject({ fractionLost: 64, cumulativeLost: -3, goodbye: true, lastReport: undefined });
    expect(read.roundTripMs).toBeCloseTo(200, 0);
    expect(readRtcp(packet, length, 78, sentAtMs).fractionLost).toBeUndefined();
  });

  test('no junk makes it throw', () => {
    const random = generator(9);
    const sound = Buffer.alloc(256);
    const length = writeRtcp(sound, facts);
    for (let round = 0; round < 3000; round++) {
      const packet = Buffer.from(sound.subarray(0, Math.floor(random() * (length + 1))));
      for (let i = 0; i < 4 && packet.length > 0; i++)
        packet[Math.floor(random() * packet.length)] = Math.floor(random() * 256);
      expect(() => readRtcp(packet, packet.length, 1, 0)).not.toThrow();
    }
  });
});

describe('reception', () => {
  test('counts what is missing between reports, over the wrap-around', () => {
    const reception = new Reception();
    expect(reception.report()).toBeUndefined();
    for (let i = 0; i < 100; i++) {
      if (i % 4 === 3) continue;
      reception.arrived(
        { ...noRtpFields(), ssrc: 5, sequence: (65_500 + i) & 0xffff, timestamp: i * 160 },
        8000,
        i * 20,
      );
    }
    expect(reception.report()).toMatchObject({
      ssrc: 5,
      cumulativeLost: 24,
      fractionLost: 62,
      jitter: 0,
      highestSequence: 65_598,
    });
    expect(reception.report()).toMatchObject({ cumulativeLost: 24, fractionLost: 0 });
  });

  test('jitter is that of RFC 3550', () => {
    const reception = new Reception();
    for (let i = 0; i < 500; i++) {
      reception.arrived({ ...noRtpFields(), sequence: i, timestamp: i * 160 }, 8000, i * 20 + (i % 2) * 10);
    }
    expect(reception.jitterMs(8000)).toBeCloseTo(10, 0);
  });
});

describe('whose packets are taken', () => {
  const latch = (strict = false) => {
    const it = new SourceLatch(strict);
    it.negotiated('192.0.2.1', 4000);
    return it;
  };

  test('those of the negotiated address, at once', () => {
    const it = latch();
    expect(it.accepts('192.0.2.1', 4000, 1, 0)).toBe(true);
    expect([it.host, it.port]).toEqual(['192.0.2.1', 4000]);
  });

  test('those of another address after three of one stream, and then we send there', () => {
    const it = latch();
    expect([1, 2, 3].map((ms) => it.accepts('198.51.100.7', 62_000, 5, ms))).toEqual([false, false, true]);
    expect([it.host, it.port]).toEqual(['198.51.100.7', 62_000]);
    expect(it.foreign).toBe(2);
  });

  test('not those of strangers who take turns', () => {
    const it = latch();
    for (let i = 0; i < 20; i++) expect(it.accepts('198.51.100.7', 62_000 + (i % 2), 5, i)).toBe(false);
    for (let ssrc = 0; ssrc < 20; ssrc++) expect(it.accepts('198.51.100.7', 62_000, ssrc, ssrc)).toBe(false);
  });

  test('a stranger takes nothing over while the peer is heard, and may after two seconds of silence', () => {
    const it = latch();
    it.accepts('192.0.2.1', 4000, 1, 0);
    for (let ms = 20; ms < 1900; ms += 20) expect(it.accepts('198.51.100.7', 62_000, 5, ms)).toBe(false);
    expect([2000, 2020, 2040].map((ms) => it.accepts('198.51.100.7', 62_000, 5, ms))).toEqual([false, false, true]);
  });

  test('a new negotiation counts more than what was learnt', () => {
    const it = latch();
    for (const ms of [1, 2, 3]) it.accepts('198.51.100.7', 62_000, 5, ms);
    it.negotiated('203.0.113.9', 5000);
    expect([it.host, it.port]).toEqual(['203.0.113.9', 5000]);
  });

  test('a strict line believes nobody else', () => {
    const it = latch(true);
    for (let i = 0; i < 10; i++) expect(it.accepts('198.51.100.7', 62_000, 5, 10_000 + i)).toBe(false);
  });
});
