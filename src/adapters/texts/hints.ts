import type { HintNotice, RefusalNotice, ToastNotice } from '../../machines/model/notices.ts';
import { serviceError } from './outcome.ts';
import { callbackButton, type Rendering, redialButton } from './rendering.ts';
import { duration, oneLine, party } from './words.ts';

/** Product §11, and what cannot be done now. */
export const refusals: Rendering<RefusalNotice> = {
  refused: ({ error }, phrase) => ({ text: serviceError(error, phrase) }),
  notInPlan: ({ what }, phrase) => ({ text: phrase(`not-in-plan-${what}`) }),
  callTimeUp: ({ label, limitMs }, phrase) => ({
    text: phrase('call-time-up', { party: party(label, phrase), limit: duration(limitMs, phrase) }),
  }),
  otherWorker: ({ lineName }, phrase) => ({ text: phrase('other-worker', { line: oneLine(lineName) }) }),
  oneCallAtATime: (_, phrase) => ({ text: phrase('one-call-at-a-time') }),
  tooLate: (_, phrase) => ({ text: phrase('too-late') }),
  restarting: (_, phrase) => ({ text: phrase('restarting') }),
};

export const hints: Rendering<HintNotice> = {
  privacyHint: ({ firstCall = false }, phrase) => ({ text: phrase(firstCall ? 'privacy-hint-first' : 'privacy-hint') }),
  sendNumberFirst: ({ missed }, phrase) =>
    missed?.number === undefined
      ? { text: phrase('send-number-first') }
      : {
          text: phrase('send-number-first-missed', { party: party(missed, phrase) }),
          buttons: [[redialButton(phrase)]],
        },
  whatToSend: (_, phrase) => ({ text: phrase('what-to-send') }),
  welcome: (_, phrase) => ({ text: phrase('welcome') }),
  newcomer: ({ settingsBot }, phrase) => ({
    text: phrase('newcomer', { bot: settingsBot }),
    buttons: [[{ label: phrase('button-settings'), action: 'open', url: `https://t.me/${settingsBot}` }]],
  }),
  refusedCharacters: (_, phrase) => ({ text: phrase('refused-characters') }),
  keysWhileAway: (_, phrase) => ({ text: phrase('toast-keys-while-away') }),
  callbackIs: ({ on }, phrase) => ({
    text: phrase(on ? 'callback-is-on' : 'callback-is-off'),
    buttons: [[callbackButton(phrase, { on })]],
  }),
};

export const toasts: Rendering<ToastNotice> = {
  toast: ({ says }, phrase) => ({ text: phrase(`toast-${says}`) }),
};
