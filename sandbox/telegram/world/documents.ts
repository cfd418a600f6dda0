import type { Clock } from './clock.ts';
import type { Ids } from './ids.ts';
import type { Document, UserId } from './model.ts';
import { Refusal } from './refusal.ts';

/** A part of an upload holds at most 512 kB; only the last may be shorter than the first. */
const maxPartBytes = 512 * 1024;
const maxParts = 8000;

export type DocumentTraits = Pick<Document, 'kind' | 'mime'> &
  Partial<Pick<Document, 'durationSeconds' | 'title' | 'performer' | 'fileName'>>;

/** Files: parts on their way up, and documents that exist. */
export class Documents {
  readonly #uploads = new Map<string, Map<number, Buffer>>();
  readonly #documents = new Map<bigint, Document>();
  readonly #ids: Ids;
  readonly #clock: Clock;

  constructor(ids: Ids, clock: Clock) {
    this.#ids = ids;
    this.#clock = clock;
  }

  /** @throws Refusal FILE_PART_EMPTY, FILE_PART_TOO_BIG, FILE_PART_INVALID */
  savePart(userId: UserId, fileId: bigint, part: number, bytes: Buffer): void {
    if (bytes.length === 0) throw new Refusal(400, 'FILE_PART_EMPTY');
    if (bytes.length > maxPartBytes) throw new Refusal(400, 'FILE_PART_TOO_BIG');
    if (part < 0 || part >= maxParts) throw new Refusal(400, 'FILE_PART_INVALID');
    const key = `${userId}/${fileId}`;
    const parts = this.#uploads.get(key) ?? new Map<number, Buffer>();
    parts.set(part, Buffer.from(bytes));
    this.#uploads.set(key, parts);
  }

  /** @throws Refusal FILE_PARTS_INVALID, FILE_PART_n_MISSING */
  fromUpload(userId: UserId, fileId: bigint, partCount: number, traits: DocumentTraits): Document {
    const key = `${userId}/${fileId}`;
    const parts = this.#uploads.get(key);
    if (!parts || partCount < 1 || partCount > maxParts) throw new Refusal(400, 'FILE_PARTS_INVALID');
    const bytes = Array.from({ length: partCount }, (_, number) => {
      const part = parts.get(number);
      if (!part) throw new Refusal(400, `FILE_PART_${number}_MISSING`);
      return part;
    });
    const document = this.add(Buffer.concat(bytes), traits);
    this.#uploads.delete(key);
    return document;
  }

  add(bytes: Buffer, traits: DocumentTraits): Document {
    const document: Document = {
      ...traits,
      id: this.#ids.long(),
      accessHash: this.#ids.long(),
      fileReference: this.#ids.bytes(12),
      bytes,
      date: Math.floor(this.#clock.nowMs() / 1000),
    };
    this.#documents.set(document.id, document);
    return document;
  }

  find(id: bigint): Document | undefined {
    return this.#documents.get(id);
  }

  all(): readonly Document[] {
    return [...this.#documents.values()];
  }

  /** File references run out after a while: FILE_REFERENCE_EXPIRED until the message is fetched anew. */
  expireReferences(): void {
    for (const document of this.#documents.values()) document.fileReference = this.#ids.bytes(12);
  }
}
