/** A server as a person writes it. */
export interface ServerAddress {
  readonly kind: 'ip' | 'name';
  /** Without brackets; names in ASCII (RFC 3492). */
  readonly host: string;
  /** As it is kept: host, or host and port. */
  readonly text: string;
}

/** A label of a host name; also with `_`, which some networks have in theirs. */
const label = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;
const longestName = 253;

/** `host`, `host:port`, IPv4, `[IPv6]` (product §3.4); undefined: it is none of them. */
export function readServerAddress(text: string): ServerAddress | undefined {
  const written = text.trim();
  const bare = ipv6(written);
  if (bare !== undefined) return { kind: 'ip', host: bare, text: `[${bare}]` };
  const match = /^(?:\[(?<six>[0-9A-Fa-f:.]+)\]|(?<host>[\p{L}\p{N}\p{M}._-]+))(?::(?<port>\d{1,5}))?$/u.exec(written);
  const { six, host = '', port } = match?.groups ?? {};
  if (match === null || !isPort(port)) return undefined;
  const suffix = port === undefined ? '' : `:${Number(port)}`;
  if (six !== undefined) {
    const address = ipv6(six);
    return address === undefined ? undefined : { kind: 'ip', host: address, text: `[${address}]${suffix}` };
  }
  const name = ascii(host);
  if (name === undefined) return undefined;
  if (isIpv4(name)) return { kind: 'ip', host: name, text: `${name}${suffix}` };
  return isName(name) ? { kind: 'name', host: name, text: `${name}${suffix}` } : undefined;
}

/** Whether an IP address is of this machine, of a private network, or of nobody one could call (RFC 6890). */
export function isPrivateAddress(ip: string): boolean {
  const address = ip.split('%', 1)[0] ?? '';
  if (isIpv4(address)) return isPrivateIpv4(address.split('.').map(Number));
  const groups = groupsOf(address);
  // What cannot be read is not to be contacted either.
  if (groups === undefined) return true;
  const [first = 0, second = 0, third = 0, , , sixth = 0, high = 0, low = 0] = groups;
  const embedded = (a: number, b: number) => isPrivateIpv4([a >> 8, a & 255, b >> 8, b & 255]);
  if (groups.slice(0, 5).every((group) => group === 0)) {
    // Unspecified, loopback and IPv4-compatible; IPv4-mapped.
    return sixth === 0xffff ? embedded(high, low) : true;
  }
  if (first === 0x64 && second === 0xff9b) return third !== 0 || embedded(high, low);
  if (first === 0x2002) return embedded(second, third);
  return (first & 0xfe00) === 0xfc00 || (first & 0xff80) === 0xfe80 || (first & 0xff00) === 0xff00;
}

const isPrivateIpv4 = ([a = 0, b = 0, c = 0]: readonly number[]): boolean =>
  a === 0 ||
  a === 10 ||
  a === 127 ||
  a >= 224 ||
  (a === 100 && b >= 64 && b < 128) ||
  (a === 169 && b === 254) ||
  (a === 172 && b >= 16 && b < 32) ||
  (a === 192 && b === 168) ||
  (a === 192 && b === 0 && c === 0) ||
  (a === 198 && (b === 18 || b === 19));

const isPort = (port: string | undefined): boolean =>
  port === undefined || (Number(port) >= 1 && Number(port) <= 65_535);

const isIpv4 = (text: string): boolean => /^(?:(?:0|[1-9]\d?|1\d\d|2[0-4]\d|25[0-5])(?:\.(?!$)|$)){4}$/.test(text);

const isName = (name: string): boolean => {
  const labels = name.split('.');
  // A last label of digits is a wrong IPv4 address, which some resolvers read in ways nobody expects (0x7f.1).
  return (
    name.length <= longestName &&
    labels.every((part) => label.test(part)) &&
    !/^(?:\d+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? '')
  );
};

/** A name of another script in the letters of the DNS; undefined: there is no such name. */
function ascii(host: string): string | undefined {
  const name = host.replace(/\.$/, '').toLowerCase();
  return /^[a-z0-9._-]*$/.test(name) ? name : hostOf(name);
}

/** An IPv6 address as RFC 5952 writes it; undefined: it is none. */
const ipv6 = (text: string): string | undefined =>
  /^[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*$/.test(text) ? hostOf(`[${text}]`)?.slice(1, -1) : undefined;

const hostOf = (host: string): string | undefined => {
  const url = `http://${host}/`;
  return URL.canParse(url) ? new URL(url).hostname : undefined;
};

/** The eight numbers of an IPv6 address. */
function groupsOf(text: string): readonly number[] | undefined {
  const [head = '', tail] = (ipv6(text) ?? '').split('::');
  const numbers = (part: string | undefined) =>
    part === undefined || part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  const [before, after] = [numbers(head), numbers(tail)];
  const groups = [
    ...before,
    ...Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => 0),
    ...after,
  ];
  return ipv6(text) === undefined || groups.length !== 8 ? undefined : groups;
}
