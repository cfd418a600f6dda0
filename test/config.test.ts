import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { keys, proxyOf, readConfig, WrongConfiguration } from '../src/config.ts';
import { ignoredInSandbox } from '../src/storage.ts';

const telegram = {
  TELEGRAM_API_ID: '12',
  TELEGRAM_API_HASH: '0'.repeat(32),
  TELEGRAM_BOT_TOKEN: `1:${'a'.repeat(30)}`,
};
const troubleOf = (environment: NodeJS.ProcessEnv): string => {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof WrongConfiguration) return error.message;
    throw error;
  }
  return '';
};

test('what the sandbox does not use is named, and nothing else is', () => {
  const SECRET_KEY = Buffer.alloc(32).toString('base64');
  expect(ignoredInSandbox(readConfig({ SIP_HOST: '127.0.0.1', ICE_ADDRESSES: '127.0.0.1', SECRET_KEY }))).toEqual([]);
  expect(ignoredInSandbox(readConfig({}))).toEqual([]);
  const given = {
    ...{ SIP_HOST: '192.0.2.1', SIP_ADVERTISED_HOST: 'pbx.test', ICE_ADDRESSES: '192.0.2.1' },
    ...{ DATABASE_URL: 'postgres://u:s3cret@db/siptg', REDIS_URL: 'redis://:s3cret@queue', SECRET_KEY },
  };
  const [told, ...others] = ignoredInSandbox(readConfig(given));
  expect(told).toMatch(/^SIP_HOST, SIP_ADVERTISED_HOST, ICE_ADDRESSES, DATABASE_URL, REDIS_URL: not used/);
  expect(told).not.toContain('s3cret');
  expect(others).toEqual([]);
});

test('nothing configured is a sandbox with its data in ./data', () => {
  expect(readConfig({})).toMatchObject({ DRAIN_SECONDS: 600, DATA_DIR: 'data' });
  expect(readConfig({}).TELEGRAM_API_ID).toBeUndefined();
});

test.each([
  ['SIP_PORT', '99999'],
  ['SIP_PORT', 'five'],
  ['SIP_PORT', '5060abc'],
  ['SIP_PORT', ' '],
  ['SIP_PORT', '0x13c4'],
  ['SIP_HOST', 'not a host'],
  ['SIP_HOST', 'pbx.example.org'],
  ['ICE_ADDRESSES', 'a.b.c.d'],
  ['ICE_ADDRESSES', '192.0.2.1,'],
  ['ICE_ADDRESSES', '192.0.2.256'],
  ['DRAIN_SECONDS', '1e3'],
  ['DRAIN_SECONDS', '-1'],
  ['LOG_LEVEL', 'loud'],
  ['RTP_PORTS', '20000'],
  ['RTP_PORTS', '20005-20000'],
  ['TELEGRAM_PROXY', 'http://x:1'],
  ['TELEGRAM_PROXY', 'socks5://127.0.0.1:65536'],
  ['TELEGRAM_PROXY', 'socks5://127.0.0.1:0'],
])('%s=%s is refused with its key, the value and what is allowed', (name, value) => {
  const trouble = troubleOf({ [name]: value });
  expect(trouble).toContain(`${name}: found ${JSON.stringify(value)}, allowed is`);
  expect(trouble).toContain(keys[name as keyof typeof keys].allowed);
});

test('a wrong secret is not repeated in the message', () => {
  const trouble = troubleOf({ ...telegram, TELEGRAM_BOT_TOKEN: 'my-secret-token' });
  expect(trouble).toContain('TELEGRAM_BOT_TOKEN');
  expect(trouble).not.toContain('my-secret-token');
});

test('every wrong key is named at once', () => {
  const trouble = troubleOf({ SIP_PORT: 'x', LOG_LEVEL: 'y' });
  expect(trouble).toContain('SIP_PORT');
  expect(trouble).toContain('LOG_LEVEL');
});

test('an empty value is none', async () => {
  expect(readConfig({ SIP_PORT: '', DRAIN_SECONDS: '' })).toMatchObject({ DRAIN_SECONDS: 600 });
  expect(readConfig({ SIP_PORT: '' }).SIP_PORT).toBeUndefined();
});

test('a proxy may have a name or an address', () => {
  expect(proxyOf('socks5://proxy.example.org:1080')).toEqual({ host: 'proxy.example.org', port: 1080 });
  expect(proxyOf(readConfig({ TELEGRAM_PROXY: 'socks5://[::1]:1080' }).TELEGRAM_PROXY ?? '')).toEqual({
    host: '::1',
    port: 1080,
  });
});

test('half of the Telegram credentials are not enough', () => {
  expect(troubleOf({ TELEGRAM_API_ID: '12' })).toContain('TELEGRAM_API_HASH, TELEGRAM_BOT_TOKEN');
});

