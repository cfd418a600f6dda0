import { NotOggOpus, type OggPage, renumber, serialOf } from './ogg-pages.ts';

/** What is sent as one file. */
export interface Part {
  readonly bytes: number;
  readonly durationMs: number;
  /** From the beginning, each time it is called. */
  read(): AsyncIterable<Uint8Array>;
}

/** An Ogg/Opus stream (RFC 7845) of which only the place of its pages is held in memory. */
export interface OggStream<Page extends OggPage> {
  /** `OpusHead` and `OpusTags`, as they are. */
  readonly heads: readonly Buffer[];
  /** Of sound, in order. */
  readonly pages: readonly Page[];
  /** To be read once, from its beginning. */
  open(): Promise<PageReader<Page>>;
}

export interface PageReader<Page> {
  /** @returns a copy, which may be changed */
  page(page: Page): Promise<Buffer>;
  close(): Promise<void>;
}

const opusRateHz = 48_000;

/**
 * Cuts a stream at page borders into streams of at most `maxBytes`, each with the headers (RFC 7845 §5), a numbering, and a time
 * line of its own.
 * @throws NotOggOpus
 */
export function cutStream<Page extends OggPage>(stream: OggStream<Page>, maxBytes: number): readonly Part[] {
  const { heads, pages } = stream;
  const [head] = heads;
  if (!head || pages.length === 0) throw new NotOggOpus('no audio');
  if (!head.includes('OpusHead')) throw new NotOggOpus('no Opus');
  const preSkip = BigInt(head.readUInt16LE(head.indexOf('OpusHead') + 10));
  const headBytes = heads.reduce((sum, { length }) => sum + length, 0);
  let base = 0n;
  return grouped(pages, maxBytes - headBytes).map((group, index) => {
    const start = base;
    base = group.findLast(({ granule }) => granule >= 0n)?.granule ?? base;
    const samples = base - start - (index === 0 ? preSkip : 0n);
    return {
      bytes: group.reduce((sum, page) => sum + page.bytes, headBytes),
      durationMs: (Number(samples) * 1_000) / opusRateHz,
      read: () => readPart(stream, { pages: group, start, isFirst: index === 0 }),
    };
  });
}

function grouped<Page extends OggPage>(pages: readonly Page[], maxBytes: number): readonly Page[][] {
  const groups: Page[][] = [];
  let group: Page[] = [];
  let groupBytes = 0;
  for (const page of pages) {
    if (groups.length === 0 || (groupBytes + page.bytes > maxBytes && !page.isContinuation)) {
      group = [];
      groups.push(group);
      groupBytes = 0;
    }
    group.push(page);
    groupBytes += page.bytes;
    if (groupBytes > maxBytes) throw new NotOggOpus('a packet is too long');
  }
  return groups;
}

interface Cut<Page> {
  readonly pages: readonly Page[];
  /** The granule at which the part begins. */
  readonly start: bigint;
  readonly isFirst: boolean;
}

async function* readPart<Page extends OggPage>(
  stream: OggStream<Page>,
  { pages, start, isFirst }: Cut<Page>,
): AsyncGenerator<Uint8Array> {
  const { heads } = stream;
  const reader = await stream.open();
  try {
    const serial = heads[0] ? serialOf(heads[0]) : 0;
    let sequence = 0;
    for (const head of heads) {
      const page = Buffer.from(head);
      const at = page.indexOf('OpusHead');
      // The pre-skip is the encoder's start, which later parts do not contain: nothing of theirs may be skipped.
      if (at >= 0 && !isFirst) page.writeUInt16LE(0, at + 10);
      yield renumber(page, { serial, sequence: sequence++, granule: 0n, isLast: false });
    }
    for (const [index, page] of pages.entries()) {
      const granule = page.granule < 0n ? page.granule : page.granule - start;
      const isLast = index === pages.length - 1;
      yield renumber(await reader.page(page), { serial, sequence: sequence++, granule, isLast });
    }
  } finally {
    await reader.close();
  }
}
