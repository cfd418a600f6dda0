import { type Baresip, type BaresipOptions, startBaresip } from '../peers/baresip.ts';
import { type Kamailio, startKamailio } from '../peers/kamailio.ts';
import { dominantFrequencyHz, levelDbfs, readWav } from './tones.ts';

export type Transport = 'udp' | 'tcp' | 'tls';

/** A PBX of programs that we did not write: kamailio as registrar and proxy, baresip telephones on it. */
export interface SipHouse {
  readonly kamailio: Kamailio;
  /** host:port for a transport. */
  address(transport: Transport): string;
  /** A registered telephone. */
  telephone(options: Omit<BaresipOptions, 'domain' | 'password'>): Promise<Baresip>;
  close(): Promise<void>;
}

export const passwordOf = (user: string): string => `secret-of-${user}`;

export async function openSipHouse(users: readonly string[]): Promise<SipHouse> {
  const kamailio = await startKamailio({ users: Object.fromEntries(users.map((user) => [user, passwordOf(user)])) });
  const telephones: Baresip[] = [];
  const address = (transport: Transport) =>
    `127.0.0.1:${{ udp: kamailio.udpPort, tcp: kamailio.tcpPort, tls: kamailio.tlsPort }[transport]}`;
  return {
    kamailio,
    address,
    async telephone(options) {
      const { transport = 'udp', user } = options;
      const telephone = await startBaresip({
        ...options,
        domain: kamailio.domain,
        password: passwordOf(user),
        proxy: address(transport),
      });
      telephones.push(telephone);
      await telephone.until('REGISTER_OK');
      return telephone;
    },
    async close() {
      await Promise.all(telephones.map((telephone) => telephone.stop()));
      await kamailio.stop();
    },
  };
}

/** Whether a telephone's recording has 200 ms of this tone somewhere. */
export function heardInFile(file: string, frequencyHz: number): boolean {
  const { rateHz, channels } = readWav(file);
  const pcm = channels[0] ?? new Int16Array();
  const window = Math.round(rateHz / 10);
  let run = 0;
  for (let from = 0; from + window <= pcm.length; from += window) {
    const block = pcm.subarray(from, from + window);
    const isIt = levelDbfs(block) > -45 && Math.abs(dominantFrequencyHz(block, rateHz) - frequencyHz) < 12;
    run = isIt ? run + 1 : 0;
    if (run === 2) return true;
  }
  return false;
}
