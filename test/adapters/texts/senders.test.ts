import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { samples } from './samples.ts';

const root = new URL('../../../src/', import.meta.url);

/** All that can say something: machines, actors and what builds them, without the vocabulary itself. */
const senders = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !/^(machines\/model|adapters\/texts|db)\//.test(path))
  .map((path) => readFileSync(new URL(path, root), 'utf8'))
  .join('\n');

const kinds = [...new Set(samples.map(({ kind }) => kind))];
const toasts = samples.flatMap((notice) => (notice.kind === 'toast' ? [notice.says] : []));

test('somebody says each notice', () => {
  // `sayOf` of the softphone makes one of a kind.
  expect(kinds.filter((kind) => !senders.includes(`kind: '${kind}'`) && !senders.includes(`sayOf('${kind}')`))).toEqual(
    [],
  );
});

test('somebody answers each press that is refused', () => {
  // What a locked button says never comes back to us.
  const locked = ['recording-locked', 'recording-used-up'];
  expect(toasts.filter((says) => !locked.includes(says) && !senders.includes(`'${says}'`))).toEqual([]);
});
