import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Person } from '../../sandbox/telegram/person.ts';
import { workerCommands } from '../../src/cli/worker-commands.ts';
import { PlanRepository } from '../../src/db/plan-repository.ts';
import { WorkerRepository } from '../../src/db/worker-repository.ts';
import { EpochMs, UserId } from '../../src/machines/model/ids.ts';
import { ListedTemplates, template } from '../fakes/settings/templates.ts';
import { planFile } from '../support/plan-file.ts';
import { settingsPicks } from '../support/settings-picks.ts';
import { openStage, type Stage } from '../support/stage.ts';

const mine = '🔑 My cellar';
const thisHost = '✅ This host';
const paid = '✅ Frankfurt · Germany';
const free = '✅ Kyiv · Ukraine';
const operators = '📡 Acme';
const shared = '🌐 Neighbour';
const titleOf = (label: string) => label.replace(/^▸ /, '').replace(/ · (?:▰▱▱|▰▰▱|▰▰▰|⚠️)$/, '');

describe('one worker of each kind', () => {
  let stage: Stage;
  let workers: WorkerRepository;
  beforeAll(async () => {
    stage = await openStage({
      plans: planFile({ free: { default: true, paidWorkers: false }, paid: {} }),
      settings: {
        templates: new ListedTemplates(template('acme', { name: 'Acme Telecom', workers: ['acme-1'] })),
      },
    });
    workers = new WorkerRepository(stage.storage.database);
    const operator = async (words: string) => {
      const [id = '', ...rest] = words.split(' ');
      const add = workerCommands['worker add'];
      if (!add) throw new Error('there is no such command');
      await (await add([id, ...rest]))(stage.storage);
    };
    await operator('fra --kind official --name Frankfurt --place Germany');
    await operator('kyiv --kind official --name Kyiv --place Ukraine --free yes');
    await operator('acme-1 --kind operator --name Acme');
    await operator('next-door --kind shared --name Neighbour');
    await operator(`cellar --kind private --owner ${stage.olga.id}`);
    await cellarLives();
    await new PlanRepository(stage.storage.database).setPlan(UserId(stage.olga.id), 'paid');
  });
  afterAll(() => stage.close());

  const cellarLives = () =>
    workers.put({
      ...{ id: 'cellar', kind: 'private', owner: UserId(stage.olga.id), name: 'My cellar', place: '' },
      ...{ free: false, load: 0.5, seenAt: EpochMs(Date.now()), switchedOff: false },
    });

  /** What is offered on a new line of this person. */
  const offered = async (person: Person, templateName?: string) => {
    const settings = settingsPicks(stage, person);
    await settings.open();
    await settings.press('New');
    if (templateName !== undefined) {
      await settings.press('Settings templates');
      await settings.press(templateName);
    }
    const { buttons } = await settings.press('Worker');
    return { settings, titles: buttons.flat().map(titleOf) };
  };

  test('AC-69 F-WRK-1 F-WRK-3 each with its mark; 📡 only on a line whose template names it, Olga’s 🔑 only to Olga', async () => {
    const without = await offered(stage.olga);
    expect(without.titles).toEqual(['Auto', mine, paid, free, thisHost, shared, 'Back']);
    const withIts = await offered(stage.olga, 'Acme Telecom');
    expect(withIts.titles).toEqual(['Auto', mine, paid, free, thisHost, operators, shared, 'Back']);
    const { person: uwe } = stage.addPerson('Uwe');
    await new PlanRepository(stage.storage.database).setPlan(UserId(uwe.id), 'paid');
    expect((await offered(uwe, 'Acme Telecom')).titles).toEqual([
      'Auto',
      paid,
      free,
      thisHost,
      operators,
      shared,
      'Back',
    ]);
  });

  test('AC-69 F-WRK-4 without Paid Workers only Auto and the free ✅ are offered', async () => {
    const { person: ivo } = stage.addPerson('Ivo');
    const { settings, titles } = await offered(ivo, 'Acme Telecom');
    expect(titles).toEqual(['Auto', free, thisHost, 'Back']);
    await settings.press(
      settings
        .screen()
        .buttons.flat()
        .find((label) => titleOf(label) === free) ?? '',
    );
    expect(settings.screen().text).toContain('Worker: ✅ Kyiv · Ukraine (official)');
    await settings.press('Worker');
    expect(settings.screen().buttons.flat()).toContainEqual(expect.stringMatching(/^▸ ✅ Kyiv/));
  });

  test('F-WRK-2 Auto takes the line’s owner’s own worker first, and the screen names it', async () => {
    const lineOf = async (person: Person) => {
      const { service } = stage;
      const rest = { login: '100', domain: '127.0.0.1:9', proxy: '', transport: 'udp', codecs: ['alaw'] } as const;
      const id = await service.lines.add({ ...rest, name: 'Shed', owner: UserId(person.id), password: 'secret' });
      const settings = settingsPicks(stage, person);
      return {
        carrier: async () => (await service.lines.find(id))?.carrier,
        screen: async () => {
          await settings.open();
          const label = settings
            .screen()
            .buttons.flat()
            .find((one) => one.endsWith('Shed'));
          return (await settings.press(label ?? '')).text;
        },
      };
    };
    await cellarLives();
    const olgas = await lineOf(stage.olga);
    await expect.poll(olgas.carrier, { timeout: 10_000 }).toBe('cellar');
    expect(await olgas.screen()).toContain('Worker: Auto, now 🔑 My cellar (private)');
    const { person: ivo } = stage.addPerson('Ivo');
    const his = await lineOf(ivo);
    expect(await his.screen()).toContain('Worker: Auto, now ✅ This host (official)');
    expect(await his.carrier()).toBe('main');
  });

  test('F-WRK-6 a worker that is silent for 30 minutes is switched off, and its owner is told once', async () => {
    const silent = 'Worker My cellar does not answer.';
    stage.later(31 * 60_000);
    await stage.olga.waitsFor(({ text }) => text.startsWith(silent), 15_000);
    await expect
      .poll(async () => (await workers.all()).find(({ id }) => id === 'cellar')?.switchedOff, { timeout: 15_000 })
      .toBe(true);
    const told = stage.olga.conversation('@siptg_bot').filter(({ text }) => text.startsWith(silent));
    expect(told).toHaveLength(1);
    expect((await offered(stage.olga)).titles).not.toContain(mine);
  });
});
