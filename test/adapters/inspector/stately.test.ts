import { readFile } from 'node:fs/promises';
import { createInspector, type StatelyInspectionEvent } from '@statelyai/inspect';
import type { Browser } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createActor, setup } from 'xstate';
import { foreignEvents, wireVersion } from '../../../src/adapters/inspector/stately.ts';
import { eventually } from '../../support/eventually.ts';
import { hasBrowser, openBrowser } from './browser.ts';
import { callOf, type InspectedHouse, openInspectedHouse } from './inspected-house.ts';

let inspected: InspectedHouse;
beforeEach(async () => {
  inspected = await openInspectedHouse();
});
afterEach(() => inspected.close());

const light = setup({ types: { events: {} as { type: 'go' } } }).createMachine({
  id: 'light',
  initial: 'red',
  states: { red: { on: { go: 'green' } }, green: {} },
});

test('an actor is told in the wire form of the package: the same messages with the same members', async () => {
  const sent: StatelyInspectionEvent[] = [];
  const theirs = createInspector({ send: (event) => void sent.push(event) });
  const seen = inspected.hub.root('light/1', light, undefined);
  const actor = createActor(light, {
    inspect: (event) => {
      seen.inspect?.(event);
      theirs.inspect.next?.(event);
    },
  }).start();
  actor.send({ type: 'go' });
  await vi.waitFor(() => expect(sent.length).toBeGreaterThanOrEqual(5));
  const { id } = inspected.inspector.actors().find(({ machine }) => machine === 'light') ?? {};
  const foreign = inspected.inspector.foreign(id ?? '');
  const ours = foreign ? foreignEvents(foreign, true) : [];
  expect(ours.map(({ type }) => type)).toEqual(['@xstate.actor', '@xstate.event', '@xstate.snapshot']);
  for (const event of ours) {
    const same = sent.findLast(({ type }) => type === event.type);
    expect(Object.keys(event).toSorted()).toEqual(Object.keys(same ?? {}).toSorted());
    expect(event._version).toBe(same?._version);
  }
  const [begun] = ours as [Extract<StatelyInspectionEvent, { type: '@xstate.actor' }>];
  expect(JSON.parse(begun.definition ?? '')).toMatchObject({
    id: 'light',
    initial: 'red',
    states: { red: {}, green: {} },
  });
  expect(begun.snapshot).toMatchObject({ status: 'active', value: 'green' });
});

test('the version that is told is that of the package', async () => {
  const manifest = await readFile('node_modules/@statelyai/inspect/package.json', 'utf8');
  expect(JSON.parse(manifest)).toMatchObject({ version: wireVersion });
});

describe.runIf(hasBrowser)('the page for it', () => {
  let browser: Browser;
  beforeEach(async () => {
    browser = await openBrowser();
  });
  afterEach(() => browser.close());

  test('waits until Stately’s page is there, then posts every actor to it, and goes on', async () => {
    const page = await browser.newPage();
    // As `createBrowserReceiver` of the package does it.
    const body = `<script>
      window.got = [];
      addEventListener('message', ({ data }) => got.push(data));
      parent.postMessage({ type: '@statelyai.connected' }, '*');
    </script>`;
    await page.route('https://stately.ai/inspect', (route) => route.fulfill({ contentType: 'text/html', body }));
    const call = callOf(inspected);
    await call.offered();
    await page.goto(`${inspected.server.url}stately`);
    const frame = await eventually(() => {
      const found = page.frames().find((one) => one.url() === 'https://stately.ai/inspect');
      if (!found) throw new Error('no frame yet');
      return found;
    });
    const got = () => frame.evaluate<StatelyInspectionEvent[]>('got');
    await eventually(async () => {
      const actors = (await got()).filter(({ type }) => type === '@xstate.actor');
      expect(actors.map((actor) => 'name' in actor && actor.name)).toEqual(
        expect.arrayContaining(['line/office', 'user/(1)', 'voiceLeg']),
      );
    });
    await call.answered();
    await eventually(async () => {
      const taken = (await got()).flatMap((one) => (one.type === '@xstate.event' ? one.event.type : []));
      expect(taken).toContain('voiceLeg.answered');
    });
    expect(JSON.stringify(await got())).not.toContain('4930123456');
  });
});
