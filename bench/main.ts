/** `npm run bench -- <name>`: runs one benchmark, or all of them. Each prints ratios against something in the same run. */
import { readdir } from 'node:fs/promises';

const files = await readdir(import.meta.dirname);
const names = files.filter((file) => file.endsWith('.ts') && file !== 'main.ts').map((file) => file.replace('.ts', ''));
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}; there are ${names.join(', ')}.`);
  process.exit(2);
}
for (const name of wanted.length > 0 ? wanted : names) await import(`./${name}.ts`);
