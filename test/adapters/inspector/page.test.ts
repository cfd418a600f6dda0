import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createActor, setup } from 'xstate';
import { eventually } from '../../support/eventually.ts';
import { hasBrowser, openBrowser } from './browser.ts';
import { callOf, type InspectedHouse, openInspectedHouse, pat } from './inspected-house.ts';

let browser: Browser;
let page: Page;
let inspected: InspectedHouse;
let troubles: string[];

beforeAll(async () => {
  if (hasBrowser) browser = await openBrowser();
});
afterAll(() => browser?.close());
beforeEach(async () => {
  if (!hasBrowser) return;
  inspected = await openInspectedHouse();
  troubles = [];
  page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  page.on('pageerror', (error) => troubles.push(error.message));
  page.on('console', (said) => said.type() === 'error' && troubles.push(said.text()));
});
afterEach(async () => {
  await page?.close();
  await inspected?.close();
  const [fault] = [...(inspected?.faults ?? []), ...(inspected?.house.faults ?? [])];
  if (fault) throw fault as Error;
});

const open = async () => {
  await page.goto(inspected.server.url);
  await page.waitForSelector('[data-link=live]');
};
/** Paths of the states that are lit, innermost ones only. */
const lit = () =>
  page.$$eval('.node.active.leaf', (nodes) => nodes.map((node) => String(node.getAttribute('data-path'))).toSorted());
const taken = () => page.$$eval('.edge.taken title', (titles) => titles.map(({ textContent }) => textContent));
const lights = (...states: readonly string[]) => eventually(async () => expect(await lit()).toEqual(states));
const choose = async (name: string) => {
  await page.locator('[role=treeitem]', { has: page.getByText(name, { exact: true }) }).click();
  await eventually(async () => expect(await page.textContent('#name')).toBe(name));
};

