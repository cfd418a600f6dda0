import type { SettingsButton } from '../../../actors/ports/settings-chat.ts';
import type { LineId } from '../../../machines/model/ids.ts';
import type { AskedField, SettingsPress, Transport } from '../../../machines/model/settings.ts';
import type { LineDetails, LineFacts, Screen } from '../../../machines/model/settings-screens.ts';
import type { Phrase } from '../phrasebook.ts';
import { shownValue } from './field-values.ts';
import { fieldName } from './fields.ts';
import { aboutLine } from './line-details.ts';
import { backToLines, button, type ScreenRendering } from './rendering.ts';
import { labelled } from './words.ts';

/** The screen of a line for its owner: rows 1 to 12 of product §3.3, with two more of product §16 below row 10. */
export const ownLine: ScreenRendering<Extract<Screen, { kind: 'own-line' }>> = {
  'own-line': ({ facts, details }, phrase) => ({
    text: aboutLine(facts, details, phrase),
    buttons: rows(facts, details, phrase).filter((row) => row.length > 0),
  }),
};

function rows(facts: LineFacts, details: LineDetails, phrase: Phrase): SettingsButton[][] {
  const line = facts.id;
  // What the template fixes cannot be asked for; the text says what it is.
  const value = (field: AskedField): SettingsButton[] =>
    details.fixed.includes(field)
      ? []
      : [button(labelled(fieldName(field, phrase), shownValue(field, facts, details)), { do: 'ask', line, field })];
  const act = (label: string, does: LineAction): SettingsButton => button(phrase(label), { do: does, line });
  return [
    value('name'),
    [...value('login'), ...value('password')],
    [...value('domain'), ...value('proxy')],
    [
      ...(details.fixed.includes('transport')
        ? []
        : [button(shownValue('transport', facts, details), { do: 'protocol', line, to: details.nextTransport })]),
      act('label-worker', 'line-workers'),
    ],
    [act('label-templates', 'templates')],
    [...value('codecs'), ...value('dtmf')],
    value('rules'),
    [
      button(`${details.recording ? '✅' : '☑️'} ${phrase('label-recording')}`, {
        do: 'recording',
        line,
        on: !details.recording,
      }),
      act('label-recordings-chat', 'chat'),
    ],
    [act('label-user', 'user'), ...(details.user || details.invited ? [act('label-unlink', 'unlink')] : [])],
    details.pending.length > 0 ? [act('label-apply', 'apply')] : [],
    [...value('quiet'), act('label-test-call', 'test-call')],
    [...(details.dialRules === '' ? [] : [act('label-try', 'try')]), act('label-export', 'export')],
    [
      facts.enabled
        ? button(phrase('label-switch-off'), { do: 'switch-off', line, sure: false })
        : act('label-switch-on', 'switch-on'),
      button(phrase('label-delete'), { do: 'delete', line, sure: false }),
    ],
    [act('label-transfer', 'transfer'), backToLines(phrase)],
  ];
}

/** Presses that say no more than their line. */
type LineAction = Exclude<
  Extract<SettingsPress, { line: LineId }>,
  { sure: boolean } | { on: boolean } | { to: Transport } | { field: AskedField } | { worker: string }
>['do'];
