import { setTimeout as after } from 'node:timers/promises';
import { expect } from 'vitest';
import type { PersonMessage } from '../../../sandbox/telegram/person.ts';
import type { Random } from '../../machines/walks/random.ts';
import type { Stage } from '../../support/stage.ts';
import { isAnswerToInvite, legs } from './on-the-wire.ts';
import type { Scene, Standing } from './scene.ts';

export interface Seeded {
  readonly seed: number;
  readonly random: Random;
}

export interface Race {
  readonly name: string;
  /** Whether it moves the machines' clock, which is one for all. */
  readonly movesTime?: boolean;
  /** Everybody has hung up when it resolves. */
  run(scene: Scene, seeded: Seeded): Promise<void>;
}

/** The seed's place between 0 and 1: ten seeds in a row spread evenly over all of it. */
const placeOf = ({ seed, random }: Seeded): number => (((seed - 1) % 10) + random.next()) / 10;

/**
 * Two people do something at once: the seed says who is how much earlier. These milliseconds are what is tested, so they pass
 * on the real clock.
 */
async function atOnce(
  seeded: Seeded,
  one: () => unknown,
  other: () => unknown,
  // How much later the other one comes, at least and at most; less than nothing: so much earlier.
  [fromMs, toMs]: readonly [number, number] = [-30, 30],
): Promise<void> {
  const laterMs = fromMs + placeOf(seeded) * (toMs - fromMs);
  const [first, second] = laterMs > 0 ? [one, other] : [other, one];
  const begun = first();
  await after(Math.abs(laterMs));
  await Promise.all([begun, second()]);
}

/** Whoever is in a call when it has settled is let go by who can: Olga, or one of the two she has joined. */
async function endAll(scene: Scene): Promise<void> {
  const calls = [scene.phone, scene.tablet].flatMap(({ currentCalls }) => currentCalls);
  for (const call of calls) call.hangUp();
  if (calls.length === 0) await scene.pat.hangUp();
  await scene.settlesAs(['over']);
}

/** A button that is pressed on two devices, and what comes of it: the same as of one press. */
interface Doubled {
  /** How things stand when it is pressed. */
  readonly when: string;
  readonly button: string;
  /** @returns the message with the button */
  arrange(scene: Scene): Promise<PersonMessage>;
  follow?(scene: Scene): Promise<void>;
  readonly standing: Standing;
  readonly hears?: 'pat' | 'quinn';
}

const whileWaiting = async (scene: Scene) => (await scene.waiting()).second;
const whileHeld = async (scene: Scene) => (await scene.twoCalls()).second;

const buttons: readonly Doubled[] = [
  { when: 'the second waits', button: 'Switch', arrange: whileWaiting, standing: 'two calls', hears: 'quinn' },
  { when: 'the second is held', button: 'Switch', arrange: whileHeld, standing: 'two calls', hears: 'pat' },
  { when: 'the second is held', button: 'End', arrange: whileHeld, standing: 'talk', hears: 'pat' },
  { when: 'the second waits', button: 'Decline', arrange: whileWaiting, standing: 'talk', hears: 'pat' },
  { when: 'the second waits', button: 'Transfer', arrange: whileWaiting, standing: 'joined' },
  { when: 'the second is held', button: 'Transfer', arrange: whileHeld, standing: 'joined' },
  {
    when: 'she talks',
    button: '🔄 Reconnect',
    arrange: async (scene) => (await scene.talking()).panel,
    follow: async ({ tablet }) => (await tablet.rings()).answer(),
    standing: 'talk',
    hears: 'pat',
  },
  {
    when: 'the party rings',
    button: 'Cancel',
    async arrange(scene) {
      await scene.ringing();
      return scene.cancellable();
    },
    standing: 'over',
  },
];

