import { X509Certificate } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, isIPv6 } from 'node:net';
import { readWave } from './adapters/media/graph/wave-file.ts';
import { readPlanFile } from './adapters/plans/plan-file.ts';
import { type Config, healthPort, inspectPort, keys, refuse } from './config.ts';

/**
 * What only this machine can say about a configuration, before anything starts.
 * @throws WrongConfiguration naming every wrong key at once
 */
export async function checkMachine(config: Config): Promise<void> {
  const { SIP_HOST, SIP_PORT = 5060, SIP_TLS_CA, ICE_ADDRESSES, HOLD_MUSIC, PLANS_FILE } = config;
  const troubles: string[] = [];
  const listening = await troubleListening(SIP_HOST, SIP_PORT);
  if (listening && taken.includes(listening)) {
    troubles.push(`SIP_PORT: found ${SIP_PORT}, allowed is a free port that this user may open (${listening})`);
  } else if (listening) {
    troubles.push(`SIP_HOST: found "${SIP_HOST}", allowed is ${keys.SIP_HOST.allowed} (${listening})`);
  }
  const { HEALTH_HOST, HEALTH_PORT = healthPort } = config;
  const telling = await troubleListening(HEALTH_HOST, HEALTH_PORT, { udp: false });
  if (telling && taken.includes(telling)) {
    troubles.push(`HEALTH_PORT: found ${HEALTH_PORT}, allowed is a free port that this user may open (${telling})`);
  } else if (telling) {
    troubles.push(`HEALTH_HOST: found "${HEALTH_HOST}", allowed is ${keys.HEALTH_HOST.allowed} (${telling})`);
  }
  const { INSPECT, INSPECT_PORT = inspectPort } = config;
  const inspecting = INSPECT === '1' ? await troubleListening('127.0.0.1', INSPECT_PORT, { udp: false }) : undefined;
  if (inspecting) {
    troubles.push(
      `INSPECT_PORT: found ${INSPECT_PORT}, allowed is a free port that this user may open (${inspecting})`,
    );
  }
  for (const address of ICE_ADDRESSES?.split(',') ?? []) {
    const trouble = await troubleListening(address, 0);
    if (trouble)
      troubles.push(`ICE_ADDRESSES: found "${address}", allowed is ${keys.ICE_ADDRESSES.allowed} (${trouble})`);
  }
  const certificates = SIP_TLS_CA === undefined ? undefined : troubleReading(SIP_TLS_CA);
  if (certificates) {
    troubles.push(`SIP_TLS_CA: found "${SIP_TLS_CA}", allowed is ${keys.SIP_TLS_CA.allowed} (${certificates})`);
  }
  const music = HOLD_MUSIC === undefined ? undefined : await troubleOf(() => readWave(HOLD_MUSIC, 8_000));
  if (music) troubles.push(`HOLD_MUSIC: found "${HOLD_MUSIC}", allowed is ${keys.HOLD_MUSIC.allowed} (${music})`);
  const plans = PLANS_FILE === undefined ? undefined : await troubleOf(() => readPlanFile(PLANS_FILE));
  if (plans) troubles.push(`PLANS_FILE: found "${PLANS_FILE}", allowed is ${keys.PLANS_FILE.allowed}: ${plans}`);
  refuse(troubles);
}

async function troubleOf(reading: () => unknown): Promise<string | undefined> {
  try {
    await reading();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** These are about the port; anything else is about the address. */
const taken: readonly string[] = ['EADDRINUSE', 'EACCES'];

/** Listens over UDP and TCP for a moment: the system knows which addresses and ports it grants. */
async function troubleListening(host: string, port: number, over = { udp: true }): Promise<string | undefined> {
  const udp = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
  const tcp = createServer();
  try {
    if (over.udp) {
      udp.bind({ address: host, port, exclusive: true });
      await once(udp, 'listening');
    }
    tcp.listen({ host, port, exclusive: true });
    await once(tcp, 'listening');
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? (error as Error).message;
  } finally {
    udp.close();
    await new Promise((done) => tcp.close(done));
  }
}

function troubleReading(path: string): string | undefined {
  try {
    const text = readFileSync(path, 'utf8');
    return text.includes('-----BEGIN ') && new X509Certificate(text) ? undefined : 'no certificate in it';
  } catch (error) {
    return (error as Error).message;
  }
}
