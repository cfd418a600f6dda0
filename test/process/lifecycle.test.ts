import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { HostilePeer } from '../faults/support/hostile-peer.ts';
import { audioAt } from '../faults/support/sip-text.ts';
import { freePort, hasProgram } from '../peers/program.ts';
import { isTaken, processesOn, Running, reachableDirectory } from './support/running.ts';

const sipPassword = 'correct-horse-battery';
const botPassword = 'staple-of-the-horse';
const ready = /You are Olga/;

/** One life of the process in the sandbox; each test goes on where the one before left it. */
describe('a running service', () => {
  let directory: Awaited<ReturnType<typeof reachableDirectory>>;
  let dataDir: string;
  let pbx: HostilePeer;
  let port: number;
  let healthPort: number;
  let service: Running;
  let user: string;
  const secrets: string[] = [sipPassword, botPassword];
  beforeAll(async () => {
    directory = await reachableDirectory();
    dataDir = join(directory.path, 'data');
    pbx = await HostilePeer.open();
    [port, healthPort] = [await freePort(), await freePort()];
    service = Running.start('src/main.ts', {
      DATA_DIR: dataDir,
      SIP_PORT: String(port),
      HEALTH_PORT: String(healthPort),
      LOG_LEVEL: 'trace',
    });
    await service.prints(ready);
    secrets.push(
      (await readFile(join(dataDir, 'sandbox/secret.key'), 'utf8')).trim(),
      (await readFile(join(dataDir, 'sandbox/postgres-password'), 'utf8')).trim(),
    );
  });
  afterAll(async () => {
    service?.signal('SIGKILL');
    await service?.exited;
    await pbx?.close();
    await directory?.remove();
  });

  const cli = (words: string, environment = {}) =>
    Running.toTheEnd('src/cli.ts', { DATA_DIR: dataDir, ...environment }, words.split(' ').filter(Boolean));
  const addLine = (login: string) =>
    cli(`line add --user ${user} --login ${login} --domain ${pbx.domain} --name ${login}`, {
      SIP_PASSWORD: sipPassword,
    });
  const lineId = (output: string) => /[0-9a-f-]{36}/.exec(output)?.[0] ?? '';

  test('shares its data directory with no other, which says so and leaves everything as it is', async () => {
    const { code, output } = await Running.toTheEnd('src/main.ts', { DATA_DIR: dataDir });
    expect(code).toBe(1);
    expect(output).toContain(join(dataDir, 'sandbox'));
    expect(output).toContain('set DATA_DIR');
    expect(output).not.toMatch(/^ +at /m);
    service.types('thanks!');
    await service.prints(/Send me a phone number/);
  });

  test('gives up its demo line when the CLI removes it', async () => {
    const { code, output } = await cli('line list');
    expect(code).toBe(0);
    user = /user (\d+)/.exec(output)?.[1] ?? '';
    expect(user).not.toBe('');
    const removed = await cli(`line remove ${lineId(output)}`);
    expect(removed).toEqual({ code: 0, output: `Removed line ${lineId(output)}.\n` });
    service.types('600');
    await service.prints(/You have no telephone line yet/);
  });

  test('takes lines that the CLI adds at once, and lets one go', async () => {
    const [added, other] = await Promise.all([addLine('100'), addLine('300')]);
    expect(added.output).toMatch(/^Added line 100 \([0-9a-f-]{36}\)\.\n$/);
    await pbx.registration('100');
    await pbx.registration('300');
    const listed = await cli('line list');
    expect(listed.output).toContain(`100@${pbx.domain}/udp`);
    expect((await cli(`line remove ${lineId(other.output)}`)).code).toBe(0);
    await pbx.registration('300', true);
    for (const { output } of [added, other, listed]) expect(output).not.toContain(sipPassword);
  });

  test.each([
    ['line add --user olga --login 100 --domain pbx.test', '--user: found "olga", allowed is a Telegram user id'],
    ['line add --user 1 --login 100 --domain pbx.test:99999', '--domain: found "pbx.test:99999", allowed is'],
    ['line add --user 1 --login 100 --domain pbx.test --proxy [::1', '--proxy: found "[::1", allowed is'],
    ['line add --user 1 --login 100 --domain pbx.test --password x', '--password'],
    ['line remove 7', 'found "7", allowed is an id of line list'],
  ])('is not disturbed by `line …` with wrong words: %j is answered %j', async (words, complaint) => {
    const { code, output } = await cli(words, { SIP_PASSWORD: sipPassword });
    expect(code).toBe(2);
    expect(output).toContain(complaint);
    expect(output).not.toContain(sipPassword);
    expect(output).not.toMatch(/^ +at /m);
  });

  test('is told in the settings bot what must not be told elsewhere', async () => {
    const steps = [
      ['/bot', /Your lines/],
      ['/press New', /Line \d/],
      ['/press Login', /· Login/],
      ['/bot 4930987654', /4930987654/],
      ['/press Password', /· Password/],
      [`/bot ${botPassword}`, /4930987654/],
      ['/press Domain', /· Domain/],
      [`/bot ${pbx.domain}`, /4930987654/],
      ['/press Apply', /4930987654/],
    ] as const;
    for (const [step, shows] of steps) {
      service.types(step);
      await service.prints(shows);
    }
    await pbx.registration('4930987654');
    const { output } = await cli('line list');
    const [line = ''] = output.split('\n').filter((row) => row.includes('4930987654'));
    expect(output).not.toContain(botPassword);
    expect((await cli(`line remove ${lineId(line)}`)).code).toBe(0);
    await pbx.registration('4930987654', true);
  });

  test('says over HTTP that it is alive and ready, and nothing of what it knows', async () => {
    const pages = ['healthz', 'readyz', '', 'lines', '../secret.key'];
    const answers = await Promise.all(pages.map((page) => fetch(`http://127.0.0.1:${healthPort}/${page}`)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 404, 404, 404]);
    const said = (await Promise.all(answers.map((answer) => answer.text()))).join('\n');
    for (const secret of secrets) expect(said).not.toContain(secret);
    expect(said).not.toMatch(/\d{3,}|sip|@/i);
  });

  test('says over HTTP what it counts, and nothing of what it knows', async () => {
    const answer = await fetch(`http://127.0.0.1:${healthPort}/metrics`);
    const said = await answer.text();
    expect(answer.status).toBe(200);
    expect(said).toMatch(/^siptg_ready 1$/m);
    expect(said).toMatch(/^siptg_part_ok\{part="chatAccount"\} 1$/m);
    expect(said).toMatch(/^siptg_sip_messages_total\{direction="out",kind="request",name="REGISTER"\} [1-9]/m);
    expect(said).toMatch(/^process_cpu_seconds_total /m);
    for (const secret of secrets) expect(said).not.toContain(secret);
  });

  test('on SIGTERM ends its call with BYE, un-registers, and leaves nothing', async () => {
    pbx.plays((request) => {
      if (request.method === 'INVITE')
        request.respond('200 OK', { toTag: 'h', headers: [`Contact: <sip:5551@${pbx.domain}>`], sdp: audioAt(40_000) });
      return request.method === 'INVITE';
    });
    service.types('+4930123456');
    await service.prints(/phone connected/);
    await pbx.request('ACK');
    expect([isTaken(port), processesOn(dataDir).length > 0]).toEqual([true, true]);

    service.signal('SIGTERM');
    expect(await service.exited).toBe(0);
    expect(pbx.count('BYE')).toBe(1);
    await pbx.registration('100', true);
    expect([isTaken(port), isTaken(healthPort), processesOn(dataDir)]).toEqual([false, false, []]);
  });

  test('wrote no secret at any level, and no number, address or SDP at info and above', () => {
    const { output } = service;
    for (const secret of secrets) expect(output).not.toContain(secret);
    // Bot tokens and session strings are made by the sandbox; this is what they look like.
    expect(output).not.toMatch(/\d{5,}:[\w-]{25,}/);
    expect(output).not.toMatch(/[A-Za-z0-9+/_-]{150,}/);
    const logged = output.split('\n').filter((line) => line.startsWith('{'));
    expect(logged.length).toBeGreaterThan(10);
    const told = logged.filter((line) => (JSON.parse(line) as { level: number }).level >= 30).join('\n');
    expect(told).not.toMatch(/4930123456|4930987654|\bsip:|\bv=0|m=audio|a=rtpmap/);
  });
});

