import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { settingsConversation } from '../support/settings-conversation.ts';
import { enter, openLine } from '../support/settings-lines.ts';
import { openStage, type Stage } from '../support/stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.close());

describe('Olga sets up lines', () => {
  const olga = () => settingsConversation(stage, stage.olga);

  test('AC-01 an empty list, New: a draft with all defaults, and its dot is ⚪', async () => {
    const list = await olga().open();
    expect(list.text).toMatch(/^You have no line yet/);
    expect(list.buttons).toEqual([['New', 'Import'], ['Switch off Callback mode'], ['Go to calls']]);
    const line = await olga().press('New');
    expect(line.text).toMatch(/^⚪ Line 1\nDraft/);
    expect(line.text).toContain('Worker: Auto, now ✅ This host (official)');
    expect(line.text).toContain('User: you');
    expect(line.text).toContain('Recordings come to the user’s conversation with the chat account.');
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
    const back = await olga().press('Back');
    expect(back.buttons[0]).toEqual(['⚪ Line 1']);
    await olga().press('⚪ Line 1');
  });

  test('AC-03 protocol UDP pressed three times reads TCP, TLS, UDP', async () => {
    for (const [now, next] of [
      ['UDP', 'TCP'],
      ['TCP', 'TLS'],
      ['TLS', 'UDP'],
    ] as const) {
      const line = await olga().press(now);
      expect(line.buttons[3]).toEqual([next, 'Worker']);
    }
  });

  test('F-SET-5 Worker opens a list of choices with Back, where the chosen one is marked', async () => {
    const list = await olga().press('Worker');
    expect(list.buttons).toEqual([['▸ Auto'], ['✅ This host · ▰▱▱'], ['Back']]);
    const line = await olga().press('✅ This host · ▰▱▱');
    expect(line.text).toContain('Worker: ✅ This host (official)');
    expect(line.buttons.flat()).toContain('Apply');
    const again = await olga().press('Worker');
    expect(again.buttons).toEqual([['Auto'], ['▸ ✅ This host · ▰▱▱'], ['Back']]);
    await olga().press('Back');
  });

  test('AC-02 a draft without Domain does not switch on: “Wrong parameters: Domain”, and nothing is registered', async () => {
    await enter(olga(), 'Login', '100');
    await enter(olga(), 'Password', 's3cret');
    const refused = await olga().press('Switch on');
    expect(refused.text.split('\n')[0]).toBe('Wrong parameters: Domain');
    expect(refused.text).toContain('Draft: not switched on yet');
    expect(refused.buttons.flat()).toContain('Switch on');
    expect(stage.service.sip.counters.totals()['sent REGISTER'] ?? 0).toBe(0);
  });

  test('AC-65 a new domain is shown; what is none is explained and asked for again; after three the old one is back', async () => {
    // Only what is contacted has to be a name that the DNS knows.
    await enter(olga(), 'Proxy', '127.0.0.1');
    await enter(olga(), 'Domain', 'pbx2.test');
    expect(olga().label('Domain')).toBe('Domain: pbx2.test');

    const question = await olga().press('Domain: pbx2.test');
    expect(question.text).toContain('Now: pbx2.test');
    const before = olga().said().length;
    for (const answer of [1, 2]) {
      await olga().write('not a host!');
      const said = olga().said();
      expect(said).toHaveLength(before + answer);
      expect(said.at(-1)).toMatch(/^This is no domain: .*\nExample: pbx\.example\.com:5060$/);
      // The question stays open where it stands.
      expect(olga().screen().buttons).toEqual([['Cancel']]);
    }
    const line = await olga().write('not a host!');
    expect(line.text).toMatch(/^The question is closed; nothing was changed\./);
    expect(olga().label('Domain')).toBe('Domain: pbx2.test');
    expect(olga().said().at(-1)).toBe(line.text);
  });

  test('AC-65 after five minutes the screen is back with the old value as well', async () => {
    await olga().press('Domain: pbx2.test');
    stage.later(299_000);
    await olga().settled();
    expect(olga().screen().buttons).toEqual([['Cancel']]);
    stage.later(1_000);
    await stage.olga.waitsFor(({ text }) => text.startsWith('The question is closed; nothing was changed.'));
    await olga().settled();
    expect(olga().label('Domain')).toBe('Domain: pbx2.test');
  });

  test.each(['Login', 'Password'])('AC-65 the question for %s warns: one login, one device', async (field) => {
    const name = field === 'Login' ? '100' : '••••';
    await openLine(olga(), '100');
    const question = await olga().press(`${field}: ${name}`);
    expect(question.text).toContain(
      'One login, one device: do not use the same login in another program or telephone at the same time, or incoming calls get lost. Make a separate account in the PBX for each device.',
    );
    await olga().press('Cancel');
  });
});
