import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** Whether a process can be started without a network. */
export const cutsOff = spawnSync('unshare', ['-n', 'ip', 'link', 'set', 'lo', 'up']).status === 0;

const root = resolve(import.meta.dirname, '../../..');

/** A process of ours as a person starts it: with an environment, a keyboard and a screen. */
export class Running {
  readonly #child: ChildProcess;
  readonly #watchers = new Set<() => void>();
  #output = '';
  #unread = 0;
  /** The exit code, or the signal that ended it. All output is there by then. */
  readonly exited: Promise<number | string>;

  private constructor(child: ChildProcess) {
    this.#child = child;
    running.add(child);
    const take = (chunk: Buffer) => {
      this.#output += chunk.toString();
      for (const watch of this.#watchers) watch();
    };
    child.stdout?.on('data', take);
    child.stderr?.on('data', take);
    child.stdin?.on('error', () => {});
    this.exited = new Promise((done) => {
      child.once('close', (code, signal) => {
        running.delete(child);
        done(code ?? signal ?? 'unknown');
        for (const watch of this.#watchers) watch();
      });
    });
  }

  /** `node <file> <words>` with nothing of our own environment but what programs need. */
  static start(file: string, environment: Readonly<Record<string, string>>, words: readonly string[] = []): Running {
    return Running.#spawn(process.execPath, [join(root, file), ...words], environment);
  }

  /** As `start`, where there is no network but the loopback (Linux, and only for who may make such a place: `cutsOff`). */
  static cutOff(file: string, environment: Readonly<Record<string, string>>): Running {
    const commands = 'ip link set lo up && exec "$@"';
    return Running.#spawn(
      'unshare',
      ['-n', 'sh', '-c', commands, 'sh', process.execPath, join(root, file)],
      environment,
    );
  }

  /** As `start`, in a terminal of its own: keyboard and screen are one. */
  static inTerminal(file: string, environment: Readonly<Record<string, string>>, words: string): Running {
    return Running.#spawn(
      'script',
      ['-qec', `${process.execPath} ${join(root, file)} ${words}`, '/dev/null'],
      environment,
    );
  }

  static #spawn(command: string, words: readonly string[], environment: Readonly<Record<string, string>>): Running {
    const env = { PATH: process.env.PATH, HOME: process.env.HOME, ...environment };
    return new Running(spawn(command, words, { cwd: root, env, stdio: 'pipe' }));
  }

  /** To its end, with nobody at the keyboard. */
  static async toTheEnd(
    ...start: Parameters<typeof Running.start>
  ): Promise<{ code: number | string; output: string }> {
    return Running.start(...start).toItsEnd();
  }

  async toItsEnd(): Promise<{ code: number | string; output: string }> {
    this.#child.stdin?.end();
    return { code: await this.exited, output: this.output };
  }

  get output(): string {
    return this.#output;
  }

  /** The next line that fits, after all that were waited for. @throws when it ends without, or after 20 s */
  async prints(fits: RegExp): Promise<string> {
    const { promise, resolve: found, reject } = Promise.withResolvers<string>();
    const look = (): void => {
      const end = this.#output.lastIndexOf('\n') + 1;
      const lines = this.#output.slice(this.#unread, end).split(/(?<=\n)/);
      const at = lines.findIndex((line) => fits.test(line));
      if (at >= 0) {
        this.#unread += lines.slice(0, at + 1).join('').length;
        found(lines[at]?.trimEnd() ?? '');
      } else if (!running.has(this.#child)) fail('it ended');
    };
    const fail = (why: string) => reject(new Error(`no ${fits}: ${why} after\n${this.#output.slice(-2_000)}`));
    const late = setTimeout(() => fail('20 s passed'), 20_000);
    this.#watchers.add(look);
    try {
      look();
      return await promise;
    } finally {
      clearTimeout(late);
      this.#watchers.delete(look);
    }
  }

  /** As `prints`, for a question that stands without the end of its line. @throws after 20 s */
  async asks(question: RegExp): Promise<void> {
    const { promise, resolve: asked, reject } = Promise.withResolvers<void>();
    const look = () => question.test(this.#output.slice(this.#unread)) && asked();
    const late = setTimeout(() => reject(new Error(`no ${question} after\n${this.#output.slice(-2_000)}`)), 20_000);
    this.#watchers.add(look);
    look();
    await promise.finally(() => {
      clearTimeout(late);
      this.#watchers.delete(look);
    });
  }

  types(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }
}

/** Nothing survives the tests. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A directory that also the user PostgreSQL runs as can reach. */
export async function reachableDirectory(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'siptg-process-'));
  await chmod(path, 0o755);
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** The processes that were started on something in this directory, such as a database: by their command lines. */
export function processesOn(directory: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => commandOf(pid))
    .filter((command) => command.includes(directory));
}

function commandOf(pid: string): string[] {
  try {
    return [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')];
  } catch {
    // It ended meanwhile.
    return [];
  }
}

/** Whether somebody has this port of 127.0.0.1, over UDP or TCP. */
export function isTaken(port: number): boolean {
  const end = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return ['udp', 'tcp'].some((family) =>
    readFileSync(`/proc/net/${family}`, 'utf8')
      .split('\n')
      .slice(1)
      .map((row) => row.trim().split(/\s+/))
      // Of TCP, only who listens: a connection that was closed lingers without anybody.
      .some(([, local = '', , state]) => local.endsWith(end) && (family === 'udp' || state === '0A')),
  );
}