export const races: readonly Race[] = [
  {
    name: 'both sides hang up at once',
    async run(scene, seeded) {
      const { call } = await scene.talking();
      await atOnce(
        seeded,
        () => call.hangUp(),
        () => scene.pat.hangUp(),
      );
      await scene.settlesAs(['over']);
    },
  },
  {
    name: 'Switch while the re-INVITEs of the Switch before are not answered',
    async run(scene, seeded) {
      const { olga, line, pat, quinn } = scene;
      const { second } = await scene.twoCalls();
      line.keepsBack(isAnswerToInvite);
      await olga.presses(second, 'Switch');
      const again = await olga.waitsFor(({ text }) => text.startsWith(`On the line: ${pat.number}`));
      await atOnce(
        seeded,
        () => line.releases(),
        () => olga.presses(again, 'Switch'),
      );
      await scene.settlesAs(['two calls'], quinn);
      await endAll(scene);
    },
  },
  {
    name: 'the answer at second 60.0 of the reconnection window',
    movesTime: true,
    async run(scene, seeded) {
      const { ring, clock } = await leaves(scene);
      clock.increment(59_999);
      await atOnce(
        seeded,
        () => ring.state === 'ringing' && ring.answer(),
        () => clock.increment(1),
        // Telegram and the key exchange stand between her answer and the machine.
        [-20, 160],
      );
      const standing = await scene.settlesAs(['talk', 'over']);
      if (standing === 'talk') await endAll(scene);
    },
  },
  {
    name: 'our CANCEL and the 200 of the party',
    async run(scene, seeded) {
      const { olga, pat } = scene;
      await scene.ringing();
      const message = await scene.cancellable();
      await atOnce(
        seeded,
        () => olga.pressesOldCopy(message, 'Cancel'),
        () => pat.answer(),
        // Bot API and Telegram stand between her press and our CANCEL.
        [-20, 120],
      );
      const standing = await scene.settlesAs(['talk', 'over']);
      if (standing === 'talk') await endAll(scene);
    },
  },
  {
    name: 'the CANCEL of a caller and our 200',
    async run(scene, seeded) {
      const { phone, pat } = scene;
      await pat.dial(scene.address);
      const ring = await phone.rings();
      await pat.until('CALL_RINGING');
      await atOnce(
        seeded,
        () => pat.hangUp(),
        () => ring.state === 'ringing' && ring.answer(),
        [-250, 20],
      );
      await scene.settlesAs(['over']);
    },
  },
  {
    name: 'Telegram’s discard and the 200 of the party',
    async run(scene, seeded) {
      const call = await scene.ringing();
      await atOnce(
        seeded,
        () => call.hangUp(),
        () => scene.pat.answer(),
      );
      await scene.settlesAs(['over']);
    },
  },
  {
    name: 'the voice leg is lost while the talk is resumed',
    movesTime: true,
    async run(scene, seeded) {
      const { tablet, tabletDevice, line, stage } = scene;
      const { ring } = await leaves(scene);
      line.keepsBack(isAnswerToInvite);
      ring.answer();
      if (seeded.seed % 5 > 0) {
        // As an app does that cannot connect; it would have been connected in the middle of these.
        await after(placeOf(seeded) * 500);
        tabletDevice.discardCall(ring.id, 'disconnect', 0);
      } else {
        await ring.connected;
        ring.drop();
      }
      if (seeded.random.chance(0.5)) line.releases();
      // Where our side was not connected yet when it was lost, the 20 s of connecting count.
      const next = await whileTimePasses(stage.clock, () => tablet.rings(25_000));
      line.releases();
      next.answer();
      await scene.settlesAs(['talk'], scene.pat);
      expect(legs(line.passed)).toHaveLength(1);
      await endAll(scene);
    },
  },
  // Each button in every order that the seeds know.
  ...buttons.map(
    (doubled): Race => ({
      name: `the same button on two devices: ${doubled.button}, ${doubled.when}`,
      async run(scene, seeded) {
        const { button, standing, hears } = doubled;
        const message = await doubled.arrange(scene);
        // As a device does that has not heard yet what the other one did.
        const press = () => scene.olga.pressesOldCopy(message, button);
        await atOnce(seeded, press, press);
        await doubled.follow?.(scene);
        await scene.settlesAs([standing], hears && scene[hears]);
        if (standing !== 'over') await endAll(scene);
      },
    }),
  ),
  {
    name: 'Transfer while the held party leaves',
    async run(scene, seeded) {
      const { olga, pat, quinn } = scene;
      const { second } = await scene.twoCalls();
      await atOnce(
        seeded,
        () => olga.pressesOldCopy(second, 'Transfer'),
        () => pat.hangUp(),
      );
      const standing = await scene.settlesAs(['over', 'talk']);
      if (standing === 'over') return;
      await scene.settlesAs(['talk'], quinn);
      await endAll(scene);
    },
  },
];

/** She talks to Pat, presses Reconnect, and her tablet rings. */
async function leaves(scene: Scene) {
  const { olga, tablet, stage } = scene;
  const { call, panel } = await scene.talking();
  // Without a word: it is done.
  expect(await olga.presses(panel, '🔄 Reconnect')).toBeUndefined();
  await call.ended;
  return { ring: await tablet.rings(), clock: stage.clock };
}

async function whileTimePasses<T>(clock: Stage['clock'], awaited: () => Promise<T>): Promise<T> {
  const steps = setInterval(() => clock.increment(200), 20);
  try {
    return await awaited();
  } finally {
    clearInterval(steps);
  }
}
