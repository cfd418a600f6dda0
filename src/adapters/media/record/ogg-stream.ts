/** One logical Ogg bitstream (RFC 3533): packets in, pages out. */
export class OggStream {
  readonly #serial: number;
  #packets: Buffer[] = [];
  #segments = 0;
  #page = 0;

  constructor(serial: number) {
    this.#serial = serial;
  }

  get pendingPackets(): number {
    return this.#packets.length;
  }

  /** False: the packet does not fit into the page begun; `page` first. */
  add(packet: Buffer): boolean {
    const segments = segmentsOf(packet);
    if (this.#segments + segments > mostSegments) return false;
    this.#packets.push(packet);
    this.#segments += segments;
    return true;
  }

  /** Closes the page begun. `granule`: position at the end of its last packet. */
  page(granule: number, last = false): Buffer {
    const packets = this.#packets;
    const head = Buffer.alloc(headBytes + this.#segments);
    head.write('OggS', 0, 'latin1');
    head[5] = (this.#page === 0 ? firstPage : 0) | (last ? lastPage : 0);
    head.writeBigUInt64LE(BigInt(granule), 6);
    head.writeUInt32LE(this.#serial, 14);
    head.writeUInt32LE(this.#page++, 18);
    head[26] = this.#segments;
    let at = headBytes;
    for (const packet of packets) {
      // A packet ends with a segment of less than 255 bytes, be it an empty one (RFC 3533 §5).
      head.fill(255, at, at + segmentsOf(packet) - 1);
      at += segmentsOf(packet);
      head[at - 1] = packet.length % 255;
    }
    const page = Buffer.concat([head, ...packets]);
    page.writeUInt32LE(checksum(page), checksumAt);
    this.#packets = [];
    this.#segments = 0;
    return page;
  }
}

const headBytes = 27;
const checksumAt = 22;
const mostSegments = 255;
const firstPage = 2;
const lastPage = 4;

const segmentsOf = (packet: Buffer): number => Math.floor(packet.length / 255) + 1;

/** CRC-32 with polynomial 0x04c11db7, not reflected, without inversions (RFC 3533 §6). */
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte << 24;
  for (let bit = 0; bit < 8; bit++) remainder = (remainder << 1) ^ (remainder < 0 ? 0x04c1_1db7 : 0);
  return remainder >>> 0;
});

const checksum = (page: Buffer): number => {
  let crc = 0;
  for (const byte of page) crc = ((crc << 8) ^ (table[((crc >>> 24) ^ byte) & 255] as number)) >>> 0;
  return crc;
};
