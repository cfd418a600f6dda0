import type { HangupCause } from '../../machines/model/hangup-cause.ts';
import type { IncomingNotice, OutgoingNotice } from '../../machines/model/notices.ts';
import type { LineRefusal } from '../../machines/model/refusals.ts';
import { outcome, serviceError, sipReply } from './outcome.ts';
import type { Phrase } from './phrasebook.ts';
import { button, callbackButton, cancelButton, type Rendering, redialButton } from './rendering.ts';
import { oneLine, party } from './words.ts';

/** Product §5. */
export const outgoing: Rendering<OutgoingNotice> = {
  callingYou: ({ label }, phrase) => ({
    text: phrase('calling-you', { party: party(label, phrase) }),
    buttons: [[cancelButton(phrase)]],
  }),
  pressToCall: ({ label, callback = false }, phrase) => ({
    text: phrase('press-to-call', { party: party(label, phrase) }),
    buttons: [[callbackButton(phrase, { on: callback })], [cancelButton(phrase)]],
  }),
  offerExpired: ({ label }, phrase) => ({ text: phrase('offer-expired', { party: party(label, phrase) }) }),
  notDialled: ({ label, why }, phrase) => ({ text: phrase(`not-dialled-${why}`, { party: party(label, phrase) }) }),
  notAnswered: ({ label, cause, callback = true }, phrase) => ({
    text: phrase(notConnected[cause?.kind ?? 'no-answer'] ?? 'not-answered', { party: party(label, phrase) }),
    buttons: [[redialButton(phrase)], [callbackButton(phrase, { on: callback })]],
  }),
  dialled: ({ label, progress = 'dialling' }, phrase) => ({
    text: phrase(`dialled-${progress}`, { party: party(label, phrase), line: oneLine(label.lineName) }),
    ...(progress !== 'talking' && { buttons: [[cancelButton(phrase)]] }),
  }),
  outcome: ({ label, cause, talkedMs, severalLines = false }, phrase) => ({
    text: outcome(label, cause, talkedMs, phrase),
    ...(label.number !== undefined && {
      buttons: [
        [redialButton(phrase), ...(severalLines ? [button(phrase('button-lines'), { kind: 'lines' as const })] : [])],
      ],
    }),
  }),
  lineQuestion: ({ number, lines }, phrase) => ({
    text: phrase('line-question', { number: oneLine(number) }),
    buttons: [
      ...lines.map((name, choice) => [button(oneLine(name), { kind: 'line', choice })]),
      [cancelButton(phrase)],
    ],
  }),
  lineQuestionClosed: (closed, phrase) => ({
    text: phrase(`line-question-${closed.why}`, {
      number: oneLine(closed.number),
      ...(closed.why === 'answered' && { line: oneLine(closed.lineName) }),
    }),
  }),
  confirmWord: ({ word }, phrase) => ({
    text: phrase('confirm-word', { word }),
    buttons: [[button(phrase('button-call-word', { word }), { kind: 'dial', word })]],
  }),
  noLines: ({ reasons }, phrase) => ({
    text: [phrase('no-lines'), ...reasons.map(({ lineName, why }) => refusal(oneLine(lineName), why, phrase))].join(
      '\n',
    ),
  }),
  emergency: ({ number }, phrase) => ({ text: phrase('emergency', { number: oneLine(number) }) }),
};

function refusal(line: string, why: LineRefusal, phrase: Phrase): string {
  switch (why.kind) {
    case 'refused':
      return phrase('line-refused', { line, reply: sipReply(why.sip) });
    case 'filtered':
      return phrase('line-filtered', { line, rule: why.rule, text: oneLine(why.text) });
    case 'limit':
      return phrase('line-limit', { line, error: serviceError(why.limit, phrase) });
    default:
      return phrase(`line-${why.kind}`, { line });
  }
}

/** Product §6.1: one shape in all languages, because phone automation reads it out of the notification. */
export const incoming: Rendering<IncomingNotice> = {
  caller: ({ caller: { number, name }, lineName }) => {
    const lines = [`📞 ${number === undefined ? 'Hidden number' : oneLine(number)}`];
    // A name that begins like the line's line would be taken for it.
    const shownName = number !== undefined && name ? oneLine(name).replace(/^(▸\s*)+/u, '') : '';
    if (shownName) lines.push(shownName);
    if (lineName) lines.push(`▸ ${oneLine(lineName)}`);
    return { text: lines.join('\n') };
  },
};

/** Why there is no voice leg, where it was not the user's choice. */
const notConnected: Partial<Record<HangupCause['kind'], string>> = {
  'peer-fault': 'not-connected-peer-fault',
  'connection-lost': 'not-connected-connection-lost',
  cancelled: 'not-dialled-cancelled',
  flood: 'not-connected-flood',
  'internal-fault': 'not-connected-internal-fault',
  shutdown: 'not-connected-shutdown',
};
