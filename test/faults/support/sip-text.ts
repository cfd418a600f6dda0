/** SIP messages as text, with nothing of the product's parser: what a peer sends need not be a SIP message at all. */
export interface SipText {
  /** The first line. */
  readonly start: string;
  /** `INVITE`, or the CSeq method of a response. */
  readonly method: string;
  /** Of a response. */
  readonly status: number | undefined;
  readonly body: string;
  /** Every value of a header, in order. */
  headers(name: string): string[];
  header(name: string): string;
}

export function readSip(text: string): SipText {
  const [head = '', body = ''] = text.split(/\r\n\r\n(.*)/s);
  const [start = '', ...lines] = head.split('\r\n');
  const headers = (name: string) =>
    lines.flatMap((line) => {
      const colon = line.indexOf(':');
      return line.slice(0, colon).trim().toLowerCase() === name.toLowerCase() ? [line.slice(colon + 1).trim()] : [];
    });
  const header = (name: string) => headers(name)[0] ?? '';
  const status = /^SIP\/2\.0 (\d{3})/.exec(start)?.[1];
  const method = status === undefined ? (start.split(' ')[0] ?? '') : (header('cseq').split(' ')[1] ?? '');
  return { start, method, status: status === undefined ? undefined : Number(status), body, headers, header };
}

export interface ResponseParts {
  /** undefined: none is added. */
  readonly toTag?: string | undefined;
  /** Lines beside Via, From, To, Call-ID and CSeq, which are copied from the request. */
  readonly headers?: readonly string[];
  readonly sdp?: string;
  /** In place of what would be copied, by name in lower case. */
  readonly instead?: Readonly<Record<string, string>>;
}

export function response(request: SipText, status: string, parts: ResponseParts = {}): string {
  const { toTag, headers = [], sdp, instead = {} } = parts;
  const to = request.header('to');
  const copied = {
    from: request.header('from'),
    to: toTag === undefined || to.includes(';tag=') ? to : `${to};tag=${toTag}`,
    'call-id': request.header('call-id'),
    cseq: request.header('cseq'),
    ...instead,
  };
  return message(
    `SIP/2.0 ${status}`,
    [
      ...request.headers('via').map((via) => `Via: ${via}`),
      ...Object.entries(copied).map(([name, value]) => `${name}: ${value}`),
      ...headers,
    ],
    sdp,
  );
}

export function message(start: string, headers: readonly string[], sdp?: string): string {
  const type = sdp === undefined ? [] : ['Content-Type: application/sdp'];
  const length = `Content-Length: ${Buffer.byteLength(sdp ?? '')}`;
  return [start, ...headers, ...type, length, '', sdp ?? ''].join('\r\n');
}

/** A description of PCMA at a port of 127.0.0.1. */
export const audioAt = (port: number): string =>
  [
    'v=0',
    'o=- 1 1 IN IP4 127.0.0.1',
    's=-',
    'c=IN IP4 127.0.0.1',
    't=0 0',
    `m=audio ${port} RTP/AVP 8`,
    'a=rtpmap:8 PCMA/8000',
    '',
  ].join('\r\n');
