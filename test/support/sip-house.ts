import type { Hearing } from '../../sandbox/phone/hearing.ts';
import { type Baresip, type BaresipOptions, startBaresip } from '../peers/baresip.ts';
import { type Kamailio, startKamailio } from '../peers/kamailio.ts';
import { freePort } from '../peers/program.ts';
import { Wiretap } from '../peers/wiretap.ts';
import { dominantFrequencyHz, levelDbfs, readWav } from './tones.ts';

export type Transport = 'udp' | 'tcp' | 'tls';

/** A PBX of programs that we did not write: kamailio as registrar and proxy, baresip telephones on it. */
export interface SipHouse {
  readonly kamailio: Kamailio;
  /** host:port for a transport. */
  address(transport: Transport): string;
  /** A registered telephone. */
  telephone(options: Omit<BaresipOptions, 'domain' | 'password'>): Promise<Baresip>;
  /** What a tapped user's telephone is sent, whichever call it is in. */
  hearing(user: string): Hearing;
  /** Where a user is looked for who does not register. */
  portOf(user: string): number;
  close(): Promise<void>;
}

export const passwordOf = (user: string): string => `secret-of-${user}`;

export interface SipHouseOptions {
  /** Users whose telephones can be listened to while they talk; they speak A-law only. */
  readonly tapped?: readonly string[];
  /** Users who do not register: a program of the test answers for them at `portOf` (UDP). */
  readonly elsewhere?: readonly string[];
}

export async function openSipHouse(
  users: readonly string[],
  { tapped = [], elsewhere = [] }: SipHouseOptions = {},
): Promise<SipHouse> {
  const ports: Record<string, number> = {};
  for (const user of elsewhere) ports[user] = await freePort();
  const taps: Record<string, Wiretap> = {};
  for (const user of tapped) taps[user] = await Wiretap.open();
  const kamailio = await startKamailio({
    users: Object.fromEntries(users.map((user) => [user, passwordOf(user)])),
    taps,
    elsewhere: ports,
  });
  const telephones: Baresip[] = [];
  const address = (transport: Transport) =>
    `127.0.0.1:${{ udp: kamailio.udpPort, tcp: kamailio.tcpPort, tls: kamailio.tlsPort }[transport]}`;
  return {
    kamailio,
    address,
    async telephone(options) {
      const { transport = 'udp', user } = options;
      const telephone = await startBaresip({
        ...(taps[user] !== undefined && { codecs: ['PCMA/8000/1'] }),
        ...options,
        domain: kamailio.domain,
        password: passwordOf(user),
        proxy: address(transport),
      });
      telephones.push(telephone);
      await telephone.until('REGISTER_OK');
      return telephone;
    },
    hearing(user) {
      const tap = taps[user];
      if (tap === undefined) throw new Error(`${user} is not tapped`);
      return tap.hearing;
    },
    portOf(user) {
      const port = ports[user];
      if (port === undefined) throw new Error(`${user} is to register`);
      return port;
    },
    async close() {
      await Promise.all(telephones.map((telephone) => telephone.stop()));
      await kamailio.stop();
      for (const tap of Object.values(taps)) tap.close();
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
