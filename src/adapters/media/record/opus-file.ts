import { OggStream } from './ogg-stream.ts';

/** What the file says of itself. */
export interface OpusTags {
  readonly title: string;
  readonly artist: string;
  /** ISO 8601. */
  readonly date: string;
}

/** A piece of the file, one or more whole pages, with how long the file plays when it ends here. */
export interface FilePiece {
  readonly bytes: Uint8Array;
  readonly endMs: number;
  /** Nothing follows for as long as a pause lasts. It may be empty. */
  readonly pauses?: true;
}

/** Granules count samples at this rate, whatever the coder's is (RFC 7845 §4). */
const granuleRateHz = 48_000;
const granulesPerPacket = granuleRateHz / 50;
/** The delay of libopus' VOIP coder, 6.5 ms: what the decoder gives first is not yet sound. */
const preSkip = 312;
const packetsPerPage = 50;
const nothing = new Uint8Array();

/** Writes Ogg/Opus (RFC 7845) from packets of 20 ms: a page each second, so that a file cut off loses no more than that. */
export class OpusFile {
  readonly #stream: OggStream;
  /** Both head pages, before any sound. */
  readonly head: FilePiece;
  #packets = 0;

  constructor(serial: number, channels: 1 | 2, rateHz: number, tags: OpusTags) {
    this.#stream = new OggStream(serial);
    this.#stream.add(opusHead(channels, rateHz));
    const first = this.#stream.page(0);
    this.#stream.add(opusTags(tags));
    this.head = { bytes: Buffer.concat([first, this.#stream.page(0)]), endMs: 0 };
  }

  /** A piece when a page is full. */
  add(packet: Buffer): FilePiece | undefined {
    const full = this.#stream.add(packet) ? undefined : this.#page();
    if (full !== undefined) this.#stream.add(packet);
    this.#packets++;
    return full ?? (this.#stream.pendingPackets >= packetsPerPage ? this.#page() : undefined);
  }

  /** What there is of the page begun. */
  pause(): FilePiece {
    const piece = this.#stream.pendingPackets === 0 ? { bytes: nothing, endMs: this.#endMs } : this.#page();
    return { ...piece, pauses: true };
  }

  /** `packet` carries what the coder still held back; the granule cuts off what it carries beyond that. */
  end(packet: Buffer): FilePiece {
    const before = this.#stream.add(packet) ? undefined : this.#page();
    if (before !== undefined) this.#stream.add(packet);
    const last = this.#stream.page(preSkip + this.#packets * granulesPerPacket, true);
    return { bytes: before === undefined ? last : Buffer.concat([before.bytes, last]), endMs: this.#packets * 20 };
  }

  get #endMs(): number {
    return Math.max(0, ((this.#packets * granulesPerPacket - preSkip) * 1000) / granuleRateHz);
  }

  #page(): FilePiece {
    return { bytes: this.#stream.page(this.#packets * granulesPerPacket), endMs: this.#endMs };
  }
}

const opusHead = (channels: number, rateHz: number): Buffer => {
  const head = Buffer.alloc(19);
  head.write('OpusHead', 0, 'latin1');
  head[8] = 1;
  head[9] = channels;
  head.writeUInt16LE(preSkip, 10);
  head.writeUInt32LE(rateHz, 12);
  return head;
};

/** A comment has to fit into the one page there is for it. */
const longestComment = 1000;

const opusTags = ({ title, artist, date }: OpusTags): Buffer => {
  const comments = [`TITLE=${title}`, `ARTIST=${artist}`, `DATE=${date}`];
  const parts = ['siptg', ...comments].map((text) => {
    const bytes = Buffer.from(text.slice(0, longestComment));
    return Buffer.concat([uint32(bytes.length), bytes]);
  });
  const [vendor, ...list] = parts as [Buffer, ...Buffer[]];
  return Buffer.concat([Buffer.from('OpusTags'), vendor, uint32(list.length), ...list]);
};

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
