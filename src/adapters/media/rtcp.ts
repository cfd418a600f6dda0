import type { ReceptionReport } from './reception.ts';

/** RTCP on the wire (RFC 3550 §6): what we tell of both directions, and what we learn from the peer's reports. */

const type = { senderReport: 200, receiverReport: 201, description: 202, goodbye: 203 };
const cnameItem = 1;
const blockBytes = 24;
/** Seconds from 1900, NTP's zero, to 1970. */
const ntpOffsetSeconds = 2_208_988_800;

export interface SenderFacts {
  readonly ssrc: number;
  readonly cname: string;
  /** Of what we send; undefined: nothing was sent since the last report, which makes it a receiver report. */
  readonly sent: { readonly rtpTimestamp: number; readonly packets: number; readonly octets: number } | undefined;
  readonly epochMs: number;
  readonly reception: ReceptionReport | undefined;
  /** Middle 32 bits of the peer's last sender report, and how long ago it came; zeros before the first. */
  readonly lastReport: number;
  readonly sinceLastReportMs: number;
  /** The stream ends with this packet. */
  readonly goodbye: boolean;
}

/** Writes a compound packet; returns its length. `packet` holds 200 bytes or more. */
export const writeRtcp = (packet: Buffer, facts: SenderFacts): number => {
  let at = writeReport(packet, facts);
  at = writeDescription(packet, at, facts);
  if (facts.goodbye) at = writeHeader(packet, at, type.goodbye, 1, at + 8, facts.ssrc);
  return at;
};

/** What a peer's compound packet said. */
export interface RtcpFacts {
  /** Middle 32 bits of a sender report's time, to be returned in ours. */
  lastReport: number | undefined;
  /** 0–255, of the stream asked for. */
  fractionLost: number | undefined;
  /** Since the stream began; below 0 where packets came twice. */
  cumulativeLost: number | undefined;
  /** To the peer and back. */
  roundTripMs: number | undefined;
  goodbye: boolean;
}

/** Reads as far as the packet is sound; `ssrc` is our stream. */
export const readRtcp = (packet: Buffer, length: number, ssrc: number, epochMs: number): RtcpFacts => {
  const facts: RtcpFacts = {
    lastReport: undefined,
    fractionLost: undefined,
    cumulativeLost: undefined,
    roundTripMs: undefined,
    goodbye: false,
  };
  let at = 0;
  while (at + 8 <= length && (packet[at] as number) >> 6 === 2) {
    const end = at + 4 + packet.readUInt16BE(at + 2) * 4;
    if (end > length) break;
    const count = (packet[at] as number) & 31;
    const kind = packet[at + 1] as number;
    if (kind === type.senderReport && end - at >= 28) {
      facts.lastReport = packet.readUInt32BE(at + 10);
      readBlocks(packet, at + 28, end, count, ssrc, epochMs, facts);
    } else if (kind === type.receiverReport) {
      readBlocks(packet, at + 8, end, count, ssrc, epochMs, facts);
    } else if (kind === type.goodbye) {
      facts.goodbye = true;
    }
    at = end;
  }
  return facts;
};

const readBlocks = (
  packet: Buffer,
  start: number,
  end: number,
  count: number,
  ssrc: number,
  epochMs: number,
  facts: RtcpFacts,
): void => {
  for (let block = 0; block < count; block++) {
    const at = start + block * blockBytes;
    if (at + blockBytes > end) return;
    if (packet.readUInt32BE(at) !== ssrc) continue;
    facts.fractionLost = packet[at + 4] as number;
    facts.cumulativeLost = packet.readIntBE(at + 5, 3);
    const lastReport = packet.readUInt32BE(at + 16);
    if (lastReport === 0) continue;
    // RFC 3550 §6.4.1: A − LSR − DLSR, in 1/65536 s.
    const roundTrip = (compactNtp(epochMs) - lastReport - packet.readUInt32BE(at + 20)) | 0;
    if (roundTrip >= 0) facts.roundTripMs = (roundTrip * 1000) / 65_536;
  }
};

const writeReport = (packet: Buffer, facts: SenderFacts): number => {
  const { sent, reception } = facts;
  const kind = sent === undefined ? type.receiverReport : type.senderReport;
  const start = sent === undefined ? 8 : 28;
  const end = start + (reception === undefined ? 0 : blockBytes);
  writeHeader(packet, 0, kind, reception === undefined ? 0 : 1, end, facts.ssrc);
  if (sent !== undefined) {
    packet.writeUInt32BE((Math.floor(facts.epochMs / 1000) + ntpOffsetSeconds) >>> 0, 8);
    packet.writeUInt32BE(Math.floor(((facts.epochMs % 1000) / 1000) * 0x1_0000_0000) >>> 0, 12);
    packet.writeUInt32BE(sent.rtpTimestamp >>> 0, 16);
    packet.writeUInt32BE(sent.packets >>> 0, 20);
    packet.writeUInt32BE(sent.octets >>> 0, 24);
  }
  if (reception !== undefined) {
    packet.writeUInt32BE(reception.ssrc, start);
    packet[start + 4] = reception.fractionLost;
    packet.writeIntBE(reception.cumulativeLost, start + 5, 3);
    packet.writeUInt32BE(reception.highestSequence, start + 8);
    packet.writeUInt32BE(reception.jitter >>> 0, start + 12);
    packet.writeUInt32BE(facts.lastReport, start + 16);
    packet.writeUInt32BE(facts.lastReport === 0 ? 0 : Math.floor(facts.sinceLastReportMs * 65.536) >>> 0, start + 20);
  }
  return end;
};

const writeDescription = (packet: Buffer, at: number, { ssrc, cname }: SenderFacts): number => {
  // The item list ends with a zero and is padded with more of them to 32 bits (§6.5).
  const end = at + 8 + Math.ceil((2 + cname.length + 1) / 4) * 4;
  packet.fill(0, at, end);
  writeHeader(packet, at, type.description, 1, end, ssrc);
  packet[at + 8] = cnameItem;
  packet[at + 9] = cname.length;
  packet.write(cname, at + 10, 'latin1');
  return end;
};

const writeHeader = (packet: Buffer, at: number, kind: number, count: number, end: number, ssrc: number): number => {
  packet[at] = 0x80 | count;
  packet[at + 1] = kind;
  packet.writeUInt16BE((end - at) / 4 - 1, at + 2);
  packet.writeUInt32BE(ssrc, at + 4);
  return end;
};

/** Seconds since 1900 modulo 65536, with 16 bits of fraction (RFC 3550 §4). */
const compactNtp = (epochMs: number): number => {
  const seconds = (Math.floor(epochMs / 1000) + ntpOffsetSeconds) & 0xffff;
  return ((seconds << 16) | Math.floor(((epochMs % 1000) / 1000) * 65_536)) >>> 0;
};
