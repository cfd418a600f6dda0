import dgram from 'node:dgram';
import net from 'node:net';

/** Our address on the route to a peer, as the kernel would choose it. Nothing is sent. Undefined without a route. */
export const localAddressTowards = (host: string, port: number): Promise<string | undefined> =>
  new Promise((resolve) => {
    const socket = dgram.createSocket(net.isIPv6(host) ? 'udp6' : 'udp4');
    const finish = (address: string | undefined) => {
      socket.close();
      resolve(address);
    };
    socket.once('error', () => finish(undefined));
    socket.connect(port, host, () => finish(socket.address().address));
  });
