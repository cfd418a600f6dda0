import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';
import { saveWav } from '../../../sandbox/phone/wav.ts';
import { hasProgram } from '../../peers/program.ts';
import { eventually } from '../../support/eventually.ts';

export const hasChromium = hasProgram('chromium', 'chromium');

/** Where the pictures of the documentation are made, when they are to be made: `npm run screenshots`. */
const pictures = process.env['SCREENSHOTS'];

/** A browser whose microphone hears a tone. It asks nobody for leave, and gathers no loopback candidates: an ordinary one. */
export const openBrowser = async (directory: string, microphoneHz: number): Promise<Browser> => {
  const wav = join(directory, 'microphone.wav');
  const samples = Int16Array.from({ length: 48_000 }, (_, at) =>
    Math.round(8_192 * Math.sin((2 * Math.PI * microphoneHz * at) / 48_000)),
  );
  await saveWav(wav, { samples, sampleRate: 48_000 });
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-audio-capture=${wav}`,
    ],
  });
};

/** A tab as a person uses it. */
export class Tab {
  readonly page: Page;
  /** What the browser complained of. */
  readonly complaints: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes('ERR_CONNECTION_REFUSED'))
        this.complaints.push(message.text());
    });
  }

  static async open(browser: Browser, url: string): Promise<Tab> {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' });
    page.setDefaultTimeout(25_000);
    const tab = new Tab(page);
    await page.goto(url);
    await page.getByText('Try it').waitFor();
    return tab;
  }

  async writes(text: string): Promise<void> {
    await this.page.getByLabel('Message', { exact: true }).fill(text);
    await this.page.keyboard.press('Enter');
  }

  async opens(chat: string): Promise<void> {
    await this.page.locator('#chats nav .chat', { hasText: chat }).click();
    await this.page.locator('#head').getByText(chat, { exact: true }).waitFor();
  }

  /** The newest button of that name in the conversation. */
  button(label: string | RegExp) {
    const hasText = typeof label === 'string' ? new RegExp(`^${label.replace(/[*#]/g, '[$&]')}$`, 'u') : label;
    return this.page.locator('.inline', { hasText }).last();
  }

  async presses(label: string | RegExp): Promise<void> {
    await this.button(label).click();
  }

  async clicks(name: string): Promise<void> {
    await this.page.getByRole('button', { name, exact: true }).click();
  }

  answers = async (): Promise<void> => {
    await this.page.locator('#call.incoming .answer').click();
    await isIn(() => this.state(), ['connected']);
  };

  async hangsUp(): Promise<void> {
    await this.page.locator('#call').getByTitle('Hang up').click();
    await isIn(() => this.state(), ['ended', undefined]);
  }

  state(): Promise<string | undefined> {
    return this.page.evaluate('window.__call.call?.state');
  }

  /** Hears a tone, to a bin of the analyser. */
  async hears(frequencyHz: number): Promise<void> {
    await isTone(() => this.page.evaluate<{ hz: number; db: number }>('window.__call.peak()'), frequencyHz);
  }

  /** The card of a call at the SIP phone, by its number. */
  sip(number: string) {
    return this.page.locator(`.sip[data-number="${number}"]`);
  }

  /** The PBX hears a tone in that call. */
  async isHeard(number: string, frequencyHz: number): Promise<void> {
    await isTone(async () => {
      const words = await this.sip(number).locator('.hears').textContent({ timeout: 1_000 });
      const [, hz = 0, db = -90] = /hears (\d+) Hz, (-?\d+) dBFS/.exec(words ?? '') ?? [];
      return { hz: Number(hz), db: Number(db) };
    }, frequencyHz);
  }

  async setsSize(width: number, height: number): Promise<void> {
    await this.page.setViewportSize({ width, height });
  }

  /** Nothing stands out of the window, at its width. */
  async fits(): Promise<void> {
    const script = `[...document.querySelectorAll('body *')].filter((each) => {
      const { left, right, width } = each.getBoundingClientRect();
      return width > 0 && getComputedStyle(each).visibility === 'visible' && (right > innerWidth + 1 || left < -1);
    }).map((each) => each.outerHTML.slice(0, 120))`;
    isNothing(await this.page.evaluate(script));
  }

  async picture(name: string): Promise<void> {
    await this.fits();
    if (pictures) await this.page.screenshot({ path: join(pictures, `${name}.png`), animations: 'disabled' });
  }
}

const isIn = (look: () => Promise<unknown>, allowed: readonly unknown[]) =>
  eventually(async () => expect(allowed).toContain(await look()));

const isTone = (look: () => Promise<{ hz: number; db: number }>, frequencyHz: number) =>
  eventually(async () => {
    const { hz, db } = await look();
    expect(Math.abs(hz - frequencyHz), `${hz} Hz`).toBeLessThanOrEqual(15);
    expect(db).toBeGreaterThan(-60);
  });

const isNothing = (found: unknown) => expect(found).toEqual([]);
