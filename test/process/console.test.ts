import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Running, reachableDirectory } from './support/running.ts';

describe('at the terminal of the sandbox', () => {
  let directory: Awaited<ReturnType<typeof reachableDirectory>>;
  let sandbox: Running;
  beforeAll(async () => {
    directory = await reachableDirectory();
    sandbox = Running.start('src/main.ts', { DATA_DIR: join(directory.path, 'data') });
  });
  afterAll(async () => {
    sandbox?.signal('SIGKILL');
    await sandbox?.exited;
    await directory?.remove();
  });

  test('a person sets up a line more in the settings bot by what the help says', async () => {
    const from = await sandbox.prints(/^A line more: /);
    const steps = `${from} ${await sandbox.prints(/\/press Apply\n/)}`.replace('A line more: ', '').split(/, */);
    expect(steps).toHaveLength(9);
    const answers = [/Your lines/, /Line 2/, /· Login/, /101/, /· Password/, /101/, /· Domain/, /101/, /101/];
    for (const [index, step] of steps.entries()) {
      sandbox.types(step);
      await sandbox.prints(answers[index] ?? /$/);
    }
    sandbox.types('/press Back');
    // A draft would have ⚪.
    await sandbox.prints(/\[(🟢|🟡) 101\]/u);
  });

  test('buttons are pressed by their names alone, without dots and values', async () => {
    sandbox.types('/press Demo PBX');
    await sandbox.prints(/ {2}bot {3}\(changed\) 🟢 Demo PBX/);
    sandbox.types('/press Call recording');
    await sandbox.prints(/\[✅ Call recording\]/);
    sandbox.types('/press Record');
    await sandbox.prints(/there is no button Record\n/);
    sandbox.types('/press');
    await sandbox.prints(/there is no button \n/);
  });

  test('what is typed without a command goes to the chat account, which asks for the line', async () => {
    sandbox.types('601');
    await sandbox.prints(/ chat {2}Which line do you want to call 601 from\?/);
    sandbox.types('/press Demo PBX');
    await sandbox.prints(/your telephone rings/);
    sandbox.types('/hangup');
    await sandbox.prints(/phone ended/);
  });

  test('/quit ends it', async () => {
    sandbox.types('/quit');
    expect(await sandbox.exited).toBe(0);
  });
});