describe('the CLI, asking for a password', () => {
  const words = 'line add --user 1 --login 100 --domain pbx.test';

  test.skipIf(!hasProgram('script', 'bsdutils'))('does not show it', async () => {
    const terminal = Running.inTerminal('src/cli.ts', {}, words);
    await terminal.asks(/password/i);
    terminal.types(sipPassword);
    expect(await terminal.exited).toBe(2);
    expect(terminal.output).toContain('start it with `npm start` first');
    expect(terminal.output).not.toContain(sipPassword);
  });

  test('does not wait for ever where nobody is', async () => {
    const { code, output } = await Running.toTheEnd('src/cli.ts', {}, words.split(' '));
    expect(code).toBe(1);
    expect(output).toContain('The input ended before the question was answered');
  });
});

describe('a service that was killed', () => {
  test('leaves a database behind, which the next start ends before it starts its own; one whose terminal was closed leaves none', async () => {
    const directory = await reachableDirectory();
    onTestFinished(() => directory.remove());
    const dataDir = join(directory.path, 'data');
    const killed = Running.start('src/main.ts', { DATA_DIR: dataDir });
    await killed.prints(ready);
    killed.signal('SIGKILL');
    expect(await killed.exited).toBe('SIGKILL');
    const orphans = processesOn(dataDir);
    expect(orphans).not.toEqual([]);

    const next = Running.start('src/main.ts', { DATA_DIR: dataDir });
    await next.prints(ready);
    next.types('601');
    await next.prints(/you hear a tone of about 1000 Hz/);
    next.signal('SIGHUP');
    expect(await next.exited).toBe(0);
    expect(processesOn(dataDir)).toEqual([]);
  });
});