describe.runIf(hasBrowser)('the page', () => {
  test('B-2 lights the state of a call at each step of it, with the way it came by, live', async () => {
    const call = callOf(inspected);
    await call.offered();
    await open();
    await choose('user/(1)');
    await lights('withCall.ringing.begun');
    await call.answered();
    await lights('withCall.answering');
    expect(await taken()).toEqual(['voiceLeg.answered']);
    await call.established();
    await lights('withCall.talking.begun');
    expect(await taken()).toEqual(['call.answered']);
    await choose(pat);
    await lights('established.heard');
    await choose('voiceLeg');
    await lights('up.heard');
    await choose('user/(1)');
    await lights('withCall.talking.begun');
    await call.hungUp();
    await lights('idle');
    expect(troubles).toEqual([]);
  });

  test('B-2 steps back by replay to where the machine was, and returns to what is live', async () => {
    const call = callOf(inspected);
    const recorded: string[] = [];
    const record = () =>
      recorded.push(inspected.inspector.actors().find(({ name }) => name === 'user/(1)')?.state ?? '');
    for (const step of ['offered', 'answered', 'established'] as const) {
      await call[step]();
      record();
    }
    await open();
    await choose('user/(1)');
    await lights('withCall.talking.begun');
    await page.click('#back');
    await lights('withCall.answering');
    expect(await page.textContent('#step')).toMatch(/^3 of 4 · voiceLeg\.answered · .* · replayed$/);
    await page.focus('#slider');
    await page.keyboard.press('ArrowLeft');
    await lights('withCall.ringing.begun');
    expect(recorded).toEqual(['withCall.ringing.begun', 'withCall.answering', 'withCall.talking.begun']);
    // What happens meanwhile does not move what is looked at.
    await call.hungUp();
    await eventually(async () => expect(await page.textContent('#count')).toBe('8'));
    expect(await lit()).toEqual(['withCall.ringing.begun']);
    await page.click('#live');
    await lights('idle');
  });

  test('keeps twenty frames a second while two hundred actors change', async () => {
    const light = setup({ types: { events: {} as { type: 'go' } } }).createMachine({
      id: 'light',
      initial: 'red',
      states: { red: { on: { go: 'green' } }, green: { on: { go: 'red' } } },
    });
    const actors = Array.from({ length: 200 }, (_, number) =>
      createActor(light, inspected.hub.root(`light/${number}`, light, undefined)).start(),
    );
    await open();
    await eventually(async () => expect(await page.locator('[role=treeitem]').count()).toBe(201));
    await choose('light/7');
    await lights('red');
    const changing = setInterval(() => {
      for (const actor of actors) actor.send({ type: 'go' });
    }, 100);
    // The best of some looks: the machine may be doing something else for a while.
    await eventually(async () => expect(await framesPerSecond()).toBeGreaterThanOrEqual(20), { timeout: 20_000 });
    clearInterval(changing);
    expect(await page.locator('[role=treeitem] .is').first().textContent()).not.toBe('');
  });

  const framesPerSecond = () =>
    page.evaluate<number>(`new Promise((done) => {
      const began = performance.now();
      let frames = 0;
      const count = () => {
        frames++;
        const tookMs = performance.now() - began;
        if (tookMs < 1500) requestAnimationFrame(count);
        else done((frames * 1000) / tookMs);
      };
      requestAnimationFrame(count);
    })`);

  test('counts down what an actor waits for', async () => {
    const slow = setup({ delays: { patience: 90_000 } }).createMachine({
      id: 'slow',
      initial: 'waiting',
      states: { waiting: { after: { patience: 'over' } }, over: {} },
    });
    const actor = createActor(slow, inspected.hub.root('slow/1', slow, undefined)).start();
    await open();
    await choose('slow/1');
    await eventually(async () => expect(await page.textContent('#timers li span')).toBe('after patience · waiting'));
    const due = await page.textContent('#timers .due');
    expect(due).toMatch(/^1:[123]\d$/);
    await eventually(async () => expect(await page.textContent('#timers .due')).not.toBe(due));
    actor.stop();
  });

  test('is used by keyboard alone: through the tree, into an actor, along the slider', async () => {
    await callOf(inspected).offered();
    await open();
    await choose('line/office');
    await page.focus('[role=treeitem][tabindex="0"]');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await eventually(async () => expect(await page.textContent('#name')).toBe('user/(1)'));
    await lights('withCall.ringing.begun');
    await page.focus('#chart');
    const before = await page.getAttribute('#chart > svg', 'viewBox');
    await page.keyboard.press('ArrowRight');
    expect(await page.getAttribute('#chart > svg', 'viewBox')).not.toBe(before);
    await page.focus('#slider');
    await page.keyboard.press('Home');
    await lights('idle');
  });

  test('filters by name, state and call', async () => {
    await callOf(inspected).offered();
    await open();
    const rows = () => page.$$eval('[role=treeitem] .name', (names) => names.map(({ textContent }) => textContent));
    await page.fill('#filter', pat.slice(0, 8));
    await eventually(async () => expect(await rows()).toEqual(['user/(1)', `recording/${pat}`, pat]));
    await page.fill('#filter', 'reachable');
    await eventually(async () => expect(await rows()).toEqual(['line/office']));
    await page.fill('#filter', '');
    await page.check('#operations');
    await eventually(async () => expect(await rows()).toContain('legFacts'));
  });

  test.each([
    [1280, 800],
    [390, 844],
  ])('fits %i pixels: nothing stands over, in light and dark', async (width, height) => {
    await callOf(inspected).offered();
    await page.setViewportSize({ width, height });
    await open();
    for (const scheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: scheme });
      for (const view of ['actors', 'chart', 'ladder', 'events']) {
        await page.evaluate(`document.querySelector('[data-to=${view}]').click()`);
        const root = 'document.documentElement';
        const size = await page.evaluate(`[${root}.scrollWidth, ${root}.scrollHeight]`);
        expect(size, `${scheme} ${view}`).toEqual([width, height]);
      }
    }
    const ground = await page.evaluate('getComputedStyle(document.body).backgroundColor');
    expect(ground).toBe('rgb(17, 21, 28)');
  });

  test('left open while the process is away it comes back by itself, and shows what is there then', async () => {
    await open();
    await inspected.reopen();
    await callOf(inspected).offered();
    await eventually(async () => expect(await page.getAttribute('#link', 'data-link')).toBe('live'));
    await choose('user/(1)');
    await lights('withCall.ringing.begun');
  });

  test('left open over a restart it says so, and stops asking', async () => {
    await open();
    await inspected.reopen('the-token-of-another-start');
    await eventually(async () => expect(await page.textContent('#link')).toBe('restarted: open its new address'));
  });
});