test('a foreign database needs a key of ours', () => {
  expect(troubleOf({ DATABASE_URL: 'postgres://a:b@c/d' })).toContain('SECRET_KEY');
});

test('the environment wins over the file, and an unknown key in the file is an error', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'siptg-config-'));
  const file = join(directory, 'siptg.json');
  await writeFile(file, JSON.stringify({ SIP_PORT: 5070, LOG_LEVEL: 'warn' }));
  expect(readConfig({ SIPTG_CONFIG: file, LOG_LEVEL: 'error' })).toMatchObject({ SIP_PORT: 5070, LOG_LEVEL: 'error' });
  await writeFile(file, JSON.stringify({ SIP_PROT: 5070, COLOUR: 'red' }));
  expect(troubleOf({ SIPTG_CONFIG: file })).toContain(`SIP_PROT: no such key in ${file}: is SIP_PORT meant? See`);
  expect(troubleOf({ SIPTG_CONFIG: file })).toContain(`COLOUR: no such key in ${file}; see`);
  await writeFile(file, 'no json');
  expect(troubleOf({ SIPTG_CONFIG: file })).toContain('SIPTG_CONFIG');
  await writeFile(file, '[1]');
  expect(troubleOf({ SIPTG_CONFIG: file })).toMatch(/cannot be read as a JSON object: it holds something else$/);
  await rm(directory, { recursive: true });
});

test.each([
  ['SIP_PROT', 'SIP_PORT'],
  ['LOGLEVEL', 'LOG_LEVEL'],
  ['sip_port', 'SIP_PORT'],
  ['DATABSE_URLS', 'DATABASE_URL'],
  ['RTP_PORT', 'RTP_PORTS'],
  ['SIPTG_CONFG', 'SIPTG_CONFIG'],
])('the variable %s is taken for a mistaken %s', (name, meant) => {
  const secret = 'postgres://a:open-sesame@b/c';
  expect(troubleOf({ [name]: secret })).toContain(`${name}: no such key in the environment: is ${meant} meant?`);
  expect(troubleOf({ [name]: secret })).not.toContain('open-sesame');
});

test('others’ variables are none of ours, nor is one beside the key that it is like', () => {
  const others = {
    HTTP_PROXY: 'x',
    PORT: '1',
    REDIS_PORT: '1',
    DATABASE_USER: 'x',
    SIP: 'x',
    SERVER_NAME: 'x',
    HOST_IP: '192.0.2.1',
  };
  expect(troubleOf(others)).toBe('');
  expect(troubleOf({ LOGLEVEL: '7', LOG_LEVEL: 'warn' })).toBe('');
  expect(troubleOf({ SIP_PROT: '' })).toBe('');
});

test('SIP and the health pages need different ports', () => {
  expect(troubleOf({ SIP_PORT: '8068' })).toContain('HEALTH_PORT: found 8068, allowed is');
  expect(troubleOf({ HEALTH_PORT: '5060' })).toContain('HEALTH_PORT: found 5060, allowed is');
  expect(troubleOf({ SIP_PORT: '0', HEALTH_PORT: '0' })).toBe('');
});

test('the inspector is off unless it is asked for, and needs a port of its own', () => {
  expect(readConfig({})).toMatchObject({ INSPECT: '0' });
  expect(readConfig({ INSPECT: '1' })).toMatchObject({ INSPECT: '1' });
  expect(troubleOf({ INSPECT: 'yes' })).toContain('INSPECT: found "yes", allowed is 1 or 0');
  expect(troubleOf({ INSPECT: '1', INSPECT_PORT: '8068' })).toContain('INSPECT_PORT: found 8068, allowed is');
  expect(troubleOf({ INSPECT: '1', SIP_PORT: '8069' })).toContain('INSPECT_PORT: found 8069, allowed is');
  expect(troubleOf({ INSPECT: '0', SIP_PORT: '8069' })).toBe('');
});

test('the reference in docs is that of the code', async () => {
  const rows = Object.entries(keys).map(([name, { accepts, allowed, means }]) => {
    const preset: unknown = accepts.safeParse(undefined).data;
    return `| \`${name}\` | ${means} | ${allowed} | ${preset === undefined ? '–' : `\`${JSON.stringify(preset).replaceAll('"', '')}\``} |`;
  });
  const text = [
    '# Configuration',
    '',
    'Each key is an environment variable, or a member of the JSON file that `SIPTG_CONFIG` names (the environment wins).',
    'A wrong value is named at start, with what is allowed, and nothing starts; so is a key that does not exist, and a variable',
    'that is nearly one (`SIP_PROT`).',
    '',
    '| key | what for | allowed | default |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
  await expect(text).toMatchFileSnapshot('../docs/configuration.md');
});
