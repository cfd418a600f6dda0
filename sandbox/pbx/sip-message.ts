/** A SIP message (RFC 3261 §7), as much of it as a small PBX needs. */
export interface SipMessage {
  /** Of a request; empty in a response. */
  readonly method: string;
  /** Of a request; empty in a response. */
  readonly uri: string;
  /** Of a response; 0 in a request. */
  readonly status: number;
  readonly reason: string;
  /** Names in lower case and long form, values in order, one per line or list element as they came. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly body: string;
}

/** Name and value; order is kept. */
export type HeaderLines = readonly (readonly [name: string, value: string])[];

/** RFC 3261 §7.3.3. */
const longForms: Readonly<Record<string, string>> = {
  i: 'call-id',
  m: 'contact',
  e: 'content-encoding',
  l: 'content-length',
  c: 'content-type',
  f: 'from',
  s: 'subject',
  k: 'supported',
  t: 'to',
  v: 'via',
};

export const maxMessageBytes = 64 * 1024;
const maxHeaderLines = 128;

/** Reads one whole message, body included; undefined when it is none. */
export const parseSip = (text: string): SipMessage | undefined => {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0 || text.length > maxMessageBytes) return undefined;
  // A line that begins with white space goes on with the one before (§7.3.1).
  const [first = '', ...lines] = text
    .slice(0, end)
    .replaceAll(/\r\n[ \t]+/g, ' ')
    .split('\r\n');
  if (lines.length > maxHeaderLines) return undefined;
  const headers = new Map<string, string[]>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon < 1) return undefined;
    const short = line.slice(0, colon).trim().toLowerCase();
    const name = longForms[short] ?? short;
    headers.set(name, [...(headers.get(name) ?? []), line.slice(colon + 1).trim()]);
  }
  const rest = text.slice(end + 4);
  const length = Number(headers.get('content-length')?.[0] ?? Buffer.byteLength(rest));
  if (!Number.isInteger(length) || length < 0 || length > Buffer.byteLength(rest)) return undefined;
  const body = Buffer.from(rest).toString('utf8', 0, length);
  const request = /^([A-Z]{1,32}) (\S+) SIP\/2\.0$/.exec(first);
  if (request) return { method: request[1]!, uri: request[2]!, status: 0, reason: '', headers, body };
  const response = /^SIP\/2\.0 ([1-6]\d\d) ?(.*)$/.exec(first);
  if (!response) return undefined;
  return { method: '', uri: '', status: Number(response[1]), reason: response[2]!, headers, body };
};

export const formatSip = (firstLine: string, headers: HeaderLines, body = ''): string =>
  [
    firstLine,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');

/** The first value of a header, or the empty string. */
export const header = (message: SipMessage, name: string): string => message.headers.get(name)?.[0] ?? '';

/** `sip:user@host` of a name-addr or addr-spec (§25.1), without its parameters; undefined when there is none. */
export const addressOf = (value: string): { readonly uri: string; readonly user: string } | undefined => {
  const uri = /<([^>]*)>/.exec(value)?.[1] ?? value.split(';', 1)[0]!.trim();
  const match = /^sips?:(?:([^@;?]*)@)?[^@\s]+$/i.exec(uri);
  return match ? { uri, user: decodeUser(match[1] ?? '') } : undefined;
};

/** A header parameter, behind the `>` where there is one. */
export const parameter = (value: string, name: string): string | undefined => {
  const tail = value.slice(value.indexOf('>') + 1);
  return new RegExp(`;\\s*${name}(?:=("[^"]*"|[^;,\\s]*))?`, 'i').exec(`;${tail}`)?.[1]?.replaceAll('"', '');
};

/** Method and number of CSeq. */
export const sequenceOf = (message: SipMessage): { readonly number: number; readonly method: string } => {
  const [number = '', method = ''] = header(message, 'cseq').split(/\s+/);
  return { number: /^\d{1,10}$/.test(number) ? Number(number) : -1, method };
};

const decodeUser = (user: string): string => {
  try {
    return decodeURIComponent(user.split(':', 1)[0]!);
  } catch {
    return user;
  }
};
