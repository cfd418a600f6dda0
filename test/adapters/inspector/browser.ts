import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const found = places.find((place) => existsSync(place));

/** In CI it has to be there. */
export const hasBrowser = found !== undefined || process.env.CI === 'true';

/** A Chromium without a window, that reaches this machine only. */
export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: found ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'],
  });
