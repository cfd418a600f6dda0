import type { RowCache } from './row-cache.ts';
import { watch } from './watching.ts';

/** Rows are kept from now on, for as long as their changes are heard. Returns the end of it. */
export async function keepRows(url: string, rows: RowCache): Promise<() => Promise<void>> {
  const end = await watch(url, {
    channel: 'siptg_rows',
    told: (name) => rows.forget(name),
    back: () => rows.hear(true),
    lost: () => rows.hear(false),
  });
  rows.hear(true);
  return async () => {
    rows.hear(false);
    await end();
  };
}
