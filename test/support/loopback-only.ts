import dgram from 'node:dgram';
import dns from 'node:dns';
import net, { isIP } from 'node:net';

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

  const ends: (() => void)[] = [];
  /** `hostOf` tells from the arguments of a call whom it is about; undefined: nobody yet. */
  const guard = <Name extends string>(
    object: { [name in Name]: (...args: never[]) => unknown },
    name: Name,
    how: string,
    hostOf: (args: readonly unknown[]) => string,
  ): void => {
    const method = object[name];
    object[name] = function (this: unknown, ...args: never[]): unknown {
      check(how, hostOf(args));
      return Reflect.apply(method, this, args);
    };
    ends.push(() => {
      object[name] = method;
    });
  };

  guard(net.Socket.prototype, 'connect', 'TCP', connected);
  guard(dgram.Socket.prototype, 'send', 'UDP', addressed);
  guard(dgram.Socket.prototype, 'connect', 'UDP', addressed);
  for (const names of [dns, dns.promises]) {
    guard(names, 'lookup', 'DNS', ([name]) => String(name));
    for (const method of resolving) guard(names.Resolver.prototype, method, 'DNS', ([name]) => String(name));
  }

  return {
    elsewhere: () => tried.splice(0),
    end: () => ends.forEach((end) => end()),
  };
}

const resolving = ['resolve4', 'resolve6', 'resolveSrv', 'resolveNaptr', 'resolveAny', 'resolve'] as const;

/** Of `connect(options)`, `connect(port, host?)`, `connect(path)`, and what `net.connect` makes of them. */
function connected(args: readonly unknown[]): string {
  const [first, second] = Array.isArray(args[0]) ? (args[0] as unknown[]) : args;
  if (typeof first === 'object' && first !== null) return (first as net.TcpNetConnectOpts).host ?? '';
  return typeof first === 'number' && typeof second === 'string' ? second : '';
}

/** Of `send(message, …, port, address?)` and `connect(port, address?)`. */
function addressed(args: readonly unknown[]): string {
  const [address] = args.slice(1).filter((argument) => typeof argument === 'string');
  return address ?? '';
}
