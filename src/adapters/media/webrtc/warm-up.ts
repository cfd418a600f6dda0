import { Event, RTCDtlsTransport, type RTCIceTransport } from 'werift';
import { AudioDtls } from './audio-dtls.ts';

/** No peer, no network: anything but success within this time means the machine stands still. */
const patienceMs = 10_000;

/**
 * Makes one throw-away handshake between two ends in memory.
 *
 * The first handshake of a thread blocks it for about 40 ms (compiling, tables of the curve), later ones for 10 to 18: a media
 * thread calls this once before it takes legs.
 * @throws Error when it does not succeed within 10 s
 */
export const warmUpDtls = async (): Promise<void> => {
  const certificate = await RTCDtlsTransport.SetupCertificate();
  const [here, there] = pipe();
  const client = new AudioDtls(here, certificate);
  const server = new AudioDtls(there, certificate);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('DTLS warm-up took too long')), patienceMs);
  });
  const { fingerprint } = client;
  const both = [server.connect('server', fingerprint, () => {}), client.connect('client', fingerprint, () => {})];
  try {
    await Promise.race([Promise.all(both), late]);
  } finally {
    clearTimeout(timer);
    client.abandon();
    server.abandon();
  }
};

/** The little of an ICE transport that werift's DTLS looks at. */
const pipe = (): readonly [RTCIceTransport, RTCIceTransport] => {
  const here = new Event<[Buffer]>();
  const there = new Event<[Buffer]>();
  return [end(here, there), end(there, here)];
};

const end = (incoming: Event<[Buffer]>, outgoing: Event<[Buffer]>): RTCIceTransport => {
  const send = (data: Buffer): Promise<void> => {
    setImmediate(() => outgoing.execute(Buffer.from(data)));
    return Promise.resolve();
  };
  return { connection: { onData: incoming, send }, role: 'controlling' } as unknown as RTCIceTransport;
};
