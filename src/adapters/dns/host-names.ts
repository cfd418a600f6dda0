import dns from 'node:dns/promises';
import type { HostNames } from '../../actors/ports/host-names.ts';

/** Asks a name service; injected in tests. Both reject when the name is not known. */
export interface NameService {
  addresses(name: string): Promise<readonly string[]>;
  /** Targets of the SRV records. */
  services(name: string): Promise<readonly string[]>;
}

const patienceMs = 5_000;
/** SRV records of one kind that are followed: more than anybody has. */
const mostTargets = 16;

const system: NameService = {
  // The system's lookup, because the hosts file counts.
  addresses: async (name) => (await dns.lookup(name, { all: true })).map(({ address }) => address),
  services: async (name) =>
    (await new dns.Resolver({ timeout: 2_000, tries: 2 }).resolveSrv(name)).map((record) => record.name),
};

/** Names of SIP servers as this machine resolves them, by any transport a line may choose. */
export const hostNames = (names: NameService = system, limitMs = patienceMs): HostNames => ({
  lookup: async (host) => {
    const found = new Set<string>();
    const addresses = async (name: string) => {
      for (const address of await names.addresses(name).catch(() => [])) found.add(address);
    };
    const services = async (name: string) => {
      const targets = await names.services(name).catch(() => []);
      await Promise.all(targets.slice(0, mostTargets).map(addresses));
    };
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([
      Promise.all([
        addresses(host),
        ...['_sip._udp', '_sip._tcp', '_sips._tcp'].map((kind) => services(`${kind}.${host}`)),
      ]),
      new Promise((resolve) => {
        timer = setTimeout(resolve, limitMs);
      }),
    ]);
    clearTimeout(timer);
    return [...found];
  },
});
