import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LineBookRepository } from '../../src/db/line-book-repository.ts';
import type { OwnedLine } from '../../src/machines/model/settings.ts';
import { ListedTemplates, template } from '../fakes/settings/templates.ts';
import { type SettingsPicks, settingsPicks } from '../support/settings-picks.ts';
import { openStage, type Stage } from '../support/stage.ts';

const operator = template('acme', {
  name: 'Acme Telecom',
  domain: '127.0.0.1:5999',
  transport: 'tcp',
  transports: ['tcp', 'tls'],
  codecs: ['alaw', 'opus'],
  dtmfMethods: ['info'],
  dialRules: '^8=7',
});
const other = template('other', { name: 'Other Telecom', domain: '127.0.0.2', codecs: ['mulaw'] });

describe('Olga takes the settings of an operator', () => {
  let stage: Stage;
  let olga: SettingsPicks;
  beforeAll(async () => {
    stage = await openStage({ settings: { templates: new ListedTemplates(operator, other) } });
    olga = settingsPicks(stage, stage.olga);
  });
  afterAll(() => stage.close());

  const only = async (): Promise<OwnedLine | undefined> => {
    const book = new LineBookRepository(stage.storage.database, stage.storage.box);
    return (await book.of(stage.olga.id as OwnedLine['owner']))[0];
  };

  test('AC-11 F-SET-10 a template on a line with a login: login and password stay, the rest is filled', async () => {
    await olga.open();
    await olga.press('New');
    await olga.press('Login: —');
    await olga.write('100');
    await olga.press('Password: —');
    await olga.write('s3cret');
    const list = await olga.press('Settings templates');
    expect(list.buttons.flat()).toEqual(expect.arrayContaining(['Acme Telecom', 'Other Telecom']));
    await olga.press('Acme Telecom');
    expect(olga.label('Login')).toBe('Login: 100');
    expect(olga.label('Password')).toBe('Password: ••••');
    expect(olga.label('Domain')).toBe('Domain: 127.0.0.1:5999');
    expect(olga.label('Audio Codecs')).toBe('Audio Codecs: alaw,opus');
    expect(olga.label('DTMF Methods')).toBe('DTMF Methods: info');
    expect(olga.label('Dial Rules')).toBe('Dial Rules: ^8=7');
    expect(olga.label('TCP')).toBe('TCP');
    expect(olga.screen().text).toContain('Settings template: Acme Telecom');
    // What the operator lacks is skipped.
    await olga.press('TCP');
    expect((await olga.press('TLS')).buttons.flat()).toContain('TCP');
  });

  test('AC-11 F-SET-10 another one would replace what is filled in: it asks first; No changes nothing, Yes does it', async () => {
    const before = await only();
    await olga.press('Settings templates');
    const asked = await olga.press('Other Telecom');
    expect(asked.text).toContain('Take the settings of Other Telecom? They replace what is filled in.');
    await olga.press('No');
    expect(await only()).toEqual(before);
    await olga.press('Other Telecom');
    await olga.press('Yes');
    expect(olga.label('Domain')).toBe('Domain: 127.0.0.2');
    expect(olga.label('Audio Codecs')).toBe('Audio Codecs: mulaw');
    expect([olga.label('Login'), olga.label('Password')]).toEqual(['Login: 100', 'Password: ••••']);
  });

  test('F-SET-10 a link of an operator makes a line of his', async () => {
    await olga.opens('https://t.me/siptg_bot?start=t_acme');
    expect(olga.label('Domain')).toBe('Domain: 127.0.0.1:5999');
    expect(olga.screen().text).toContain('Settings template: Acme Telecom');
  });
});
