import { createHash, timingSafeEqual } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join } from 'node:path';

export interface Door {
  /** Every path begins with it. */
  readonly token: string;
  readonly port: number;
}

/** The path behind the token; undefined for whoever does not know it, or comes by another name than ours. */
export const pathBehind = ({ token, port }: Door, { url = '', headers }: IncomingMessage): string | undefined => {
  // Another name for 127.0.0.1 is somebody's DNS.
  if (!ownHosts(port).includes(headers.host ?? '')) return undefined;
  const [, given = '', path] = /^\/([^/?]*)\/([^?]*)/.exec(url) ?? [];
  return path !== undefined && isSame(given, token) ? path : undefined;
};

/** Browsers say which page opens a socket; only ours may. */
export const isOwnOrigin = (port: number, { headers }: IncomingMessage): boolean =>
  ownHosts(port).some((host) => headers.origin === `http://${host}`);

/** The page itself: everything below `browser/`, read once. */
export const readAssets = (): ReadonlyMap<string, Asset> => {
  const root = join(import.meta.dirname, 'browser');
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    files.map((file) => {
      const path = join(file.parentPath, file.name);
      const name = path.slice(root.length + 1).replaceAll('\\', '/');
      const type = types[extname(path)] ?? 'application/octet-stream';
      return [name === 'index.html' ? '' : name, { bytes: readFileSync(path), type }];
    }),
  );
};

export interface Asset {
  readonly bytes: Buffer;
  readonly type: string;
}

export const respond = (response: ServerResponse, status: number, asset: Asset): void => {
  response.writeHead(status, {
    'content-type': asset.type,
    'content-length': asset.bytes.length,
    'content-security-policy': policy,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'cache-control': 'no-store',
  });
  response.end(asset.bytes);
};

export const plain = (words: string): Asset => ({
  bytes: Buffer.from(`${words}\n`),
  type: 'text/plain; charset=utf-8',
});

/** Nothing but its own files; no inline script or style. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "media-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const ownHosts = (port: number): string[] => [`127.0.0.1:${port}`, `localhost:${port}`];

const isSame = (given: string, token: string): boolean => {
  const digest = (value: string) => createHash('sha256').update(value).digest();
  return timingSafeEqual(digest(given), digest(token));
};
