import type { Socket } from 'node:net';

/** What the front does with a client once it has asked for a destination. */
export interface Socks5Front {
  /** False makes the proxy report a refused connection. */
  accepts(): boolean;
  /** Takes over the socket, whatever destination was asked for. */
  connected(socket: Socket): void;
}

/**
 * A SOCKS5 proxy (RFC 1928) that leads every destination to one place: stock clients dial Telegram's own addresses
 * through it. Any user name and password will do (RFC 1929).
 */
export const serveSocks5 = (socket: Socket, front: Socks5Front): void => {
  let received = Buffer.alloc(0);
  let step: Step = 'greeting';
  socket.setTimeout(handshakeMs, () => socket.destroy());
  socket.on('error', () => socket.destroy());
  socket.on('data', function onData(chunk: Buffer) {
    received = Buffer.concat([received, chunk]);
    for (let length = messageLength[step](received); length !== undefined; length = messageLength[step](received)) {
      if (length > received.length) return;
      const message = received.subarray(0, length);
      received = received.subarray(length);
      if (step === 'request') {
        socket.off('data', onData);
        socket.setTimeout(0);
        socket.removeAllListeners('timeout');
        connect(socket, message, received, front);
        return;
      }
      const isGreeting = step === 'greeting';
      step = isGreeting ? greet(socket, message) : 'request';
      if (!isGreeting) socket.write(Buffer.from([1, 0]));
    }
    // Not SOCKS5 at all, or longer than any of its messages.
    if (received.length > 0 && received[0] !== (step === 'credentials' ? 1 : 5)) socket.destroy();
    if (received.length > 1024) socket.destroy();
  });
};

type Step = 'greeting' | 'credentials' | 'request';

const handshakeMs = 10_000;

/** How long the message at the front will be; undefined until its length can be told. */
const messageLength: Readonly<Record<Step, (received: Buffer) => number | undefined>> = {
  greeting: ([version, methods]) => (version === 5 && methods !== undefined ? 2 + methods : undefined),
  credentials(received) {
    const user = received[1];
    const password = user === undefined ? undefined : received[2 + user];
    return received[0] === 1 && user !== undefined && password !== undefined ? 3 + user + password : undefined;
  },
  request([version, , , addressKind, hostLength]) {
    if (version !== 5 || addressKind === undefined) return undefined;
    const fixed = { 1: 10, 4: 22 }[addressKind];
    if (fixed) return fixed;
    if (addressKind !== 3) return 5; // refused by its kind
    return hostLength === undefined ? undefined : 7 + hostLength;
  },
};

const greet = (socket: Socket, [, , ...methods]: Buffer): Step => {
  const wantsPassword = !methods.includes(0) && methods.includes(2);
  socket.write(Buffer.from([5, wantsPassword ? 2 : 0]));
  return wantsPassword ? 'credentials' : 'request';
};

const connect = (socket: Socket, [, command, , addressKind]: Buffer, early: Buffer, front: Socks5Front): void => {
  const reply = (code: number): Buffer => Buffer.from([5, code, 0, 1, 0, 0, 0, 0, 0, 0]);
  if (command !== 1) socket.end(reply(7));
  else if (![1, 3, 4].includes(addressKind ?? 0)) socket.end(reply(8));
  else if (!front.accepts()) socket.end(reply(5));
  else {
    socket.write(reply(0));
    front.connected(socket);
    if (early.length > 0) socket.unshift(early);
  }
};
