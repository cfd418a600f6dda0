import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Running, reachableDirectory } from '../../process/support/running.ts';
import { hasChromium, openBrowser, Tab } from './browser.ts';

const microphoneHz = 620;
const milliwattHz = 1_004;
const toneHz = 700;
const anna = { number: '+79261234567', saysHz: 500 };
const boris = { number: '+4930123456', saysHz: 850 };

/** One story, told from its beginning: each part begins where the one before has ended. */
describe.skipIf(!hasChromium)('a newcomer opens the page that npm start has printed', { timeout: 60_000 }, () => {
  let directory: Awaited<ReturnType<typeof reachableDirectory>>;
  let sandbox: Running;
  let browser: Browser;
  let tab: Tab;
  let second: Tab | undefined;
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
  const log = (text: string | RegExp) => tab.page.locator('#messages .message', { hasText: text }).last();

  test('there are the chat account, the settings bot and a group', async () => {
    await expect
      .poll(() => chats().locator('.chat b').allTextContents())
      .toEqual(['Telephone', 'Settings', 'Recordings']);
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
  });

  test('keys pressed in the chat arrive at the PBX', async () => {
    await tab.presses('5');
    await tab.presses('#');
    await expect.poll(() => tab.sip('601').locator('.pressed').textContent()).toBe('keys 5 #');
  });

  test('a recording comes as a message that plays, with both voices in it', async () => {
    await tab.presses('🔴 Start recording');
    await tab.button('🟥 Stop recording').waitFor();
    await tab.hears(milliwattHz);
    // As long as it takes to have something to hear.
    const started = await tab.page.evaluate<number>('performance.now()');
    await expect.poll(() => tab.page.evaluate<number>(`performance.now() - ${started}`)).toBeGreaterThan(2_000);
    await tab.picture('sandbox-call');
    await tab.presses('🟥 Stop recording');
    const sound = tab.page.locator('.file.sound').last();
    await sound.getByLabel('Play', { exact: true }).click();
    await expect.poll(() => tab.page.evaluate<number>(played)).toBeGreaterThan(0.2);
    const tones = await tab.page.evaluate<number[]>(levelsOfRecording([milliwattHz, toneHz, 300]));
    expect(tones[0]).toBeGreaterThan(-30);
    expect(tones[1]).toBeGreaterThan(-30);
    expect(tones[2]).toBeLessThan(-45);
  });

  test('on a telephone’s screen the call, the keypad and the list are within reach', async () => {
    await tab.setsSize(390, 844);
    // What was to be read before the call's card and the screen became narrow is to be read yet.
    await expect.poll(() => tab.page.evaluate(isNewestInSight)).toBe(true);
    await tab.picture('sandbox-call-390');
    await tab.page.locator('#head').getByLabel('Conversations').click();
    await tab.picture('sandbox-chats-390');
    await tab.opens('Telephone');
    await tab.page.locator('#head').getByLabel('SIP phone').click();
    await tab.picture('sandbox-desk-390');
    await tab.page.locator('#desk').getByLabel('Back').click();
    await tab.setsSize(1280, 800);
  });

  test('she hangs up, and reads how it went', async () => {
    await tab.hangsUp();
    await log(/Answered 00:\d\d · 601/).waitFor();
    await expect.poll(() => tab.page.locator('.sip').count()).toBe(0);
  });

  test('the SIP phone rings her; both hear each other, and what it says can be chosen', async () => {
    await tab.clicks('Ring me');
    await log('Anna Petrova').waitFor();
    await tab.answers();
    await Promise.all([tab.hears(anna.saysHz), tab.isHeard(anna.number, toneHz)]);
    await tab.sip(anna.number).getByLabel('Says').selectOption('1200');
    await tab.hears(1_200);
    await tab.sip(anna.number).getByLabel('Says').selectOption('500');
    await tab.hears(anna.saysHz);
  });

  test('a second caller waits; Switch goes to him, Transfer joins the two', async () => {
    await tab.clicks('Second caller');
    await tab.button('Switch').waitFor();
    await tab.picture('sandbox-second-call');
    await tab.setsSize(390, 844);
    await tab.picture('sandbox-second-call-390');
    await tab.setsSize(1280, 800);
    await tab.presses('Switch');
    await Promise.all([tab.hears(boris.saysHz), tab.isHeard(boris.number, toneHz)]);
    await tab.button('End').waitFor();
    await tab.presses('Transfer');
    await Promise.all([tab.isHeard(anna.number, boris.saysHz), tab.isHeard(boris.number, anna.saysHz)]);
    await expect.poll(() => tab.state()).not.toBe('connected');
    await tab.sip(anna.number).getByRole('button', { name: 'Hang up' }).click();
    await expect.poll(() => tab.page.locator('.sip').count()).toBe(0);
  });

  test('a telephone of the PBX that the page answers', async () => {
    await tab.writes('610');
    await tab.answers();
    await tab.sip('610').getByRole('button', { name: 'Answer' }).click();
    await tab.isHeard('610', toneHz);
    await tab.sip('610').getByLabel('Says').selectOption('1200');
    await tab.hears(1_200);
  });

  test('Reconnect moves the call to a second tab', async () => {
    second = await Tab.open(browser, url);
    await second.page.getByText('Second device').waitFor();
    await tab.presses('🔄 Reconnect');
    await tab.page.locator('#call.incoming').waitFor();
    await second.answers();
    await second.hears(1_200);
    await second.isHeard('610', microphoneHz);
    // It does not ring on the first any more.
    await expect.poll(() => tab.page.locator('#call.incoming').count()).toBe(0);
    // The card says so, too.
    const heard = second.page.locator('#call .level').first();
    await expect.poll(() => heard.textContent()).toMatch(/^You hear1(19|20)\d Hz$/);
    await second.picture('sandbox-reconnect');
  });

  test('into a tunnel: the call comes back on the telephone that is answered', async () => {
    await second!.page.getByLabel('Into a tunnel').check();
    await tab.page.locator('#call.incoming').waitFor({ timeout: 30_000 });
    await tab.page.getByLabel('Into a tunnel').uncheck();
    await tab.answers();
    await Promise.all([tab.hears(1_200), tab.isHeard('610', toneHz)]);
  });

  test('lost packets are heard as lost packets, not as the end of the call', async () => {
    await tab.page.getByLabel('Packets lost').selectOption('10');
    await expect.poll(() => tab.page.evaluate(lostPackets)).toBeGreaterThan(5);
    await tab.page.getByLabel('Packets lost').selectOption('0');
    await tab.hears(1_200);
    await tab.hangsUp();
  });

  test('a line is set up in the settings bot: buttons, typed answers, and who may use it from a list', async () => {
    await tab.page.locator('#call').waitFor({ state: 'hidden' });
    await tab.opens('Settings');
    await tab.page.locator('#head').getByText('Start').click();
    await tab.presses(/Demo PBX$/);
    await tab.button('Login: 100').waitFor();
    await tab.picture('sandbox-settings');
    await tab.presses(/^User/);
    await tab.page.locator('#keys button').first().waitFor();
    await tab.page.locator('#keys button').first().click();
    await tab.page.locator('.picker').waitFor();
    await tab.fits();
    await tab.page.locator('.picker').getByText('Boris').click();
    await log(/You chose Boris/).waitFor();
  });

  test('the connection to Telegram drops: the next call comes all the same', async () => {
    await tab.opens('Telephone');
    await tab.clicks('Drop the connection to Telegram');
    await tab.writes('600');
    await tab.answers();
    await tab.hears(toneHz);
    await tab.hangsUp();
  });

  test('Telegram wants the service to wait: the call comes at once, and its keypad when the wait is over', async () => {
    await tab.clicks('Flood wait of 5 s');
    const now = () => tab.page.evaluate<number>('performance.now()');
    const pressedAt = await now();
    await tab.writes('600');
    await tab.answers();
    await tab.hears(toneHz);
    expect(await tab.button('🔄 Reconnect').count()).toBe(0);
    await tab.button('🔄 Reconnect').waitFor();
    expect((await now()) - pressedAt).toBeGreaterThan(5_000);
    await tab.presses('7');
    await expect.poll(() => tab.sip('600').locator('.pressed').textContent()).toBe('keys 7');
    await tab.hangsUp();
  });

  test('no page has complained', () => {
    expect([...tab.complaints, ...(second?.complaints ?? [])]).toEqual([]);
  });

  test('a sandbox that ends is said to be gone', async () => {
    sandbox.signal('SIGTERM');
    await expect.poll(() => tab.page.locator('#line').textContent()).toMatch(/does not answer/);
    expect(await sandbox.exited).toBe(0);
  });
});

