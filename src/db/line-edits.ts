import { nameWith } from '../machines/model/line-name.ts';
import { auto, workerSet } from '../machines/model/placement.ts';
import type { LineRow, PendingColumns } from './entities/line.ts';
import type { LinePatch } from './line-rows.ts';

type Complete = Pick<LineRow, 'login' | 'password' | 'domain'>;

/** It can be registered. */
export const isComplete = <Row extends Complete>(row: Row): row is Row & { password: string } =>
  row.login !== '' && row.domain !== '' && row.password !== null && row.password !== undefined;

/** The row with more edits that wait; one back to what is applied is no edit any more. */
export function edited(row: LineRow, edits: PendingColumns, password: string | undefined, at: Date): LinePatch {
  const pending = Object.fromEntries(
    Object.entries({ ...row.pending, ...edits }).filter(
      ([key, value]) => value !== (row[key as keyof PendingColumns] ?? null),
    ),
  );
  const pendingPassword = password ?? row.pendingPassword ?? null;
  const isAny = Object.keys(pending).length > 0 || pendingPassword !== null;
  return { pending, pendingPassword, pendingSince: isAny ? (row.pendingSince ?? at) : null };
}

export const discarded: LinePatch = { pending: {}, pendingPassword: null, pendingSince: null };

/**
 * The row with its edits made true. A complete draft is switched on thereby; whoever owns a line and changes its password
 * has it for good.
 */
export function applied(row: LineRow): LinePatch {
  const password = row.pendingPassword ?? row.password ?? null;
  const values = { ...row.pending, password };
  const canRegister = isComplete({ login: row.login, domain: row.domain, ...values });
  return {
    ...values,
    ...discarded,
    ...replaced(row),
    ...(values.login !== undefined && { name: nameWith(row, values.login) }),
    enabled: canRegister && (row.enabled || row.draft),
    draft: row.draft && !canRegister,
    ...(row.pendingPassword != null && { formerOwnerId: null }),
    // From now on it is its owner who says where the server stands.
    ...(('domain' in row.pending || 'proxy' in row.pending) && { serverByOperator: false }),
  };
}

/** Auto chooses anew; until it has, the line stays where it is. */
export const replaced = ({ worker, pending }: LineRow): LinePatch => ({
  placeDue: true,
  ...(worker !== auto && pending.worker === auto && { placedOn: workerSet(worker) }),
});

/** The row with its edits made true and switched on; as it is when something is missing. */
export function switchedOn(row: LineRow): LinePatch {
  const patch = applied(row);
  return isComplete({ ...row, ...patch } as LineRow) ? { ...patch, enabled: true, draft: false } : {};
}
