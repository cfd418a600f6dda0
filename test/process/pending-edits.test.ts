import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Person, PersonMessage } from '../../sandbox/telegram/person.ts';
import { startTelegram, type TelegramSandbox } from '../../sandbox/telegram/telegram.ts';
import { HostilePeer } from '../faults/support/hostile-peer.ts';
import { processesOn, Running, reachableDirectory } from './support/running.ts';

const bot = '@siptg_bot';
const autoApplyMs = 300_000;
/** The clock was behind when the edit was made and is right when the service starts again: that saves minutes. */
const behindMs = 280_000;

describe('a service that is killed between an edit and its Apply', () => {
  let directory: Awaited<ReturnType<typeof reachableDirectory>>;
  let telegram: TelegramSandbox;
  let pbx: HostilePeer;
  let olga: Person;
  let environment: Record<string, string>;
  let service: Running;
  beforeAll(async () => {
    directory = await reachableDirectory();
    telegram = await startTelegram();
    pbx = await HostilePeer.open();
    olga = telegram.person(telegram.addUser({ firstName: 'Olga' }).id);
    const chat = telegram.addUser({ firstName: 'Telephone', username: 'siptg' }).id;
    environment = {
      DATA_DIR: `${directory.path}/data`,
      SESSION: telegram.sessionString(chat),
      SOCKS_PORT: String(telegram.socksPort),
      BOT_TOKEN: telegram.addBot({ firstName: 'Settings', username: bot.slice(1), inline: true }).token,
      BOT_API_ROOT: telegram.botApiRoot,
    };
  });
  afterAll(async () => {
    service?.signal('SIGTERM');
    await service?.exited;
    await pbx?.close();
    await telegram?.close();
    await directory?.remove();
  });

  const start = async (clockBehindMs: number) => {
    service = Running.start('test/process/support/service-process.ts', {
      ...environment,
      CLOCK_BEHIND_MS: String(clockBehindMs),
    });
    await service.prints(/^The service is ready/);
  };
  const screen = () => olga.conversation(bot).findLast(({ buttons }) => buttons.length > 0);
  /** As soon as the newest message with buttons has this one. */
  const shows = async (label: string): Promise<PersonMessage> => {
    await olga.waitsUntil(() => screen()?.buttons.flat().includes(label) === true, 10_000);
    return screen() as PersonMessage;
  };
  const press = async (label: string, then: string) => {
    await olga.presses(screen() as PersonMessage, label);
    return shows(then);
  };
  const enter = async (field: string, before: string, value: string, after = value) => {
    await press(`${field}: ${before}`, 'Cancel');
    olga.sends(value, bot);
    return shows(`${field}: ${after}`);
  };

  test('after the restart the edit is still pending, and applies at its original time', {
    timeout: 90_000,
  }, async () => {
    await start(behindMs);
    olga.sends('/softphone', bot);
    await shows('New');
    await press('New', 'Login: —');
    await enter('Login', '—', '100');
    await enter('Password', '—', 's3cret', '••••');
    await enter('Domain', '—', pbx.domain);
    await press('Apply', 'Switch off');
    await pbx.registration('100');

    const from = Date.now();
    const edited = await enter('Login', '100', '101');
    const until = Date.now();
    expect(edited.buttons.flat()).toContain('Apply');
    expect(edited.text).toContain('Pending changes: Login');
    service.signal('SIGKILL');
    expect(await service.exited).toBe('SIGKILL');

    pbx.registrations.length = 0;
    await start(0);
    await pbx.registration('100');
    expect(pbx.registrations.map(({ user }) => user)).toEqual(['100']);
    olga.sends('/softphone', bot);
    await shows('🟡 101');
    const pending = await press('🟡 101', 'Login: 101');
    expect(pending.text).toContain('Pending changes: Login');
    // By the clock that stood behind, in whole seconds.
    const applies = Date.parse(
      `${new Date(from).toISOString().slice(0, 11)}${/They apply at (\S+) UTC/.exec(pending.text)?.[1]}Z`,
    );
    expect(applies).toBeGreaterThan(from - behindMs + autoApplyMs - 1_000);
    expect(applies).toBeLessThanOrEqual(until - behindMs + autoApplyMs);
    expect(pending.buttons.flat()).toContain('Apply');
    expect(Date.now()).toBeLessThan(from - behindMs + autoApplyMs - 1_000);

    await expect
      .poll(() => pbx.registrations.some(({ user }) => user === '101'), { timeout: 30_000, interval: 20 })
      .toBe(true);
    const at = Date.now();
    expect(at).toBeGreaterThanOrEqual(from - behindMs + autoApplyMs);
    expect(at).toBeLessThanOrEqual(until - behindMs + autoApplyMs + 1_000);
    olga.sends('/softphone', bot);
    await shows('🟢 101');
    const applied = await press('🟢 101', 'Login: 101');
    expect(applied.text).not.toContain('Pending');
    expect(applied.buttons.flat()).not.toContain('Apply');
  });

  test('nothing of either process stays', async () => {
    service.signal('SIGTERM');
    expect(await service.exited).toBe(0);
    expect(processesOn(directory.path)).toEqual([]);
  });
});
