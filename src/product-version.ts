import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const manifest = join(import.meta.dirname, '..', 'package.json');

/** Which version of the product this is, such as `0.1.0`. */
export const productVersion = (JSON.parse(readFileSync(manifest, 'utf8')) as { readonly version: string }).version;
