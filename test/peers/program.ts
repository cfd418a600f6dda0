import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import dgram from 'node:dgram';
import { readFileSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// Debian keeps servers where ordinary users do not look.
process.env['PATH'] = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`;

/** Is a program of the operating system there? Where tests must be complete (CI=true), a missing one is an error. */
export const hasProgram = (name: string, debianPackage: string): boolean => {
  try {
    execFileSync('which', [name], { stdio: 'ignore' });
    return true;
  } catch {
    if (process.env['CI'] === 'true') throw new Error(`${name} is missing: apt-get install ${debianPackage}`);
    console.warn(`skipped, because ${name} is missing: apt-get install ${debianPackage}`);
    return false;
  }
};

/** One child process with its own directory; neither survives the tests. */
export class Program {
  readonly directory: string;
  readonly #child: ChildProcess;
  readonly exited: Promise<number>;
  #output = '';
  #unfinished = '';

  private constructor(directory: string, child: ChildProcess, printed: (line: string) => void) {
    this.directory = directory;
    this.#child = child;
    const collect = (chunk: Buffer) => {
      const text = chunk.toString('latin1');
      this.#output = (this.#output + text).slice(-20_000);
      const lines = (this.#unfinished + text).split('\n');
      this.#unfinished = lines.pop() ?? '';
      for (const line of lines) printed(line);
    };
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    this.exited = new Promise((resolve) => {
      child.once('exit', (code) => {
        running.delete(child);
        resolve(code ?? -1);
      });
      child.once('error', () => resolve(-1));
    });
  }

  static async directory(): Promise<string> {
    const directory = await mkdtemp(join(tmpdir(), 'siptg-peer-'));
    directories.add(directory);
    return directory;
  }

  /** @param printed is told of each line */
  static start(
    command: string,
    args: readonly string[],
    directory: string,
    printed: (line: string) => void = () => {},
  ): Program {
    const child = spawn(command, args, { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(child);
    return new Program(directory, child, printed);
  }

  /** The last of what it printed. */
  get output(): string {
    return this.#output;
  }

  get hasExited(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    const patience = setTimeout(() => this.#child.kill('SIGKILL'), 2_000);
    await this.exited;
    clearTimeout(patience);
    await rm(this.directory, { recursive: true, force: true });
    directories.delete(this.directory);
  }
}

const running = new Set<ChildProcess>();
const directories = new Set<string>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
  // Those of programs that ended by themselves, and that nobody stopped.
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

/** A port of 127.0.0.1 that is free for UDP and TCP, and so is the next. Even, as RTP wants it. */
export const freePort = async (): Promise<number> => {
  for (let attempt = 0; attempt < 200; attempt++) {
    const port = 20_000 + 2 * Math.floor(Math.random() * 6_000);
    const checks = await Promise.all([port, port + 1].flatMap((one) => [isFreeForUdp(one), isFreeForTcp(one)]));
    if (checks.every(Boolean)) return port;
  }
  throw new Error('no free port');
};

const isFreeForUdp = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = dgram.createSocket('udp4');
    socket.once('error', () => resolve(false));
    socket.bind(port, '127.0.0.1', () => socket.close(() => resolve(true)));
  });

const isFreeForTcp = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });

/** Resolves when somebody listens at the port of 127.0.0.1. @throws when the program ends before, or after 10 s */
export const untilListening = async (transport: 'udp' | 'tcp', port: number, program: Program): Promise<void> => {
  const address = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  for (const deadline = Date.now() + 10_000; Date.now() < deadline; ) {
    // Without a remote side: a connection that was closed is remembered there for a minute.
    if (readFileSync(`/proc/net/${transport}`, 'utf8').includes(` ${address} 00000000:0000 `)) return;
    if (program.hasExited) throw new Error(`ended before it listened:\n${program.output}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`does not listen at ${port}:\n${program.output}`);
};
