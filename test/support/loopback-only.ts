import dgram from 'node:dgram';
import net, { isIP } from 'node:net';
import { type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';

/** Keeps this thread from speaking to anybody but this machine, and remembers who tried. */
export interface LoopbackOnly {
  /** Whom somebody wanted to speak to, or whose address was asked for, since this was called last. */
  elsewhere(): string[];
  end(): void;
}

const isHere = (host: string): boolean => {
  const address = host.replace(/^\[|\]$/g, '').replace(/^::ffff:/i, '');
  if (isIP(address) === 0) return address === '' || address === 'localhost';
  return address.startsWith('127.') || address === '::1';
};

/**
 * TCP (and TLS on it) by the host that is connected to, UDP by the address that is sent or connected to, name servers by
 * the name that is asked for. Threads of the media are not seen here: they bind to the loopback, from where nothing leads
 * elsewhere.
 */
export function loopbackOnly(): LoopbackOnly {
  const tried: string[] = [];
  const check = (how: string, host: string): void => {
    if (isHere(host)) return;
    tried.push(`${how} ${host}`);
    throw new Error(`a test wants to reach ${host} by ${how}`);
  };

  const { connect } = net.Socket.prototype;
  net.Socket.prototype.connect = function (this: net.Socket, ...args: unknown[]): net.Socket {
    check('TCP', hostOf(args));
    return Reflect.apply(connect, this, args);
  } as typeof connect;

  const { send, connect: associate } = dgram.Socket.prototype;
  const withAddressChecked = <Method extends (...args: never[]) => unknown>(method: Method): Method =>
    function (this: dgram.Socket, ...args: unknown[]): unknown {
      // The first of `send` is the message.
      const [address] = args.slice(1).filter((argument) => typeof argument === 'string');
      check('UDP', address ?? '');
      return Reflect.apply(method, this, args);
    } as unknown as Method;
  dgram.Socket.prototype.send = withAddressChecked(send);
  dgram.Socket.prototype.connect = withAddressChecked(associate);

  const note = (entries: readonly PerformanceEntry[]) => {
    for (const entry of entries) {
      const { hostname, host } = (entry as { detail?: { hostname?: string; host?: string } }).detail ?? {};
      const name = hostname ?? host ?? '';
      if (!isHere(name)) tried.push(`DNS ${name}`);
    }
  };
  const questions = new PerformanceObserver((list) => note(list.getEntries()));
  questions.observe({ type: 'dns' });

  return {
    elsewhere() {
      note(questions.takeRecords());
      return tried.splice(0);
    },
    end() {
      net.Socket.prototype.connect = connect;
      dgram.Socket.prototype.send = send;
      dgram.Socket.prototype.connect = associate;
      questions.disconnect();
    },
  };
}

/** Of `connect(options)`, `connect(port, host?)`, `connect(path)`, and what `net.connect` makes of them. */
function hostOf(args: readonly unknown[]): string {
  const [first, second] = Array.isArray(args[0]) ? (args[0] as unknown[]) : args;
  if (typeof first === 'object' && first !== null) return (first as net.TcpNetConnectOpts).host ?? '';
  return typeof first === 'number' && typeof second === 'string' ? second : '';
}
