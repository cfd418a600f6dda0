import type { Button } from '../../actors/ports/conversation.ts';
import type { RenderedNotice, Texts } from '../../actors/ports/texts.ts';
import type { HangupCause } from '../../machines/model/hangup-cause.ts';
import type { CallLabel, LineRefusal, Notice } from '../../machines/model/notices.ts';

/** The product's words in English; labels are exactly those of the product page. */
export const english: Texts = { render };

const redial: Button = { label: 'Redial', action: 'redial' };
const callbackOn: Button = { label: 'Switch on Callback mode', action: 'callback:on' };
const callbackOff: Button = { label: 'Switch off Callback mode', action: 'callback:off' };
const keypad: readonly (readonly Button[])[] = ['123', '456', '789', '*0#'].map((row) =>
  Array.from(row, (digit) => ({ label: digit, action: `key:${digit}` })),
);

function render(notice: Notice): RenderedNotice {
  switch (notice.kind) {
    case 'callingYou':
      return { text: `${number(notice.label)}\nCalling you. Answer to be connected.` };
    case 'pressToCall':
      return { text: `Press 📞 to call ${number(notice.label)}`, buttons: [[callbackOn]] };
    case 'offerExpired':
      return { text: `${number(notice.label)}\nNot dialled: you did not call.` };
    case 'notAnswered':
      return {
        text: `${number(notice.label)}\n${notConnected(notice.cause)}`,
        buttons: [[redial], [callbackOff]],
      };
    case 'dialled':
      return { text: `${number(notice.label)}\nCalling through ${notice.label.lineName}.` };
    case 'outcome':
      return {
        text: outcome(notice.label, notice.cause, notice.talkedMs),
        ...(notice.label.number !== undefined && { buttons: [[redial]] }),
      };
    case 'caller': {
      const { caller, lineName } = notice;
      const lines = [`📞 ${caller.number ?? 'Hidden number'}`];
      if (caller.number !== undefined && caller.name) lines.push(caller.name);
      if (lineName) lines.push(`▸ ${lineName}`);
      return { text: lines.join('\n') };
    }
    case 'panel':
      return { text: panelText(notice.label), buttons: keypad };
    case 'privacyHint':
      return {
        text:
          'Your privacy settings do not let me call you. In Telegram open Settings → Privacy and Security → Calls and ' +
          'allow everybody, or add me under “Always allow”.',
      };
    case 'sendNumberFirst':
      return { text: 'Send a number first, then call.' };
    case 'whatToSend':
      return {
        text: 'Send me a phone number, a SIP address such as bob@example.org, or a contact. I dial it for you.',
      };
    case 'refusedCharacters':
      return {
        text: 'This cannot be dialled: it has characters that no number has, such as < > " ; or a second line.',
      };
    case 'confirmWord':
      return {
        text: `Dial “${notice.word}”?`,
        buttons: [[{ label: `Call ${notice.word}`, action: `d:${notice.word}` }]],
      };
    case 'noLines':
      return {
        text: [
          'No lines for the call',
          ...notice.reasons.map(({ lineName, why }) => `${lineName}: ${refusal(why)}`),
        ].join('\n'),
      };
    case 'oneCallAtATime':
      return { text: 'You are in a call. Finish it first.' };
    case 'callbackIs':
      return notice.on
        ? { text: 'Callback mode is on: I call you, then the number.', buttons: [[callbackOff]] }
        : { text: 'Callback mode is off: send a number, then call me.', buttons: [[callbackOn]] };
    case 'tooLate':
      return { text: 'I was away when you sent this. Send the number again to dial it.' };
    case 'restarting':
      return { text: 'The service is restarting. Try again in a minute.' };
  }
}

const number = ({ number: shown }: CallLabel): string => shown ?? 'Hidden number';

const panelText = (label: CallLabel): string =>
  [
    `${label.direction === 'outgoing' ? '↗️' : '↙️'} ${number(label)}${label.name ? ` · ${label.name}` : ''}`,
    // The reader's time zone is not known; Telegram shows when the message was sent in it.
    `▸ ${label.lineName} · ${new Date(label.startedAt).toISOString().slice(11, 16)} UTC`,
  ].join('\n');

function outcome(label: CallLabel, cause: HangupCause, talkedMs: number | undefined): string {
  const head = talkedMs === undefined ? unanswered(label, cause) : `Answered ${clock(talkedMs)}`;
  const detail = talkedMs === undefined ? '' : broken(cause);
  return `${head} · ${number(label)}${label.name ? ` · ${label.name}` : ''}${detail}`;
}

function unanswered({ direction }: CallLabel, cause: HangupCause): string {
  if ('sip' in cause && cause.sip && direction === 'outgoing') return `${cause.sip.status} ${cause.sip.reason}`;
  switch (cause.kind) {
    case 'answered-elsewhere':
      return 'Answered elsewhere';
    case 'declined':
      return 'Declined';
    case 'normal':
      return direction === 'outgoing' ? 'Cancelled' : 'Missed';
    case 'connection-lost':
      return direction === 'outgoing' ? 'Connection lost' : 'Missed';
    case 'peer-fault':
      return misbehaved(cause);
    case 'internal-fault':
      return 'Failed by a fault of the service';
    case 'shutdown':
      return 'Ended: the service is restarting';
    default:
      return direction === 'outgoing' ? 'No answer' : 'Missed';
  }
}

function broken(cause: HangupCause): string {
  switch (cause.kind) {
    case 'connection-lost':
      return '\nThe connection was lost.';
    case 'shutdown':
      return '\nEnded: the service is restarting.';
    case 'peer-fault':
      return `\n${misbehaved(cause)}.`;
    case 'internal-fault':
      return '\nEnded by a fault of the service.';
    default:
      return '';
  }
}

const misbehaved = ({ whose }: { readonly whose?: 'user' }): string =>
  whose === 'user' ? 'Your Telegram app misbehaved' : 'The other side’s telephone misbehaved';

/** Why there is no voice leg, and so no call. */
function notConnected(cause: HangupCause): string {
  switch (cause.kind) {
    case 'peer-fault':
      return `${misbehaved(cause)}: nothing was dialled.`;
    case 'connection-lost':
      return 'The connection to you was lost: nothing was dialled.';
    case 'flood':
      return 'Telegram does not let me call now: nothing was dialled. Try again later.';
    case 'internal-fault':
      return 'Failed by a fault of the service: nothing was dialled.';
    case 'shutdown':
      return 'The service is restarting: nothing was dialled.';
    default:
      return 'Not answered: you did not take the call, nothing was dialled.';
  }
}

function refusal(why: LineRefusal): string {
  switch (why.kind) {
    case 'off':
      return 'switched off';
    case 'registering':
      return 'not registered yet';
    case 'unreachable':
      return 'the PBX does not answer';
    case 'refused':
      return `not registered (${why.sip.status} ${why.sip.reason})`;
  }
}

/** `02:31` */
function clock(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`;
}
