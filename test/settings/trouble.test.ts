import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Person } from '../../sandbox/telegram/person.ts';
import { LineBookRepository } from '../../src/db/line-book-repository.ts';
import { type LineId, UserId } from '../../src/machines/model/ids.ts';
import { hasKamailio } from '../peers/kamailio.ts';
import { settingsPicks } from '../support/settings-picks.ts';
import { openSipHouse, passwordOf, type SipHouse } from '../support/sip-house.ts';
import { openStage, type Stage } from '../support/stage.ts';

/** After a first refusal, and after a second. */
const refusalPausesMs = [60_000, 300_000] as const;
const bot = '@siptg_bot';
const failing = 'Office is not registered: 403 Forbidden';
const recovered = 'Office is registered again.';

describe.skipIf(!hasKamailio)('a PBX that answers 403', () => {
  let stage: Stage;
  let house: SipHouse;
  let line: LineId;
  beforeAll(async () => {
    house = await openSipHouse(['100']);
    stage = await openStage();
    // A bot can write only to whoever has written to it.
    await settingsPicks(stage, stage.olga).open();
  });
  afterAll(async () => {
    await stage?.close();
    await house?.close();
  });
  afterEach(async () => {
    await house.kamailio.forbids('100', false);
    await stage.rest();
    // An hour in which nothing of what was told counts any more.
    stage.later(3_600_000);
    for (const message of stage.olga.conversation(bot)) stage.olga.deletes(message);
  });

  const addLine = async () => {
    line = await stage.addLine({
      domain: house.kamailio.domain,
      proxy: house.address('udp'),
      password: passwordOf('100'),
    });
  };
  const reached = (state: 'refused' | 'reachable') =>
    stage.service.lineActors.until(line, state, AbortSignal.timeout(10_000));
  /** The PBX forbids it at the next refresh. */
  const isForbidden = async () => {
    await house.kamailio.forbids('100', true);
    stage.later(300_000);
    await reached('refused');
  };
  const isAllowed = async (pauseMs: number = refusalPausesMs[0]) => {
    await house.kamailio.forbids('100', false);
    stage.later(pauseMs);
    await reached('reachable');
  };
  const toldTo = (person: Person, ...notices: readonly string[]) =>
    person.conversation(bot).filter(({ text, out }) => !out && notices.includes(text)).length;

  test('AC-13 the dot is 🔴, the screen has 403 with its text, Olga gets one notice, and one more when it recovers', async () => {
    await addLine();
    const olga = settingsPicks(stage, stage.olga);
    await isForbidden();
    await stage.olga.waitsFor(({ text }) => text === failing);
    const list = await olga.open();
    expect(list.buttons[0]).toEqual(['🔴 Office']);
    expect((await olga.press('🔴 Office')).text).toMatch(/^🔴 Office\nNot registered: 403 Forbidden\n/);
    // It is tried again after a while, and refused again.
    stage.later(refusalPausesMs[0]);
    await reached('refused');
    await stage.service.settled();
    expect(toldTo(stage.olga, failing)).toBe(1);

    await isAllowed(refusalPausesMs[1]);
    await stage.olga.waitsFor(({ text }) => text === recovered);
    expect((await olga.line('🟢 Office')).text).toMatch(/^🟢 Office\nRegistered/);
    expect([toldTo(stage.olga, failing), toldTo(stage.olga, recovered)]).toEqual([1, 1]);
  });

  test('AC-13 a line that comes and goes is told of once an hour', async () => {
    await addLine();
    for (let turn = 0; turn < 3; turn++) {
      await isForbidden();
      await isAllowed();
    }
    await stage.olga.waitsFor(({ text }) => text === recovered);
    await stage.service.settled();
    expect([toldTo(stage.olga, failing), toldTo(stage.olga, recovered)]).toEqual([1, 1]);
    stage.later(3_600_000);
    await reached('reachable');
    await isForbidden();
    await stage.olga.waitsUntil(() => toldTo(stage.olga, failing) === 2);
  });

  test('AC-64 F-ROL-4 Olga gets the notice; Uwe, whose line it is to talk through, gets none until a call of his fails', async () => {
    await addLine();
    const { person: uwe } = stage.addPerson('Uwe');
    const settings = settingsPicks(stage, uwe);
    await settings.open();
    await new LineBookRepository(stage.storage.database, stage.storage.box).assign(
      UserId(stage.olga.id),
      line,
      UserId(uwe.id),
    );
    await isForbidden();
    await stage.olga.waitsFor(({ text }) => text === failing);
    await stage.service.settled();
    const toUwe = () => [...uwe.conversation(bot), ...uwe.conversation(stage.chat)].filter(({ out }) => !out);
    expect(toUwe().filter(({ text }) => text.includes('403') || text.includes('Office'))).toEqual([]);

    uwe.sends('200', stage.chat);
    const refusal = await uwe.waitsFor(({ text }) => text.includes('No lines for the call'));
    expect(refusal.text).toContain('Office');
    await settings.line('👤 🔴 Office');
    expect(settings.screen().buttons).toEqual([['Go to calls'], ['Back']]);
    expect(toldTo(uwe, failing)).toBe(0);
  });

  test('F-ROL-4 the notice is in the language of the owner, whatever the user of the line speaks', async () => {
    const { person: olena } = stage.addPerson('Olena', { languageCode: 'uk' });
    const settings = settingsPicks(stage, olena);
    await settings.open();
    line = await stage.addLine({
      domain: house.kamailio.domain,
      proxy: house.address('udp'),
      password: passwordOf('100'),
      owner: UserId(olena.id),
    });
    await new LineBookRepository(stage.storage.database, stage.storage.box).assign(
      UserId(olena.id),
      line,
      UserId(stage.olga.id),
    );
    await isForbidden();
    const notice = await olena.waitsFor(({ text, peerId }) => text.includes('403') && peerId !== stage.chat);
    expect(notice.text).toMatch(/Office.*не зареєстрован.*403 Forbidden/);
    expect(toldTo(stage.olga, failing)).toBe(0);
  });
});
