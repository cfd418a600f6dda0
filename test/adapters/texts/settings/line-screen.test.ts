import { describe, expect, test } from 'vitest';
import type { SettingsMessage } from '../../../../src/actors/ports/settings-chat.ts';
import { languages } from '../../../../src/adapters/texts/phrasebook.ts';
import type { LineDetails, Screen } from '../../../../src/machines/model/settings-screens.ts';
import { at, details, draft, emptyDetails, facts, frankfurt, fullDetails, list, office, workers } from './samples.ts';
import { asksFor, labels, presses, show } from './shown.ts';

const ownLine = { kind: 'own-line', facts, details } as const;
/** A message as people see it. */
const picture = (message: SettingsMessage) =>
  [message.text, '', ...labels(message).map((row) => row.map((label) => `[ ${label} ]`).join(' ')), ''].join('\n');

describe('the line screen', () => {
  test('the owner of a draft sees the rows of the product, with nothing in them', () => {
    expect(labels(show({ kind: 'own-line', facts: draft, details: emptyDetails }))).toEqual([
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

  test('Apply stands in its row while something is pending, Unlink beside the user', () => {
    expect(labels(show({ kind: 'own-line', facts, details: fullDetails }))).toEqual([
      ['Name: Office'],
      ['Login: 100', 'Password: ••••'],
      ['Domain: pbx.test', 'Proxy: sbc.pbx.test:5061'],
      ['TLS', 'Worker'],
      ['Settings templates'],
      ['Audio Codecs: opus,alaw,mulaw', 'DTMF Methods: rfc2833,info,inband'],
      ['Dial Rules: [^+*#\\w]= ^8=7'],
      ['✅ Call recording', 'Chat for recordings'],
      ['User', 'Unlink'],
      ['Apply'],
      ['Quiet hours: 22:00-07:05 Europe/Berlin', 'Test call'],
      ['Try a number', 'Export'],
      ['Switch off', 'Delete'],
      ['Transfer', 'Back'],
    ]);
  });

  test.each(languages)('looks as it is written down in %s', async (language) => {
    const some: readonly Screen[] = [
      {
        kind: 'own-line',
        facts: draft,
        details: emptyDetails,
        remark: { kind: 'wrong-parameters', missing: ['domain'] },
      },
      {
        kind: 'own-line',
        facts: { ...facts, dot: 'error', standing: { state: 'refused', sip: { status: 403, reason: 'Forbidden' } } },
        details: fullDetails,
      },
      { kind: 'assigned-line', facts, chatAccount: 'siptg_calls' },
      list,
      { kind: 'workers', line: office, chosen: 'auto', workers },
      asksFor('login'),
    ];
    await expect(some.map((screen) => picture(show(screen, language))).join('\n---\n\n')).toMatchFileSnapshot(
      `screens.${language}.txt`,
    );
  });

  test('a long value is cut in the middle, the whole label within 40 characters', () => {
    const domain = `${'very-long-'.repeat(10)}name.example.com:5061`;
    const label = labels(show({ ...ownLine, details: { ...details, domain } }))[2]?.[0] ?? '';
    expect(label).toMatch(/^Domain: very-long-.*….*xample\.com:5061$/);
    expect(Array.from(label)).toHaveLength(40);
  });

  test('what the template fixes has no button, and is told above', () => {
    const fixed = show({
      ...ownLine,
      details: { ...details, templateName: 'sipgate', fixed: ['domain', 'proxy', 'transport', 'rules'] },
    });
    expect(labels(fixed).flat().join()).not.toMatch(/Domain|Proxy|UDP|TLS|Dial Rules/);
    expect(fixed.text).toContain('Set by the template: Domain: pbx.test, Proxy: —, Protocol: UDP, Dial Rules: —');
  });

  test('a line that does not fit the plan is shown as refused', () => {
    const limit = { status: 402, reason: 'SIP account has disallowed settings' } as const;
    expect(show({ ...ownLine, facts: { ...facts, limit } }).text).toContain('402 SIP account has disallowed settings');
  });

  test('a line that was switched on a moment ago is registering, although nobody has begun yet', () => {
    const facts = { ...ownLine.facts, draft: false, enabled: true, registeredUntil: undefined };
    const { text } = show({ ...ownLine, facts: { ...facts, standing: { state: 'off' } } });
    expect(text.split('\n')[1]).toBe('Registering');
  });

  test('registration ends at a time in UTC, pending edits apply at another', () => {
    const { text } = show({ ...ownLine, details: { ...details, pending: ['domain', 'password'], appliesAt: at } });
    expect(text).toContain('Registered until November 22, 2026, 21:07 UTC');
    expect(text).toContain('Pending changes: Password, Domain\nThey apply at 21:07:45 UTC');
  });

  test('an assigned user sees how the line stands and no setting of it', () => {
    const assigned = show({ kind: 'assigned-line', facts, chatAccount: 'siptg_calls' });
    expect(labels(assigned)).toEqual([['Go to calls'], ['Back']]);
    expect(presses(assigned)).toEqual(['https://t.me/siptg_calls', { do: 'lines' }]);
    expect(assigned.text).not.toMatch(/Login|Password|Domain|Worker|pbx/);
  });
});

test('the screen says which worker is set, and until that applies which one carries the line', () => {
  const shown = (more: Partial<LineDetails>) =>
    show({ kind: 'own-line', facts, details: { ...details, ...more } }).text;
  expect(shown({ workerShown: frankfurt })).toContain('Worker: Auto, now ✅ Frankfurt 1 · Germany (official)\nUser');
  const set = shown({ worker: 'private-1', workerShown: workers[3], carriedBy: frankfurt });
  expect(set).toContain('Worker: 🔑 Mine · Germany (private)\n⚠️ The worker does not answer.\n');
  expect(set).toContain('Until then ✅ Frankfurt 1 · Germany carries the line.');
  // Auto has not chosen yet.
  expect(shown({ workerShown: undefined, carriedBy: frankfurt })).toContain(
    'Worker: Auto\nUntil then ✅ Frankfurt 1 · Germany carries the line.',
  );
});
