import type { LineDot, LineFacts } from '../../../machines/model/settings-screens.ts';
import { serviceError, sipReply } from '../outcome.ts';
import type { Phrase } from '../phrasebook.ts';
import { brief, hourAndMinute } from './words.ts';

/** The dot before a line's name. */
export const dots: Readonly<Record<LineDot, string>> = { registered: '🟢', pending: '🟡', error: '🔴', off: '⚪' };

export const titled = ({ dot, name }: LineFacts): string => `${dots[dot]} ${brief(name)}`;

/** How a line stands, for its owner and its user alike: lines of text. */
export const lineState = ({ draft, enabled, limit, ...facts }: LineFacts, phrase: Phrase): string[] => [
  draft ? phrase('state-draft') : enabled ? stateOf(facts, phrase) : phrase('state-off'),
  ...(limit ? [phrase('state-limit', { error: serviceError(limit, phrase) })] : []),
];

type Standing = Pick<LineFacts, 'standing' | 'registeredUntil'>;

function stateOf({ standing, registeredUntil }: Standing, phrase: Phrase): string {
  switch (standing.state) {
    case 'reachable':
      return registeredUntil === undefined
        ? phrase('state-reachable')
        : // The reader's time zone is not known.
          phrase('registered-until', { date: new Date(registeredUntil), time: hourAndMinute(registeredUntil) });
    case 'refused':
      return phrase('state-refused', { reply: brief(sipReply(standing.sip)) });
    case 'unreachable':
      return phrase('state-unreachable', { detail: brief(standing.detail) });
    case 'off':
      // Switched on a moment ago: nobody has begun yet.
      return phrase('state-registering');
    default:
      return phrase(`state-${standing.state}`);
  }
}
