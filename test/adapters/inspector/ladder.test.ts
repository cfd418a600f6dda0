import { readFile } from 'node:fs/promises';
import type { Browser, Download, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { hasBrowser, openBrowser } from './browser.ts';
import { callOf, type InspectedHouse, openInspectedHouse, pat } from './inspected-house.ts';

let browser: Browser;
let page: Page;
let inspected: InspectedHouse;
beforeAll(async () => {
  if (hasBrowser) browser = await openBrowser();
});
afterAll(() => browser?.close());
beforeEach(async () => {
  if (!hasBrowser) return;
  inspected = await openInspectedHouse();
  page = await browser.newPage();
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
});
afterEach(async () => {
  await page?.close();
  await inspected?.close();
});

const textOf = async (download: Promise<Download>) => readFile(await (await download).path(), 'utf8');

describe.runIf(hasBrowser)('the ladder of a call', () => {
  beforeEach(async () => {
    const call = callOf(inspected);
    const { inspector } = inspected;
    const sip = { kind: 'sip', thread: 'dialog@pbx' } as const;
    inspector.note({ ...sip, from: 'party', to: 'siptg', label: 'INVITE' });
    await call.offered();
    inspector.note({ ...sip, from: 'siptg', to: 'party', label: '180 (INVITE)', call: pat });
    await call.answered();
    await call.established();
    inspector.note({ kind: 'media', from: 'siptg', to: 'media', label: 'joins <user> & party', call: pat });
    inspector.note({ ...sip, from: 'party', to: 'siptg', label: 'BYE', call: 'another' });
    await page.goto(inspected.server.url);
    await page.click('[data-to=ladder]');
    await page.locator('[role=treeitem]', { has: page.getByText('user/(1)', { exact: true }) }).click();
    await page.getByText('call.answered', { exact: true }).and(page.locator('#rungs text')).waitFor();
  });

  test('has SIP messages and media beside what the machine took, in their order, and those of no other call', async () => {
    const labels = await page.$$eval('#rungs text', (texts) => texts.map(({ textContent }) => String(textContent)));
    const told = labels.slice(4).filter((label) => !/^\d\d:/.test(label));
    expect(told).toEqual([
      'INVITE',
      'party.called',
      'recording.shows',
      '180 (INVITE)',
      'voiceLeg.answered',
      'call.answered',
      'joins <user> & party',
    ]);
  });

  test('is saved as a drawing that stands alone', async () => {
    const download = page.waitForEvent('download');
    await page.click('#svg');
    const text = await textOf(download);
    expect(text).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="760"/);
    expect(text).not.toContain('var(');
    const errors = await page.evaluate<string>(
      `new DOMParser().parseFromString(${JSON.stringify(text)}, 'image/svg+xml').querySelector('parsererror')?.textContent ?? ''`,
    );
    expect(errors).toBe('');
  });

  test('is saved as Mermaid', async () => {
    const download = page.waitForEvent('download');
    await page.click('#mermaid');
    expect(await textOf(download)).toBe(
      [
        'sequenceDiagram',
        '  participant party as Party (SIP)',
        '  participant siptg as siptg',
        '  participant user as User (Telegram)',
        '  participant media as Media',
        '  party->>siptg: INVITE',
        '  Note over siptg: party.called',
        '  Note over siptg: recording.shows',
        '  siptg->>party: 180 (INVITE)',
        '  Note over siptg: voiceLeg.answered',
        '  Note over siptg: call.answered',
        '  siptg->>media: joins <user> & party',
        '',
      ].join('\n'),
    );
  });

  test('is copied as a test', async () => {
    inspected.inspector.testCase = async (call) => `test of ${call}`;
    await page.click('#test');
    await eventually(async () => expect(await page.textContent('#done')).toBe('copied: paste it into test/calls'));
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(`test of ${pat}`);
  });
});
