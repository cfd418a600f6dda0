/**
 * Takes the pictures of docs/inspector.md: a call in the sandbox, looked at in Chromium. `node scripts/inspector-screenshots.ts`
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { chromium, type Page } from 'playwright-core';
import { dialRules } from '../src/adapters/dial-rules/dial-rules.ts';
import { readTemplates, shippedTemplates } from '../src/adapters/templates/catalogue.ts';
import { readConfig } from '../src/config.ts';
import { hostOptionsOf } from '../src/host-options.ts';
import { openSandbox } from '../src/sandbox-profile.ts';
import { startService } from '../src/service.ts';

const sizes = { wide: { width: 1280, height: 800 }, narrow: { width: 390, height: 844 } } as const;

const directory = await mkdtemp(join(tmpdir(), 'siptg-inspector-'));
await using running = new AsyncDisposableStack();
running.defer(() => rm(directory, { recursive: true, force: true }));
const config = readConfig({ DATA_DIR: directory, HOST_ID: 'host-1' });
const sandbox = await openSandbox(config);
running.defer(() => sandbox.close());
let url = '';
const service = await startService({
  storage: sandbox.storage,
  telegram: sandbox.telegram,
  host: hostOptionsOf(config),
  settings: {
    admins: [],
    allowPrivateRegistrars: true,
    templates: readTemplates([shippedTemplates], dialRules),
    worker: { name: 'Sandbox', place: '' },
  },
  inspect: {
    port: 0,
    told: (at) => {
      url = at;
    },
  },
  log: pino({ level: 'error' }),
  sip: { bind: { host: '127.0.0.1', udpPort: 0, tcpPort: 0 } },
  media: {
    rtpHost: '127.0.0.1',
    advertisedHost: '127.0.0.1',
    rtpPorts: { from: 30_000, to: 30_999 },
    ice: { addresses: ['127.0.0.1'] },
  },
});
running.defer(() => service.stop(0));
await sandbox.connect(service);

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
running.defer(() => browser.close());
const page = await browser.newPage({ viewport: sizes.wide });
await page.goto(url);
sandbox.olga.sends('601', sandbox.chat);
const call = await sandbox.phone.rings();
call.answer();
await call.connected;
const panel = await sandbox.olga.waitsFor(({ buttons }) => buttons.flat().includes('5'));
await sandbox.olga.presses(panel, '5');
await page
  .locator('[role=treeitem]', { has: page.getByText('user/(1)') })
  .first()
  .click();
await lit(page, 'withCall.talking.begun');
await shot('chart', sizes.wide);
await shot('chart', sizes.narrow);
await page.setViewportSize(sizes.wide);
await page
  .locator('[role=treeitem]', { has: page.getByText(/^[0-9a-f-]{36}$/) })
  .last()
  .click();
await lit(page, 'established.heard');
await page.emulateMedia({ colorScheme: 'dark' });
await shot('call-dark', sizes.wide);
await page.emulateMedia({ colorScheme: 'light' });
await page
  .locator('[role=treeitem]', { has: page.getByText('user/(1)') })
  .first()
  .click();
await page.waitForTimeout(500);
await view('ladder');
await page.waitForSelector('#rungs svg');
await shot('ladder', sizes.wide);
await shot('ladder', sizes.narrow);
await page.setViewportSize(sizes.narrow);
await view('actors');
await shot('actors', sizes.narrow);
await view('events');
await shot('events', sizes.narrow);

async function lit(on: Page, path: string): Promise<void> {
  await on.waitForSelector(`.node.active.leaf[data-path="${path}"]`, { timeout: 30_000 });
  // What is drawn fades in.
  await on.waitForTimeout(600);
}

async function view(name: string): Promise<void> {
  await page.evaluate(`document.querySelector('[data-to=${name}]').click()`);
}

async function shot(name: string, viewport: (typeof sizes)[keyof typeof sizes]): Promise<void> {
  await page.setViewportSize(viewport);
  await page.waitForTimeout(400);
  await page.screenshot({ path: join('docs', 'inspector', `${name}-${viewport.width}.png`) });
}
