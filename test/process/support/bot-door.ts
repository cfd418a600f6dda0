import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A way of one process to the Bot API. */
export interface BotDoor {
  readonly root: string;
  close(): Promise<void>;
}

/** @param requested is told of each request that is sent by it */
export async function openBotDoor(root: string, requested: (method: string) => void): Promise<BotDoor> {
  const open = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(new URL(root).port), '127.0.0.1');
    for (const socket of [near, far]) {
      open.add(socket);
      const end = () => {
        open.delete(socket);
        near.destroy();
        far.destroy();
      };
      socket.on('error', end).on('close', end);
    }
    near.on('data', (chunk) => {
      for (const [, method = ''] of chunk.toString('latin1').matchAll(/(?:GET|POST) \/bot[^/\s]+\/(\w+)/g))
        requested(method);
    });
    near.pipe(far);
    far.pipe(near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    root: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
