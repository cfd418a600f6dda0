/**
 * Makes a fresh clone ready: installs what package-lock.json names, once. Runs before `npm start`, `npm test` and the like
 * under whatever Node there is (20 or newer), so it is plain JavaScript without dependencies; everything after it runs
 * under the Node of the npm package `node`.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const packages = join(root, 'node_modules');
const mark = join(packages, '.siptg-installed');
const lock = digest(readFileSync(join(root, 'package-lock.json')));

if (Number(process.versions.node.split('.')[0]) < 20) {
  console.error(`Node ${process.versions.node} is too old: install Node 20 or newer.`);
  process.exit(1);
}
if (!isReady()) {
  if (isWritable()) await installOnce();
  else console.error(`${packages} cannot be written: it is used as it is.`);
}

function isReady() {
  try {
    return readFileSync(mark, 'utf8') === lock;
  } catch {
    return false;
  }
}

/** An image may bring its packages installed and locked. */
function isWritable() {
  if (!existsSync(packages)) return true;
  try {
    accessSync(packages, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

async function installOnce() {
  const release = await turn();
  try {
    // Somebody else's turn may have done it.
    if (!isReady()) await installAll();
  } finally {
    release();
  }
}

async function installAll() {
  console.error('Installing the packages of package-lock.json: a minute or two, once.');
  const started = Date.now();
  const passed = () => `${Math.round((Date.now() - started) / 1000)} s`;
  rmSync(mark, { force: true });
  const code = await install(passed);
  if (code !== 0) {
    console.error(`The installation failed after ${passed()} (npm ci ended with ${code}): see above.`);
    process.exit(1);
  }
  writeFileSync(mark, lock);
  console.error(`Installed in ${passed()}.`);
}

function install(passed) {
  const progress = setInterval(() => console.error(`  … still installing, ${passed()}`), 10_000);
  // npm names its own script; without npm (`node scripts/prepare.mjs`) the one on the PATH serves.
  const script = process.env.npm_execpath;
  const [command, first] = script?.endsWith('.js') ? [process.execPath, [script]] : ['npm', []];
  // Tests, the demo and the sandbox need what NODE_ENV=production would leave out.
  const npm = spawn(command, [...first, 'ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: 20 * 60_000,
  });
  return new Promise((resolve) => {
    const end = (result) => {
      clearInterval(progress);
      resolve(result);
    };
    npm.once('error', (error) => end(error.message));
    npm.once('exit', (exitCode, signal) => end(exitCode ?? signal));
  });
}

/**
 * Waits until no other process installs here. Who listens on the port that belongs to this directory has the turn: the
 * system gives a port to one process, and takes it back however that ends. Returns the end of the turn.
 */
async function turn() {
  const name = `siptg ${digest(root)}`;
  for (let port = 20_000 + (Number.parseInt(digest(root).slice(0, 6), 16) % 10_000); ; port++) {
    let release = await listen(port, name);
    while (!release && (await ended(port, name))) release = await listen(port, name);
    if (release) return release;
    // Another program has this port: the next one is as good, for everybody who comes here.
  }
}

function listen(port, name) {
  return new Promise((resolve) => {
    const waiting = [];
    const server = createServer((socket) => waiting.push(socket.on('error', () => {}).unref()) && socket.write(name));
    const release = () => {
      server.close();
      for (const socket of waiting) socket.destroy();
    };
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => resolve(release));
  });
}

/** @returns whether it was one of us who listened there, after its end; or nobody listens any more */
function ended(port, name) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let said = '';
    socket.setTimeout(3_000, () => said.startsWith(name) || socket.destroy());
    socket.on('data', (chunk) => {
      if (said === '') console.error('Another process installs the packages: waiting for it.');
      said += chunk;
    });
    socket.on('error', (error) => {
      if (error.code === 'ECONNREFUSED') said = name;
    });
    socket.once('close', () => resolve(said.startsWith(name)));
  });
}

function digest(data) {
  return createHash('sha256').update(data).digest('hex');
}
