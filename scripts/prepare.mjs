/**
 * Makes a fresh clone ready: installs what package-lock.json names, once. Runs before `npm start`, `npm test` and the like
 * under whatever Node there is (20 or newer), so it is plain JavaScript without dependencies; everything after it runs
 * under the Node of the npm package `node`.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const mark = join(root, 'node_modules', '.siptg-installed');
const lock = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex');

if (Number(process.versions.node.split('.')[0]) < 20) {
  console.error(`Node ${process.versions.node} is too old: install Node 20 or newer.`);
  process.exit(1);
}
if (!existsSync(mark) || readFileSync(mark, 'utf8') !== lock) {
  console.error('Installing the packages of package-lock.json: a minute or two, once.');
  const started = Date.now();
  const passed = () => `${Math.round((Date.now() - started) / 1000)} s`;
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
  const npm = spawn(command, [...first, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
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