/** How much of the newest recording has been played, 0–1. */
const played = `[...document.querySelectorAll('.file.sound progress')].at(-1).value`;

/** Levels of tones in the newest recording, in dBFS: what the browser decodes of it. */
const levelsOfRecording = (frequenciesHz: readonly number[]) => `(async () => {
  const file = [...document.querySelectorAll('.file.sound')].at(-1).dataset.url;
  const context = new OfflineAudioContext(1, 48000, 48000);
  const bytes = await (await fetch(file)).arrayBuffer();
  const samples = (await context.decodeAudioData(bytes)).getChannelData(0);
  const middle = samples.slice(samples.length / 4, samples.length / 4 + 24000);
  return ${JSON.stringify(frequenciesHz)}.map((hz) => {
    let [re, im] = [0, 0];
    middle.forEach((sample, at) => {
      re += sample * Math.cos((2 * Math.PI * hz * at) / 48000);
      im += sample * Math.sin((2 * Math.PI * hz * at) / 48000);
    });
    return 20 * Math.log10((2 * Math.hypot(re, im)) / middle.length + 1e-9);
  });
})()`;

const isNewestInSight = `[...document.querySelectorAll('#messages .message')].at(-1).getBoundingClientRect().bottom <=
  document.querySelector('#messages').getBoundingClientRect().bottom + 1`;

const lostPackets = `window.__call.stats().then((all) =>
  all.filter(({ type }) => type === 'inbound-rtp').reduce((sum, { packetsLost }) => sum + packetsLost, 0))`;
