import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export interface Page {
  readonly type: string;
  readonly body: Buffer;
  /** What it may load (CSP). */
  readonly policy: string;
}

const folder = join(import.meta.dirname, 'page');
const elk = join(dirname(createRequire(import.meta.url).resolve('elkjs/package.json')), 'lib');

const own = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
];
const policies = {
  own: own.join('; '),
  /** The only page that shows something from outside, in the developer's browser. */
  stately: [...own, 'frame-src https://stately.ai'].join('; '),
} as const;

const script = 'text/javascript';
const files: Readonly<Record<string, readonly [file: string, type: string, policy?: keyof typeof policies]>> = {
  '/': [join(folder, 'index.html'), 'text/html'],
  '/stately': [join(folder, 'stately.html'), 'text/html', 'stately'],
  '/style.css': [join(folder, 'style.css'), 'text/css'],
  ...Object.fromEntries(
    ['app', 'chart', 'connection', 'dom', 'ladder', 'layout', 'panel', 'picture', 'stately', 'steps', 'tree'].map(
      (name) => [`/${name}.js`, [join(folder, `${name}.js`), script] as const],
    ),
  ),
  '/elk-api.js': [join(elk, 'elk-api.js'), script],
  '/elk-worker.js': [join(elk, 'elk-worker.min.js'), script],
};

const read = new Map<string, Promise<Buffer>>();

/** A file of the page, or of elkjs; undefined: there is no such address. Each is read once. */
export async function pageAt(path: string): Promise<Page | undefined> {
  const found = Object.hasOwn(files, path) ? files[path] : undefined;
  if (!found) return undefined;
  const [file, type, policy = 'own'] = found;
  const body = read.get(file) ?? readFile(file);
  read.set(file, body);
  return { type: `${type}; charset=utf-8`, body: await body, policy: policies[policy] };
}
