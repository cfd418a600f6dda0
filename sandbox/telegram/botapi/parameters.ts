import { BotApiError, badRequest } from './bot-api-error.ts';

export interface UploadedFile {
  readonly name: string;
  readonly type: string;
  readonly bytes: Buffer;
}

/** 50 MB of file and some room for the other fields. */
export const maxBodyBytes = 50 * 1024 * 1024 + 64 * 1024;

/**
 * The parameters of one request, however they came: query string, urlencoded, JSON or multipart. In all but JSON, complex
 * values are JSON texts; files are parts, named directly or by `attach://<part>`.
 */
export class Parameters {
  readonly #values: ReadonlyMap<string, unknown>;

  constructor(values: ReadonlyMap<string, unknown>) {
    this.#values = values;
  }

  /** @throws BotApiError 400 for bodies that are not what their type says */
  static async read(url: URL, contentType: string, body: Buffer): Promise<Parameters> {
    const values = new Map<string, unknown>(url.searchParams);
    const type = contentType.split(';')[0]?.trim().toLowerCase();
    if (type === 'application/json' && body.length > 0) {
      for (const [name, value] of Object.entries(parsedObject(body))) values.set(name, value);
    } else if (type === 'application/x-www-form-urlencoded') {
      for (const [name, value] of new URLSearchParams(body.toString())) values.set(name, value);
    } else if (type === 'multipart/form-data') {
      for (const [name, value] of await parts(contentType, body)) values.set(name, value);
    }
    return new Parameters(values);
  }

  static fromObject(object: object): Parameters {
    return new Parameters(new Map(Object.entries(object)));
  }

  has(name: string): boolean {
    const value = this.#values.get(name);
    return value !== undefined && value !== null && value !== '';
  }

  text(name: string): string | undefined {
    const value = this.#values.get(name);
    if (value === undefined || value === null) return undefined;
    return typeof value === 'object' ? JSON.stringify(value) : scalarText(value);
  }

  int(name: string): number | undefined {
    if (!this.has(name)) return undefined;
    const value = Number(this.#values.get(name));
    if (!Number.isFinite(value)) throw badRequest(`can't parse ${name}`);
    return Math.trunc(value);
  }

  flag(name: string): boolean {
    const value = this.#values.get(name);
    return value === true || value === 1 || value === 'true' || value === '1' || value === 'True';
  }

  /** A complex value, decoded from JSON text where it came as one. */
  json(name: string): unknown {
    const value = this.#values.get(name);
    if (typeof value !== 'string') return value ?? undefined;
    if (value === '') return undefined;
    try {
      return JSON.parse(value);
    } catch {
      throw badRequest(`can't parse ${name} JSON object`);
    }
  }

  object(name: string): Record<string, unknown> | undefined {
    const value = this.json(name);
    if (value === undefined) return undefined;
    if (!isRecord(value)) throw badRequest(`object expected as ${name}`);
    return value;
  }

  array(name: string): readonly unknown[] | undefined {
    const value = this.json(name);
    if (value === undefined) return undefined;
    if (!Array.isArray(value)) throw badRequest(`can't parse ${name} JSON object`);
    return value;
  }

  /** An uploaded file, or the text that names one (file_id). */
  file(name: string): UploadedFile | string | undefined {
    return this.fileBehind(this.#values.get(name));
  }

  /** The same for a value from inside a JSON field (`media` of InputMedia). */
  fileBehind(value: unknown): UploadedFile | string | undefined {
    const part = typeof value === 'string' && value.startsWith('attach://') ? this.#values.get(value.slice(9)) : value;
    if (isFile(part)) return part;
    return typeof part === 'string' && part !== '' ? part : undefined;
  }
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A scalar of a JSON value as text; anything else is no text. */
export const scalarText = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';

const isFile = (value: unknown): value is UploadedFile => isRecord(value) && Buffer.isBuffer(value['bytes']);

function parsedObject(body: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body.toString());
    if (isRecord(value)) return value;
  } catch {
    // Answered below like any other body that is no object.
  }
  throw badRequest('object expected as request body');
}

async function parts(contentType: string, body: Buffer): Promise<[string, unknown][]> {
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } })
    .formData()
    .catch(() => {
      throw new BotApiError(400, 'Bad Request: invalid multipart body');
    });
  return Promise.all(
    [...form].map(async ([name, value]): Promise<[string, unknown]> => {
      if (typeof value === 'string') return [name, value];
      return [name, { name: value.name, type: value.type, bytes: Buffer.from(await value.arrayBuffer()) }];
    }),
  );
}
