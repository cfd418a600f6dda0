import { PromisedNetSockets } from 'telegram/extensions/index.js';

/** Sockets of one life of the client. */
export interface Sockets {
  readonly kind: typeof PromisedNetSockets;
  /** No further connection is made from now on. */
  close(): void;
}

const connectTimeoutMs = 10_000;

/**
 * Two things the library lacks: a time-out for connecting, and an end. A client that is destroyed while the network is
 * away goes on dialling and would come back later as a second one beside its successor.
 */
export function sockets(): Sockets {
  let closed = false;
  class BoundedSocket extends PromisedNetSockets {
    override async connect(port: number, ip: string) {
      if (closed) throw new Error('this client was replaced');
      const connecting = super.connect(port, ip);
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error('connecting took too long')), connectTimeoutMs);
      });
      try {
        const socket = await Promise.race([connecting, late]);
        if (closed) throw new Error('this client was replaced');
        return socket;
      } catch (error) {
        // A proxy may still open the connection after we gave up.
        connecting.then(
          () => this.close(),
          () => {},
        );
        await this.close();
        throw error;
      } finally {
        clearTimeout(timer);
      }
    }
  }
  return {
    kind: BoundedSocket,
    close: () => {
      closed = true;
    },
  };
}
