/** Name in lower case with compact forms expanded, value unfolded and trimmed. Strings are bytes (latin1). */
export type Header = [name: string, value: string];

export interface SipRequest {
  readonly kind: 'request';
  readonly method: string;
  requestUri: string;
  headers: Header[];
  body: string;
}

export interface SipResponse {
  readonly kind: 'response';
  readonly status: number;
  readonly reason: string;
  /** From CSeq. */
  readonly method: string;
  headers: Header[];
  body: string;
}

export type SipMessage = SipRequest | SipResponse;

/** A request that cannot be understood but can be answered. */
export interface Refusal {
  readonly kind: 'refusal';
  readonly status: number;
  readonly reason: string;
  readonly method: string;
  readonly headers: Header[];
}

const MAX_MESSAGE_BYTES = 65_535;
const MAX_HEADER_BYTES = 16_384;
const MAX_HEADERS = 256;

/** RFC 3261 §7.3.3, and the compact forms of its extensions. */
const compactForms: Readonly<Record<string, string>> = {
  a: 'accept-contact',
  b: 'referred-by',
  c: 'content-type',
  e: 'content-encoding',
  f: 'from',
  i: 'call-id',
  k: 'supported',
  l: 'content-length',
  m: 'contact',
  o: 'event',
  r: 'refer-to',
  s: 'subject',
  t: 'to',
  u: 'allow-events',
  v: 'via',
  x: 'session-expires',
};

/**
 * Reads a message without any grammar of header values: the library's grammar costs 5 ms a message and refuses whole messages
 * for one odd header. Undefined when there is nobody to answer: a broken response, or noise.
 */
export const parseMessage = (bytes: Buffer): SipMessage | Refusal | undefined => {
  const text = bytes.subarray(0, MAX_MESSAGE_BYTES).toString('latin1');
  const end = text.indexOf('\r\n\r\n');
  const lines = (end < 0 ? text : text.slice(0, end)).replace(/\r\n[ \t]+/g, ' ').split('\r\n');
  const startLine = lines[0] ?? '';
  const { headers, fault } = readHeaders(lines);
  const method = (headerOf(headers, 'cseq') ?? '').split(/\s+/)[1] ?? '';
  const refuse = (status: number, reason: string): Refusal | undefined =>
    headerOf(headers, 'via') === undefined ? undefined : { kind: 'refusal', status, reason, method, headers };
  const body = bodyOf(text, end, headers);

  if (/^SIP\//i.test(startLine)) {
    const match = /^SIP\/2\.0 +(\d{3})(?: (.*))?$/i.exec(startLine);
    const status = Number(match?.[1]);
    if (match === null || status < 100 || status > 699 || fault !== undefined || body === undefined) return undefined;
    return { kind: 'response', status, reason: match[2]?.trim() || 'Unknown', method, headers, body };
  }

  const match = /^([A-Za-z0-9\-.!%*_+`'~]+) (\S+) SIP\/(\d+\.\d+)$/i.exec(startLine);
  if (match?.[1] === undefined || match[2] === undefined) {
    return / SIP\/\d/i.test(startLine) ? refuse(400, 'Bad Request-Line') : undefined;
  }
  if (bytes.length > MAX_MESSAGE_BYTES) return refuse(513, 'Message Too Large');
  if (fault !== undefined) return refuse(400, fault);
  if (match[3] !== '2.0') return refuse(505, 'Version Not Supported');
  if (body === undefined) return refuse(400, 'Bad Content-Length');
  return { kind: 'request', method: match[1], requestUri: match[2], headers, body };
};

const readHeaders = (lines: readonly string[]): { headers: Header[]; fault?: string } => {
  const headers: Header[] = [];
  let fault: string | undefined;
  for (const line of lines.slice(1, MAX_HEADERS + 1)) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0)).trim().toLowerCase();
    if (name === '' || /[^\x21-\x7e]/.test(name)) fault ??= 'Bad Header';
    else if (line.length > MAX_HEADER_BYTES) fault ??= 'Header Too Long';
    else headers.push([compactForms[name] ?? name, line.slice(colon + 1).trim()]);
  }
  if (lines.length > MAX_HEADERS + 1) fault ??= 'Too Many Headers';
  return fault === undefined ? { headers } : { headers, fault };
};

/** Undefined when Content-Length lies or contradicts itself. Bytes beyond it are no part of the message (RFC 3261 §18.3). */
const bodyOf = (text: string, headerEnd: number, headers: readonly Header[]): string | undefined => {
  const rest = headerEnd < 0 ? '' : text.slice(headerEnd + 4);
  const lengths = new Set(headersOf(headers, 'content-length'));
  if (lengths.size === 0) return rest;
  const [length = ''] = lengths;
  if (lengths.size > 1 || !/^\d{1,8}$/.test(length) || Number(length) > rest.length) return undefined;
  return rest.slice(0, Number(length));
};

export const headerOf = (headers: readonly Header[], name: string): string | undefined =>
  headers.find(([its]) => its === name)?.[1];

export const headersOf = (headers: readonly Header[], name: string): string[] =>
  headers.filter(([its]) => its === name).map(([, value]) => value);

/** Replaces the first header of the name in its place, or appends it. */
export const setHeader = (message: { headers: Header[] }, name: string, value: string): void => {
  const existing = message.headers.find(([its]) => its === name);
  if (existing === undefined) message.headers.push([name, value]);
  else existing[1] = value;
};

export const removeHeader = (message: { headers: Header[] }, name: string): void => {
  message.headers = message.headers.filter(([its]) => its !== name);
};

/** The message as bytes, with the Content-Length its body really has. */
export const writeMessage = (message: SipMessage): Buffer => {
  const startLine =
    message.kind === 'request'
      ? `${message.method} ${message.requestUri} SIP/2.0`
      : `SIP/2.0 ${message.status} ${message.reason}`;
  const lines = message.headers
    .filter(([name]) => name !== 'content-length')
    .map(([name, value]) => `${spelled(name)}: ${value}\r\n`);
  return Buffer.from(
    `${startLine}\r\n${lines.join('')}Content-Length: ${message.body.length}\r\n\r\n${message.body}`,
    'latin1',
  );
};

/** Spellings that capitals after hyphens do not give. Some PBXs compare them literally. */
const spellings: Readonly<Record<string, string>> = {
  'call-id': 'Call-ID',
  cseq: 'CSeq',
  'min-se': 'Min-SE',
  rack: 'RAck',
  rseq: 'RSeq',
  'www-authenticate': 'WWW-Authenticate',
};

const spelled = (name: string) => spellings[name] ?? name.replace(/(^|-)([a-z])/g, (found) => found.toUpperCase());

/** A text of ours as it travels: UTF-8 bytes, one character each. */
export const wireText = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

/** The reverse, for showing. */
export const shownText = (bytes: string): string => Buffer.from(bytes, 'latin1').toString('utf8');
