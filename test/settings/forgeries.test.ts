import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Person, PersonMessage } from '../../sandbox/telegram/person.ts';
import type { LineId } from '../../src/machines/model/ids.ts';
import { ListedTemplates, template } from '../fakes/settings/templates.ts';
import { hasKamailio } from '../peers/kamailio.ts';
import { met, type SettingsPicks, settingsPicks } from '../support/settings-picks.ts';
import { openSipHouse, passwordOf, type SipHouse } from '../support/sip-house.ts';
import { openStage, type Stage } from '../support/stage.ts';

const notYours = 'This is not yours';

/** A button with what it sends, on the message it was seen on. */
interface Seen {
  readonly label: string;
  readonly data: string;
  readonly on: PersonMessage;
}

const buttonsOf = (on: PersonMessage): Seen[] =>
  (on.copy.markup?.kind === 'inline' ? on.copy.markup.rows.flat() : []).flatMap((button) =>
    button.kind === 'callback' ? [{ label: button.text, data: button.data, on }] : [],
  );

describe.skipIf(!hasKamailio)('buttons in hands they were not drawn for', () => {
  let stage: Stage;
  let house: SipHouse;
  let olga: SettingsPicks;
  let uwe: SettingsPicks;
  let uwesPerson: Person;
  let line: LineId;
  const seen: Seen[] = [];
  beforeAll(async () => {
    house = await openSipHouse(['100']);
    stage = await openStage({
      settings: { templates: new ListedTemplates(template('acme', { domain: '127.0.0.9' })) },
    });
    olga = settingsPicks(stage, stage.olga);
    line = await stage.addLine({
      domain: house.kamailio.domain,
      proxy: house.address('udp'),
      password: passwordOf('100'),
    });
    uwesPerson = stage.addPerson('Uwe').person;
    uwe = settingsPicks(stage, uwesPerson);
    await met(stage, uwesPerson);
    await uwe.open();
    await olga.line('🟢 Office');
    await olga.press('User');
    await olga.picksUser(uwesPerson);
    await tour();
  }, 120_000);
  afterAll(async () => {
    await stage?.close();
    await house?.close();
  });

  /** Olga looks at every kind of screen, and leaves everything as it is. */
  async function tour() {
    const look = (screen: PersonMessage) => {
      seen.push(...buttonsOf(screen).filter(({ data }) => seen.every((other) => other.data !== data)));
    };
    look(await olga.open());
    for (const way of [
      ['Login: 100', 'Cancel'],
      ['Settings templates', 'acme', 'No'],
      ['Worker', 'Back'],
      ['Switch off', 'No'],
      ['Delete', 'No'],
    ]) {
      look(await olga.line('🟢 Office'));
      for (const label of way) look(await olga.press(label));
    }
    await olga.line('🟢 Office');
    look(await olga.press('Audio Codecs: opus,alaw,mulaw'));
    await olga.press('Cancel');
  }

  const rowsOf = async (...tables: readonly string[]) => {
    const em = stage.storage.database.fork();
    const rows: unknown[] = [];
    for (const table of tables) rows.push(await em.execute(`select * from ${table} order by 1`));
    return rows;
  };
  const everything = () =>
    rowsOf('line', 'offer', 'audit_entry', 'plan_account', 'deadline', 'dialogue', 'inbox', 'person');

  test('AC-10 AC-64 F-ROL-2 every button of Olga’s, sent by Uwe or a stranger, is “not yours” and changes nothing', async () => {
    const { person: mallory } = stage.addPerson('Mallory');
    const hers = settingsPicks(stage, mallory);
    await hers.open();
    await hers.settled();
    const labels = seen.map(({ label }) => label);
    expect(labels).toEqual(
      expect.arrayContaining(['Login: 100', 'Password: ••••', 'Delete', 'Yes', 'Unlink', 'Transfer', 'acme', '▸ Auto']),
    );
    const before = await everything();
    for (const { data, on } of seen) {
      for (const [person, own] of [
        [uwesPerson, uwe.screen()],
        [mallory, hers.screen()],
      ] as const) {
        expect(await person.forgesPress(on, data)).toBe(notYours);
        expect(await person.forgesPress(own, data)).toBe(notYours);
      }
    }
    await stage.service.settled();
    expect(await everything()).toEqual(before);
  });

  test('data that was changed by one character is nobody’s, not even Olga’s', async () => {
    const before = await everything();
    const screen = olga.screen();
    for (const { data } of seen) {
      const place = data.length - 3;
      const other = data[place] === 'A' ? 'B' : 'A';
      expect(await stage.olga.forgesPress(screen, data.slice(0, place) + other + data.slice(place + 1))).toBe(notYours);
    }
    for (const data of ['', 'x', `x:${line}:1`, `a:${line}:login`, '\u0000'.repeat(64)]) {
      expect(await stage.olga.forgesPress(screen, data)).toBe(notYours);
    }
    expect(await everything()).toEqual(before);
  });

  test('her own buttons on a message that is not her screen, or not there any more, do nothing', async () => {
    const old = await olga.line('🟢 Office');
    await olga.open();
    const other = await stage.olga.waitsFor(({ text }) => text === 'The choice is closed.');
    const before = await rowsOf('line', 'offer', 'audit_entry');
    for (const { label, data } of buttonsOf(old)) {
      expect(await stage.olga.forgesPress(other, data)).toBe('This message is out of date');
      // While a press of hers is being seen to, her screen may be another: the next one would not be called out of date.
      await olga.settled();
      expect(await stage.olga.pressesOldCopy(old, label)).toBeDefined();
      await olga.settled();
    }
    expect(await rowsOf('line', 'offer', 'audit_entry')).toEqual(before);
  });

  test('F-ROL-5 what was drawn for Olga while the line was hers does nothing when it is Uwe’s, on whichever message', {
    timeout: 120_000,
  }, async () => {
    await olga.line('🟢 Office');
    await olga.press('Transfer');
    await olga.picksUser(uwesPerson);
    const notice = await uwesPerson.waitsFor(({ buttons }) => buttons.flat().includes('Take'));
    await uwesPerson.presses(notice, 'Take');
    await uwe.settled();
    await stage.olga.waitsFor(({ text }) => text.startsWith('Office: Uwe is the owner now.'));
    const before = await rowsOf('line', 'offer', 'audit_entry');
    const lineInData = `~${Buffer.from(line.replaceAll('-', ''), 'hex').toString('base64url')}`;
    const ofLine = seen.filter(({ data }) => data.includes(lineInData));
    expect(ofLine.length).toBeGreaterThan(20);
    for (const { data } of ofLine) {
      await stage.olga.forgesPress(olga.screen(), data);
      await olga.settled();
    }
    expect(await rowsOf('line', 'offer', 'audit_entry')).toEqual(before);
    expect(olga.said().join()).not.toContain(passwordOf('100'));
  });
});
