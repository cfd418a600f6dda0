import { describe, expect, test } from 'vitest';
import { UserId } from '../../../../src/machines/model/ids.ts';
import { eventually } from '../../../support/eventually.ts';
import { stopwatch } from '../../../support/stopwatch.ts';
import { bot, scene } from './scene.ts';

const screen = { text: 'Your lines', buttons: [[{ label: 'New', press: { do: 'new' } }]] } as const;

describe('while the inbox does not answer for a person', () => {
  test('his presses on the panel of his call are answered and told, one after the other', async () => {
    const { olga, inbox, handle, shows, showsPanel } = await scene();
    const { message } = await shows(olga, screen);
    const panel = await showsPanel();
    const heard: string[] = [];
    handle.onPress(({ pressId }) => void heard.push(pressId));
    const kept = inbox.inputs.length;
    const goOn = inbox.holdBack(UserId(olga.id));

    const pressing = olga.presses(message, 'New');
    olga.sends('pbx.test', bot);
    for (let count = 1; count <= 3; count++) {
      const sincePressedAt = stopwatch();
      await olga.presses(panel, '1');
      expect(sincePressedAt()).toBeLessThan(1_000);
      await eventually(() => expect(heard).toHaveLength(count));
    }
    expect(new Set(heard).size).toBe(3);
    expect(inbox.inputs).toHaveLength(kept);
    // It cannot be known yet whether it is out of date; a button that spins for ever helps nobody.
    expect(await pressing).toBeUndefined();

    goOn();
    await eventually(() =>
      expect(inbox.inputs.slice(kept)).toMatchObject([{ kind: 'press' }, { kind: 'text', text: 'pbx.test' }]),
    );
    expect(heard).toHaveLength(3);
  });

  test('others are served', async () => {
    const { olga, uwe, inbox } = await scene();
    const goOn = inbox.holdBack(UserId(olga.id));
    olga.sends('one', bot);
    uwe.sends('two', bot);
    await eventually(() => expect(inbox.inputs).toMatchObject([{ text: 'two' }]));
    goOn();
    await eventually(() => expect(inbox.inputs).toMatchObject([{ text: 'two' }, { text: 'one' }]));
  });
});

describe('while the inbox takes nothing', () => {
  test('nothing is lost or kept twice, in order, and no secret is logged', async () => {
    const { olga, inbox, logged, told } = await scene();
    inbox.isAway = true;
    olga.sends('s3cret', bot);
    await eventually(() => expect(inbox.refusals).toBeGreaterThan(1));
    olga.sends('pbx.test', bot);
    expect(told).not.toHaveBeenCalled();
    inbox.isAway = false;
    await eventually(() => expect(inbox.inputs).toMatchObject([{ text: 's3cret' }, { text: 'pbx.test' }]), {
      timeout: 5_000,
    });
    expect(told).toHaveBeenCalledTimes(2);
    expect(logged.join('')).toContain('an update was not taken');
    expect(logged.join('')).not.toContain('s3cret');
  });

  test('a press is answered without words, and kept later', async () => {
    const { olga, inbox, shows } = await scene();
    const { message } = await shows(olga, screen);
    inbox.isAway = true;
    expect(await olga.presses(message, 'New')).toBeUndefined();
    inbox.isAway = false;
    await eventually(() => expect(inbox.inputs.at(-1)).toMatchObject({ press: { do: 'new' } }));
  });
});

describe('a bot that is started anew', () => {
  test('reads what its predecessor could not keep, and keeps nothing twice', async () => {
    const { olga, uwe, inbox, handle, start, told } = await scene();
    uwe.sends('before', bot);
    await eventually(() => expect(inbox.inputs).toHaveLength(1));
    inbox.isAway = true;
    olga.sends('one', bot);
    await eventually(() => expect(inbox.refusals).toBeGreaterThan(0));
    uwe.sends('two', bot);
    await handle.stop();
    inbox.isAway = false;
    olga.sends('three', bot);
    expect(inbox.inputs).toHaveLength(1);
    await start();
    await eventually(() => expect(inbox.inputs).toHaveLength(4));
    const ids = [...inbox.kept.rows.keys()];
    expect(ids.toSorted()).toEqual(ids);
    expect(told).toHaveBeenCalledTimes(4);
  });

  test('hears a press again that was taken while an older update could not be, under the same id', async () => {
    const { olga, inbox, handle, start, showsPanel } = await scene();
    const panel = await showsPanel();
    const first: string[] = [];
    const second: string[] = [];
    handle.onPress(({ pressId }) => void first.push(pressId));
    inbox.isAway = true;
    olga.sends('one', bot);
    await olga.presses(panel, '1');
    await eventually(() => expect(first).toHaveLength(1));
    await handle.stop();
    inbox.isAway = false;
    const next = await start();
    next.onPress(({ pressId }) => void second.push(pressId));
    await eventually(() => expect(inbox.inputs).toHaveLength(1));
    await eventually(() => expect(second).toEqual(first));
  });
});
