import { randomBytes } from 'node:crypto';
import dgram from 'node:dgram';
import net from 'node:net';
import type { RegistrarProbe } from '../../actors/ports/registrar-probe.ts';
import type { SipAccounts } from '../../actors/ports/sip-accounts.ts';
import type { LineId } from '../../machines/model/ids.ts';
import { bracketed, type SipTransport } from './net/flow.ts';
import { type Hop, NextHops, type SipResolver, systemResolver } from './net/next-hop.ts';
import { realTime } from './time.ts';

export interface ProbeOptions {
  readonly accounts: SipAccounts;
  /** Whether an IP address may be contacted only for lines whose server may be private; none by default. */
  readonly isPrivate?: (address: string) => boolean;
  /** Whether this host may send anything: asked before each packet. Always, where not given. */
  readonly mayAct?: () => boolean;
  readonly resolver?: SipResolver;
  /** The address calls are sent from, so that it is their way that is measured; the system chooses where it is none in particular. */
  readonly localHost?: string;
}

/** A datagram may be lost; a second one is on its way when an answer to the first would be too late to be near. */
const triesMs = [1_000, 1_000] as const;
const connectMs = 2_000;

/**
 * Measures from sockets of its own, so that a line that is registered here notices nothing: over UDP until the answer to OPTIONS
 * (RFC 3261 §11), over streams until the connection is there, which takes one round trip as well.
 */
export function sipProbe({
  accounts,
  isPrivate = () => false,
  mayAct = () => true,
  resolver = systemResolver,
  localHost,
}: ProbeOptions): RegistrarProbe {
  const hops = new NextHops(resolver, realTime, Math.random);
  const measure = async (line: LineId): Promise<number | undefined> => {
    const { proxy, domain, transport, mayBePrivate } = await accounts.settings(line);
    const found = await hops.find(proxy || domain, transport.toUpperCase() as SipTransport);
    const hop = found.find(({ host }) => mayBePrivate || !isPrivate(host));
    if (!hop || !mayAct()) return undefined;
    const from = localHost !== undefined && net.isIP(localHost) === net.isIP(hop.host) ? localHost : undefined;
    if (hop.transport !== 'UDP') return connected(hop, from);
    for (const withinMs of triesMs) {
      const ms = mayAct() ? await answered(hop, withinMs, from) : undefined;
      if (ms !== undefined) return ms;
    }
    return undefined;
  };
  // No address, no route, nobody there: it is not near, and there is nothing to be told.
  return { rttMs: (line) => measure(line).catch(() => undefined) };
}

function answered(hop: Hop, withinMs: number, from: string | undefined): Promise<number | undefined> {
  const socket = dgram.createSocket(net.isIPv6(hop.host) ? 'udp6' : 'udp4');
  return new Promise<number | undefined>((resolve, reject) => {
    const late = setTimeout(() => resolve(undefined), withinMs);
    let sentAt = 0;
    socket.once('error', reject);
    const ask = () => {
      sentAt = performance.now();
      socket.send(optionsTo(hop, socket.address()));
    };
    // Only what comes from there arrives at a socket that is connected.
    const connect = () => socket.connect(hop.port, hop.host, ask);
    if (from === undefined) connect();
    else socket.bind(0, from, connect);
    socket.once('message', () => {
      clearTimeout(late);
      resolve(performance.now() - sentAt);
    });
  }).finally(() => socket.close());
}

function connected({ host, port }: Hop, localAddress: string | undefined): Promise<number | undefined> {
  const since = performance.now();
  const socket = net.connect({ host, port, timeout: connectMs, ...(localAddress !== undefined && { localAddress }) });
  return new Promise<number | undefined>((resolve, reject) => {
    socket.once('error', reject);
    socket.once('timeout', () => resolve(undefined));
    socket.once('connect', () => resolve(performance.now() - since));
  }).finally(() => socket.destroy());
}

const optionsTo = ({ host, port }: Hop, local: { readonly address: string; readonly port: number }): string => {
  const token = () => randomBytes(8).toString('hex');
  const [there, here] = [`${bracketed(host)}:${port}`, `${bracketed(local.address)}:${local.port}`];
  return [
    `OPTIONS sip:${there} SIP/2.0`,
    `Via: SIP/2.0/UDP ${here};branch=z9hG4bK${token()};rport`,
    'Max-Forwards: 70',
    `From: <sip:${here}>;tag=${token()}`,
    `To: <sip:${there}>`,
    `Call-ID: ${token()}`,
    'CSeq: 1 OPTIONS',
    'User-Agent: siptg',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
};
