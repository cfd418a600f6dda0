import dns from 'node:dns/promises';
import net from 'node:net';
import type { SipTime } from '../time.ts';
import { plainAddress, type SipTransport } from './flow.ts';

/** Names to addresses; injected in tests. Both reject when the name is not known. */
export interface SipResolver {
  /** A and AAAA records. */
  addresses(name: string): Promise<readonly { readonly address: string; readonly ttlS: number }[]>;
  /** SRV records. */
  services(name: string): Promise<readonly ServiceRecord[]>;
}

export interface ServiceRecord {
  readonly host: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
  readonly ttlS: number;
}

/** One address to try. */
export interface Hop {
  readonly transport: SipTransport;
  /** IP address. */
  readonly host: string;
  readonly port: number;
  /** The name as configured, which a certificate must show (RFC 5922). */
  readonly serverName: string;
}

const FAILURE_LIFETIME_MS = 30_000;
const AVOIDANCE_MS = 60_000;
const RESOLVE_MS = 5_000;
/** SRV answers carry no lifetime through Node; this much staleness is harmless. */
const SERVICE_TTL_S = 60;
const MAX_CACHED_NAMES = 10_000;

export const systemResolver: SipResolver = {
  // The system's lookup, because the hosts file counts.
  addresses: async (name) =>
    (await dns.lookup(name, { all: true })).map(({ address }) => ({ address, ttlS: SERVICE_TTL_S })),
  services: async (name) =>
    (await new dns.Resolver({ timeout: 2_000, tries: 2 }).resolveSrv(name)).map((record) => ({
      host: record.name,
      port: record.port,
      priority: record.priority,
      weight: record.weight,
      ttlS: SERVICE_TTL_S,
    })),
};

/** Finds the addresses behind a server's name (RFC 3263 §4). The transport is always named by the line, so NAPTR has no say. */
export class NextHops {
  readonly #resolver: SipResolver;
  readonly #time: SipTime;
  readonly #random: () => number;
  readonly #cache = new Map<string, CachedAnswer>();
  readonly #avoided = new Map<string, number>();

  constructor(resolver: SipResolver, time: SipTime, random: () => number) {
    this.#resolver = resolver;
    this.#time = time;
    this.#random = random;
  }

  /**
   * Addresses in the order to try; those that failed lately come last.
   * @throws when the name cannot be resolved and never could
   */
  async find(server: string, transport: SipTransport): Promise<readonly Hop[]> {
    const { host, port } = splitHostPort(server);
    const targets = await this.#targets(host, port, transport);
    const hops = targets.map((target) => ({ ...target, transport, serverName: host }));
    const isAvoided = (hop: Hop) => (this.#avoided.get(nameOf(hop)) ?? 0) > this.#time.now();
    return [...hops.filter((hop) => !isAvoided(hop)), ...hops.filter(isAvoided)];
  }

  /** The address did not answer, or asked to be left alone for so long. */
  avoid(hop: Hop, ms: number = AVOIDANCE_MS): void {
    if (this.#avoided.size > MAX_CACHED_NAMES) this.#avoided.clear();
    this.#avoided.set(nameOf(hop), this.#time.now() + ms);
  }

  async #targets(host: string, port: number | undefined, transport: SipTransport): Promise<Target[]> {
    const defaultPort = transport === 'TLS' ? 5061 : 5060;
    if (net.isIP(plainAddress(host)) !== 0) return [{ host: plainAddress(host), port: port ?? defaultPort }];
    if (port !== undefined) return this.#addresses(host, port);
    const services = await this.#services(serviceName(host, transport));
    if (services.length === 0) return this.#addresses(host, defaultPort);
    const found = await Promise.allSettled(
      byPriorityAndWeight(services, this.#random).map((service) => this.#addresses(service.host, service.port)),
    );
    const targets = found.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
    return targets.length > 0 ? targets : this.#addresses(host, defaultPort);
  }

  async #addresses(name: string, port: number): Promise<Target[]> {
    const answers = await this.#cached(`address ${name}`, async () => {
      const found = await this.#resolver.addresses(name);
      if (found.length === 0) throw new Error(`no address of ${name}`);
      return found;
    });
    return answers.map(({ address }) => ({ host: address, port }));
  }

  async #services(name: string): Promise<readonly ServiceRecord[]> {
    try {
      return await this.#cached(`service ${name}`, () => this.#resolver.services(name));
    } catch {
      // No SRV records is the usual case (RFC 3263 §4.2: then A and AAAA).
      return [];
    }
  }

  async #cached<Records extends readonly { readonly ttlS: number }[]>(
    key: string,
    ask: () => Promise<Records>,
  ): Promise<Records> {
    const known = this.#cache.get(key);
    if (known !== undefined && known.untilMs > this.#time.now()) {
      if (known.records === undefined) throw new Error(`no answer for ${key} a moment ago`);
      return known.records as Records;
    }
    if (this.#cache.size > MAX_CACHED_NAMES) this.#cache.clear();
    try {
      const records = await this.#inTime(ask(), key);
      const ttlS = Math.max(1, Math.min(3_600, ...records.map((record) => record.ttlS)));
      this.#cache.set(key, { records, untilMs: this.#time.now() + ttlS * 1_000 });
      return records;
    } catch (error) {
      // When the name service is down, yesterday's address is better than none.
      this.#cache.set(key, { records: known?.records, untilMs: this.#time.now() + FAILURE_LIFETIME_MS });
      if (known?.records !== undefined) return known.records as Records;
      throw error;
    }
  }

  /** The system's look-up has no limit of its own, and may hang with its name server. */
  async #inTime<Records>(answer: Promise<Records>, key: string): Promise<Records> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const cancel = this.#time.after(RESOLVE_MS, () => reject(new Error(`no answer for ${key} in ${RESOLVE_MS} ms`)));
    try {
      return await Promise.race([answer, late]);
    } finally {
      cancel();
    }
  }
}

interface Target {
  readonly host: string;
  readonly port: number;
}

interface CachedAnswer {
  readonly records: readonly unknown[] | undefined;
  readonly untilMs: number;
}

export const splitHostPort = (server: string): { readonly host: string; readonly port: number | undefined } => {
  const match = /^(\[[^\]]+\]|[^:]+)(?::(\d+))?$/.exec(server.trim());
  // More than one colon without brackets: a bare IPv6 address.
  if (match?.[1] === undefined) return { host: server.trim(), port: undefined };
  return { host: match[1], port: match[2] === undefined ? undefined : Number(match[2]) };
};

const serviceName = (host: string, transport: SipTransport) =>
  transport === 'TLS' ? `_sips._tcp.${host}` : `_sip._${transport.toLowerCase()}.${host}`;

const nameOf = (hop: Hop) => `${hop.transport} ${hop.host} ${hop.port}`;

/** RFC 2782: lower priority first; among equals a draw in proportion to the weights. */
const byPriorityAndWeight = (records: readonly ServiceRecord[], random: () => number): ServiceRecord[] => {
  const left = [...records].sort((a, b) => a.priority - b.priority || a.weight - b.weight);
  const ordered: ServiceRecord[] = [];
  while (left[0] !== undefined) {
    const priority = left[0].priority;
    const equals = left.filter((record) => record.priority === priority);
    let draw = random() * equals.reduce((sum, record) => sum + record.weight, 0);
    const chosen = equals.find((record) => (draw -= record.weight) <= 0) ?? left[0];
    left.splice(left.indexOf(chosen), 1);
    ordered.push(chosen);
  }
  return ordered;
};
