import { expect, onTestFinished, test, vi } from 'vitest';
import { CannotListen } from '../src/adapters/http/http.ts';
import { InspectorPortTaken } from '../src/adapters/inspector/server.ts';
import { JobsUnavailable } from '../src/adapters/jobs/jobs-unavailable.ts';
import { TelegramUnreachable } from '../src/adapters/telegram/client/errors.ts';
import { DatabaseUnavailable } from '../src/db/database-unavailable.ts';
import { NotLoggedIn, remedyOf } from '../src/remedy.ts';

const taken = (code: string) =>
  Object.assign(new Error('x'), { code, syscall: 'bind', address: '0.0.0.0', port: 5_060 });

test.each([
  [new CannotListen('127.0.0.1:8068 cannot be listened on (EADDRINUSE)'), 'HEALTH_PORT: 127.0.0.1:8068 cannot be'],
  [new InspectorPortTaken('127.0.0.1:8069 cannot be listened on (EADDRINUSE)'), 'set INSPECT_PORT'],
  [new TelegramUnreachable('no connection to Telegram'), 'check the network and TELEGRAM_PROXY'],
  [new DatabaseUnavailable('set DATA_DIR'), 'set DATA_DIR'],
  [new NotLoggedIn('run `npm run cli -- login`'), 'cli -- login'],
  [taken('EADDRINUSE'), 'SIP_PORT: 0.0.0.0:5060 is in use by another program'],
  [taken('EACCES'), 'set SIP_PORT above 1023'],
])('what the operator can do about %s is said', (error, remedy) => {
  expect(remedyOf(error)).toContain(remedy);
});

test.each([
  ['redis://queue', 'REDIS_URL: jobs cannot be kept there (connect ECONNREFUSED): is its server running'],
  ['', 'DATABASE_URL: jobs cannot be kept there'],
])('where jobs cannot be kept the key is named (REDIS_URL: %j)', (url, remedy) => {
  vi.stubEnv('REDIS_URL', url || undefined);
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(remedyOf(new JobsUnavailable('connect ECONNREFUSED'))).toContain(remedy);
});

test('a bug has no remedy: all of it is shown', () => {
  expect(remedyOf(new TypeError('x is not a function'))).toBeUndefined();
  expect(remedyOf(Object.assign(new Error('x'), { code: 'EADDRINUSE', syscall: 'connect' }))).toBeUndefined();
});
