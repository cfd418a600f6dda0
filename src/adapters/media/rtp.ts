/** RTP on the wire (RFC 3550 §5.1), read and written in place: no object per packet. */

export const rtpHeaderBytes = 12;

/** Where a received packet's parts are. One object per leg, overwritten by each packet. */
export interface RtpFields {
  payloadType: number;
  marker: boolean;
  sequence: number;
  timestamp: number;
  ssrc: number;
  payloadStart: number;
  payloadEnd: number;
}

export const noRtpFields = (): RtpFields => ({
  payloadType: 0,
  marker: false,
  sequence: 0,
  timestamp: 0,
  ssrc: 0,
  payloadStart: 0,
  payloadEnd: 0,
});

/** Reads the header; contributing sources, extension and padding are stepped over. False: not RTP, `into` is undefined. */
export const readRtp = (packet: Buffer, length: number, into: RtpFields): boolean => {
  if (length < rtpHeaderBytes || length > packet.length) return false;
  const first = packet[0] as number;
  if (first >> 6 !== 2) return false;
  let start = rtpHeaderBytes + (first & 15) * 4;
  if (first & 0x10) {
    if (start + 4 > length) return false;
    start += 4 + packet.readUInt16BE(start + 2) * 4;
  }
  let end = length;
  if (first & 0x20) {
    const padding = packet[length - 1] as number;
    if (padding === 0) return false;
    end -= padding;
  }
  if (start > end) return false;
  const second = packet[1] as number;
  into.payloadType = second & 0x7f;
  into.marker = second >= 0x80;
  into.sequence = packet.readUInt16BE(2);
  into.timestamp = packet.readUInt32BE(4);
  into.ssrc = packet.readUInt32BE(8);
  into.payloadStart = start;
  into.payloadEnd = end;
  return true;
};

export const writeRtpHeader = (
  packet: Buffer,
  payloadType: number,
  marker: boolean,
  sequence: number,
  timestamp: number,
  ssrc: number,
): void => {
  packet[0] = 0x80;
  packet[1] = payloadType | (marker ? 0x80 : 0);
  packet.writeUInt16BE(sequence & 0xffff, 2);
  packet.writeUInt32BE(timestamp >>> 0, 4);
  packet.writeUInt32BE(ssrc, 8);
};

/** RTCP shares the port when multiplexed: its packet types are 192–223 (RFC 5761 §4). */
export const isRtcp = (packet: Buffer): boolean => {
  const type = packet[1] ?? 0;
  return type >= 192 && type <= 223;
};
