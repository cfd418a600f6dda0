import dgram from 'node:dgram';
import { once } from 'node:events';
import { systemClock } from '../../src/adapters/jobs/clock.ts';

/** A way to a server over UDP whose length depends on from where one comes. */
export interface LongWay {
  /** host:port, instead of the server's. */
  readonly address: string;
  close(): void;
}

/**
 * Every packet takes half of the round trip, in either direction. Who comes from an address that is not named is there at once.
 * @param roundTripMs by local address
 */
export async function openLongWay(port: number, roundTripMs: Readonly<Record<string, number>>): Promise<LongWay> {
  const near = dgram.createSocket('udp4').bind(0, '127.0.0.1');
  await once(near, 'listening');
  const far = new Map<string, dgram.Socket>();
  let isOpen = true;
  const later = (from: string, send: () => void) =>
    systemClock.after((roundTripMs[from] ?? 0) / 2, () => isOpen && send());
  const socketFor = ({ address, port: source }: dgram.RemoteInfo): dgram.Socket => {
    const known = far.get(`${address}:${source}`);
    if (known) return known;
    const socket = dgram.createSocket('udp4').bind(0, '127.0.0.1');
    socket.on('message', (packet) => later(address, () => near.send(packet, source, address)));
    far.set(`${address}:${source}`, socket);
    return socket;
  };
  near.on('message', (packet, from) => {
    const socket = socketFor(from);
    later(from.address, () => socket.send(packet, port, '127.0.0.1'));
  });
  return {
    address: `127.0.0.1:${near.address().port}`,
    close() {
      isOpen = false;
      for (const socket of [near, ...far.values()]) socket.close();
    },
  };
}
