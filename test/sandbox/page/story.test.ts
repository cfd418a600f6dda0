import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Running, reachableDirectory } from '../../process/support/running.ts';
import { hasChromium, openBrowser, Tab } from './browser.ts';

const microphoneHz = 620;
const milliwattHz = 1_004;
const toneHz = 700;

/** One story, told from its beginning: each part begins where the one before has ended. */
describe.skipIf(!hasChromium)('a newcomer opens the page that npm start has printed', { timeout: 60_000 }, () => {
  let directory: Awaited<ReturnType<typeof reachableDirectory>>;
  let sandbox: Running;
  let browser: Browser;
  let tab: Tab;
  let url: string;
  beforeAll(async () => {
    directory = await reachableDirectory();
    sandbox = Running.start('src/main.ts', { DATA_DIR: join(directory.path, 'data') });
    url = (await sandbox.prints(/^ +http:\/\/127\.0\.0\.1:\d+\/[\w-]{24}\/\n/)).trim();
    browser = await openBrowser(directory.path, microphoneHz);
    tab = await Tab.open(browser, url);
  });
  afterAll(async () => {
    await browser?.close();
    sandbox?.signal('SIGKILL');
    await sandbox?.exited;
    await directory?.remove();
  });

  const chats = () => tab.page.locator('#chats nav');

  test('there are the chat account, the settings bot and a group', async () => {
    await expect
      .poll(() => chats().locator('.chat b').allTextContents())
      .toEqual(['Telephone', 'Settings', 'Recordings']);
    await tab.picture('sandbox-first');
  });

  test('a number is called back; the microphone and the tone are heard at the other ends', async () => {
    await tab.writes('601');
    await tab.page.locator('#call.incoming').waitFor();
    await tab.picture('sandbox-ringing');
    await tab.answers();
    await Promise.all([tab.hears(milliwattHz), tab.isHeard('601', microphoneHz)]);
    expect(await tab.page.locator('#call .emoji span').count()).toBe(4);
  });

  test('what she says can be chosen, and muted', async () => {
    await tab.page.getByLabel('What you say').selectOption('tone');
    await tab.isHeard('601', toneHz);
    await tab.page.locator('#call').getByTitle('Mute').click();
    await expect.poll(() => tab.sip('601').locator('.hears').textContent()).toBe('hears silence');
    await tab.page.locator('#call').getByTitle('Unmute').click();
    await tab.isHeard('601', toneHz);
    await tab.picture('sandbox-call');
  });

  test('keys pressed in the chat arrive at the PBX', async () => {
    await tab.presses('5');
    await tab.presses('#');
    await expect.poll(() => tab.sip('601').locator('.pressed').textContent()).toBe('keys 5 #');
  });

  test('no page has complained', () => {
    expect(tab.complaints).toEqual([]);
  });
});
