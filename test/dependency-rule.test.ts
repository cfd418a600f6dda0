import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = dirname(import.meta.dirname);

const forbidden: readonly (readonly [importer: string, imported: string])[] = [
  ['src/machines/a.ts', '../service.ts'],
  ['src/machines/a.ts', '../config.ts'],
  ['src/machines/a.ts', '../actors/ports/lines.ts'],
  ['src/machines/a.ts', '../db/database.ts'],
  ['src/machines/a.ts', 'node:fs'],
  ['src/machines/a.ts', 'pino'],
  ['src/machines/model/a.ts', '../call.ts'],
  ['src/machines/model/a.ts', 'xstate'],
  ['src/actors/a.ts', '../service.ts'],
  ['src/actors/a.ts', '../adapters/sip/sip.ts'],
  ['src/actors/a.ts', '../db/database.ts'],
  ['src/actors/a.ts', 'node:fs'],
  ['src/actors/a.ts', 'node:crypto'],
  ['src/actors/hosting/a.ts', '../../service.ts'],
  ['src/actors/hosting/a.ts', '../../db/database.ts'],
  ['src/actors/ports/a.ts', '../softphone.ts'],
  ['src/actors/ports/a.ts', '../../machines/call.ts'],
  ['src/actors/ports/a.ts', 'xstate'],
  ['src/adapters/bot/a.ts', '../telegram/client/account.ts'],
  ['src/adapters/bot/a.ts', './../telegram/client/account.ts'],
  ['src/adapters/sip/a.ts', '../media/rtp.ts'],
  ['src/adapters/sip/calls/a.ts', '../../media/rtp.ts'],
  ['src/adapters/sip/calls/a.ts', '../../../db/database.ts'],
  ['src/adapters/sip/calls/a.ts', '../../../machines/call.ts'],
  ['src/adapters/sip/a.ts', '../../actors/softphone.ts'],
  ['src/adapters/sip/a.ts', '../../service.ts'],
  ['src/adapters/media/legs/a.ts', '../../../storage.ts'],
  ['src/adapters/telegram/client/a.ts', 'pg'],
  ['src/adapters/telegram/client/a.ts', 'xstate'],
  ['src/adapters/telegram/client/a.ts', '../../../../sandbox/telegram/telegram.ts'],
  ['src/adapters/bot/a.ts', 'telegram'],
  ['src/adapters/media/a.ts', 'sip.js'],
  ['src/adapters/texts/a.ts', 'pino'],
  ['src/adapters/http/a.ts', '../jobs/jobs.ts'],
  ['src/adapters/http/a.ts', '../../config.ts'],
  ['src/adapters/bot/a.ts', '../http/http.ts'],
  ['src/adapters/inspector/a.ts', '../../actors/inspection/inspector.ts'],
  ['src/adapters/inspector/a.ts', '../http/http.ts'],
  ['src/adapters/inspector/a.ts', 'xstate'],
  ['src/adapters/sip/a.ts', '../inspector/server.ts'],
  ['src/adapters/metrics/a.ts', '../media/totals.ts'],
  ['src/adapters/metrics/a.ts', '../../service.ts'],
  ['src/adapters/metrics/a.ts', 'pino'],
  ['src/adapters/sip/a.ts', '../metrics/metrics.ts'],
  ['src/adapters/http/a.ts', '../metrics/metrics.ts'],
  ['src/adapters/http/a.ts', 'prom-client'],
  ['src/actors/a.ts', 'prom-client'],
  ['src/db/a.ts', '../service.ts'],
  ['src/db/a.ts', '../config.ts'],
  ['src/db/a.ts', '../adapters/telegram/client/account.ts'],
  ['src/db/a.ts', '../machines/call.ts'],
  ['src/db/a.ts', '../../sandbox/console.ts'],
  ['src/db/a.ts', 'telegram'],
  ['src/db/entities/a.ts', '../../storage.ts'],
  ['src/db/hosting/a.ts', '../../service.ts'],
  ['src/db/hosting/a.ts', '../../actors/hosting/ownership.ts'],
  ['src/actors/hosting/a.ts', '../../adapters/jobs/jobs.ts'],
  ['src/adapters/jobs/hosting/a.ts', '../../../actors/hosting/ownership.ts'],
  ['src/adapters/jobs/hosting/a.ts', '../../../db/database.ts'],
  ['sandbox/a.ts', 'telegram'],
  ['sandbox/a.ts', 'werift'],
  ['sandbox/a.ts', '../src/machines/model/ids.ts'],
  ['sandbox/phone/a.ts', '../../test/support/tones.ts'],
  ['sandbox/telegram/world/a.ts', '../../../src/service.ts'],
];

