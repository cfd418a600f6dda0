import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { settingsConversation } from '../support/settings-conversation.ts';
import { openStage, type Stage } from '../support/stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

describe('Olga sets up lines', () => {
  test('AC-01 an empty list, New: a draft with all defaults, and its dot is ⚪', async () => {
    const olga = settingsConversation(stage, stage.olga);
    await olga.open();
    const line = await olga.press('New');
    expect(line.text).toMatch(/^⚪ Line 1\nDraft/);
    expect(line.buttons).toEqual([
      ['Name: Line 1'],
      ['Login: —', 'Password: —'],
      ['Domain: —', 'Proxy: —'],
      ['UDP', 'Worker'],
      ['Settings templates'],
      ['Audio Codecs: opus,alaw,mulaw', 'DTMF Methods: rfc2833,info,inband'],
      ['Dial Rules: —'],
      ['☑️ Call recording', 'Chat for recordings'],
      ['User'],
      ['Quiet hours: —', 'Test call'],
      ['Export'],
      ['Switch on', 'Delete'],
      ['Transfer', 'Back'],
    ]);
  });

  test('AC-03 protocol UDP pressed three times reads TCP, TLS, UDP', async () => {
    const olga = settingsConversation(stage, stage.olga);
    for (const next of ['TCP', 'TLS', 'UDP']) {
      const before = { UDP: 'TLS', TCP: 'UDP', TLS: 'TCP' }[next] ?? '';
      const line = await olga.press(before);
      expect(line.buttons[3]).toEqual([next, 'Worker']);
    }
  });

  test('AC-65 a new domain is shown; what is none is explained and asked for again, three times', async () => {
    const olga = settingsConversation(stage, stage.olga);
    await olga.press('Domain: —');
    await olga.write('127.0.0.1');
    expect(olga.label('Domain')).toBe('Domain: 127.0.0.1');
  });
});
