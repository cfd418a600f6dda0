import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { settingsConversation } from '../support/settings-conversation.ts';
import { openStage, type Stage } from '../support/stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

describe('B-13 lines as text', () => {
  test('B-13 what Olga exports has no password, and Uwe imports it as drafts of his own', async () => {
    const olga = settingsConversation(stage, stage.olga);
    await olga.open();
    await olga.press('New');
    const answers = [
      ['Login: —', '100'],
      ['Password: —', 'unique-pass-word'],
      ['Domain: —', '127.0.0.1:5070'],
      ['Quiet hours: —', '22:00-07:00 Europe/Berlin'],
    ] as const;
    for (const [button, answer] of answers) {
      await olga.press(button);
      await olga.write(answer);
    }
    await olga.press('Export');
    const text = olga.said().at(-1) ?? '';
    expect(text).toBe(
      [
        '[100]',
        'login = 100',
        'domain = 127.0.0.1:5070',
        'protocol = udp',
        'codecs = opus,alaw,mulaw',
        'dtmf = rfc2833,info,inband',
        'quiet = 22:00-07:00 Europe/Berlin',
      ].join('\n'),
    );

    const { person } = stage.addPerson('Uwe');
    const uwe = settingsConversation(stage, person);
    await uwe.open();
    await uwe.press('Import');
    const list = await uwe.write(`${text}\n\n[Second]\nlogin = 200\nrules = ^8=7`);
    expect(list.text).toMatch(/^2 lines were imported\./);
    expect(list.buttons.slice(0, 2)).toEqual([['⚪ 100'], ['⚪ Second']]);
    const second = await uwe.press('⚪ Second');
    expect(second.text).toContain('Draft');
    expect(second.buttons.flat()).toEqual(
      expect.arrayContaining(['Login: 200', 'Password: —', 'Domain: —', 'Dial Rules: ^8=7']),
    );
    await uwe.press('Back');
    const first = await uwe.press('⚪ 100');
    expect(first.buttons.flat()).toEqual(
      expect.arrayContaining(['Login: 100', 'Password: —', 'Domain: 127.0.0.1:5070']),
    );
    const wrong = await uwe.press('Switch on');
    expect(wrong.text).toContain('Wrong parameters: Password');
    expect([...olga.said(), ...uwe.said()].join('\n')).not.toContain('unique-pass-word');
  });

  test('B-13 what is wrong is named with its line, nothing of it is kept, and a password is not repeated', async () => {
    const { person } = stage.addPerson('Nina');
    const nina = settingsConversation(stage, person);
    await nina.open();
    await nina.press('Import');
    await nina.write('[Office]\nlogin = 100\npassword = unique-pass-word');
    expect(nina.said().at(-1)).toMatch(/^Line 3 of the text: there is no setting password\.\n/);
    expect(nina.said().at(-1)).not.toContain('unique-pass-word');
    await nina.write('[Office]\nlogin = 100\n\n[Home]\nlogin = 200\nprotocol = smoke');
    expect(nina.said().at(-1)).toMatch(/^Line 6 of the text: this value cannot be used: protocol\n/);
    const list = await nina.write('nothing at all');
    expect(list.text).toContain('The question is closed; nothing was changed.');
    expect(list.text).toContain('You have no line yet.');
  });
});