const allowed: readonly (readonly [importer: string, imported: string])[] = [
  ['src/machines/a.ts', './model/ids.ts'],
  ['src/machines/a.ts', 'xstate'],
  ['src/machines/model/a.ts', './ids.ts'],
  ['src/actors/a.ts', './ports/lines.ts'],
  ['src/actors/a.ts', '../machines/call.ts'],
  ['src/actors/hosting/a.ts', '../softphone.ts'],
  ['src/actors/ports/a.ts', '../../machines/model/ids.ts'],
  ['src/adapters/sip/a.ts', 'sip.js'],
  ['src/adapters/metrics/a.ts', 'prom-client'],
  ['src/adapters/metrics/a.ts', '../../actors/ports/call-meter.ts'],
  ['src/adapters/sip/calls/a.ts', '../sdp/sdp.ts'],
  ['src/adapters/sip/calls/a.ts', '../../../actors/ports/rtp-legs.ts'],
  ['src/adapters/bot/a.ts', '../../machines/model/ids.ts'],
  ['src/db/a.ts', '@mikro-orm/postgresql'],
  ['src/db/entities/a.ts', '../../actors/ports/conversation.ts'],
  ['src/db/hosting/a.ts', '../database.ts'],
  ['src/db/hosting/a.ts', '../../actors/ports/host-book.ts'],
  ['src/adapters/jobs/hosting/a.ts', '../backends.ts'],
  ['src/adapters/jobs/hosting/a.ts', '../../../actors/ports/shard-locks.ts'],
  ['sandbox/telegram/world/a.ts', '../../wire/contract.ts'],
  ['src/adapters/inspector/a.ts', 'ws'],
  ['src/adapters/inspector/a.ts', '../../actors/ports/inspector.ts'],
  ['src/service.ts', './adapters/sip/sip.ts'],
  ['sandbox/page/a.ts', 'ws'],
  ['sandbox/page/a.ts', '../telegram/telegram.ts'],
];

let directory: string;
let reported: ReadonlySet<string>;

/** One file for each arrow, in a tree like ours, under our rules. */
const fileOf = ([importer]: readonly [string, string], index: number, kind: string) =>
  importer.replace(/[a-z]+\.ts$/, `${kind}-${index}.ts`);

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'siptg-arrows-'));
  await copyFile(join(root, '.oxlintrc.json'), join(directory, '.oxlintrc.json'));
  for (const [kind, arrows] of Object.entries({ forbidden, allowed })) {
    for (const [index, arrow] of arrows.entries()) {
      const file = join(directory, fileOf(arrow, index, kind));
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, `export * from '${arrow[1]}';\n`);
    }
  }
  const output = await new Promise<string>((done) => {
    execFile(join(root, 'node_modules', '.bin', 'oxlint'), ['--format=json'], { cwd: directory }, (_, text) =>
      done(text),
    );
  });
  const { diagnostics } = JSON.parse(output) as { diagnostics: { code: string; filename: string }[] };
  reported = new Set(
    diagnostics.filter(({ code }) => code.includes('no-restricted-imports')).map(({ filename }) => filename),
  );
});
afterAll(() => rm(directory, { recursive: true, force: true }));

test.each(forbidden)('%s may not import %s', (...arrow) => {
  const index = forbidden.findIndex(([importer, imported]) => importer === arrow[0] && imported === arrow[1]);
  expect(reported).toContain(fileOf(arrow, index, 'forbidden'));
});

test.each(allowed)('%s may import %s', (...arrow) => {
  const index = allowed.findIndex(([importer, imported]) => importer === arrow[0] && imported === arrow[1]);
  expect(reported).not.toContain(fileOf(arrow, index, 'allowed'));
});
