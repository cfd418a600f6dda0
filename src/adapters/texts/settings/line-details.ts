import type { LineDetails, LineFacts } from '../../../machines/model/settings-screens.ts';
import type { Phrase } from '../phrasebook.ts';
import { shownValue } from './field-values.ts';
import { fieldName, fieldNames } from './fields.ts';
import { lineState, titled } from './line-state.ts';
import { brief, plain } from './words.ts';
import { workerTitle } from './workers.ts';

/** What stands above the buttons of a line for its owner (product §3.3). */
export const aboutLine = (facts: LineFacts, details: LineDetails, phrase: Phrase): string =>
  [
    titled(facts),
    ...lineState(facts, phrase),
    ...pending(facts, details, phrase),
    '',
    worker(details, phrase),
    ...template(facts, details, phrase),
    user(details, phrase),
    recordings(details, phrase),
  ].join('\n');

function pending({ draft }: LineFacts, details: LineDetails, phrase: Phrase): string[] {
  if (details.appliesAt === undefined) return [];
  const time = new Date(details.appliesAt).toISOString().slice(11, 19);
  return [
    phrase('pending', { fields: fieldNames(details.pending, phrase) }),
    phrase(draft ? 'pending-draft-until' : 'pending-until', { time }),
  ];
}

function worker({ worker: chosen, workerShown, carriedBy }: LineDetails, phrase: Phrase): string {
  const untilThen = carriedBy ? [phrase('worker-until-then', { worker: workerTitle(carriedBy) })] : [];
  if (!workerShown) return [phrase(chosen === 'auto' ? 'worker-auto-none' : 'worker-gone'), ...untilThen].join('\n');
  const shown = { worker: workerTitle(workerShown), kind: phrase(`worker-kind-${workerShown.kind}`) };
  const said = phrase(chosen === 'auto' ? 'worker-auto' : 'worker-fixed', shown);
  return [said, ...(workerShown.healthy ? [] : [phrase('worker-silent')]), ...untilThen].join('\n');
}

function template(facts: LineFacts, details: LineDetails, phrase: Phrase): string[] {
  if (details.templateName === undefined) return [];
  const fixed = details.fixed.map(
    (field) => `${fieldName(field, phrase)}: ${brief(shownValue(field, facts, details))}`,
  );
  return [
    phrase('template', { template: brief(details.templateName) }),
    ...(fixed.length > 0 ? [phrase('template-fixes', { fields: fixed.join(', ') })] : []),
  ];
}

function user({ user: assigned, invited }: LineDetails, phrase: Phrase): string {
  const said = assigned ? phrase('user', { person: brief(assigned.name) }) : phrase('user-you');
  if (!invited) return said;
  return `${said}\n${phrase('user-invited', { person: brief(invited.name), link: plain(invited.link) })}`;
}

function recordings({ recordingsChat, recordingsChatTitle: title }: LineDetails, phrase: Phrase): string {
  if (recordingsChat === undefined) return phrase('recordings-personal');
  return title === undefined ? phrase('recordings-chat-unnamed') : phrase('recordings-chat', { chat: brief(title) });
}
