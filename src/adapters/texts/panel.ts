import type { Button } from '../../actors/ports/conversation.ts';
import type { PanelNotice, RecordingNotice, RecordingState } from '../../machines/model/notices.ts';
import type { Phrase } from './phrasebook.ts';
import { deliveryFault, recorderFault } from './recording-faults.ts';
import { button, type Rendering } from './rendering.ts';
import { clock, duration, oneLine, party, timeOfDay } from './words.ts';

/** Product §7. */
export const panel: Rendering<PanelNotice> = {
  panel: ({ label, recording }, phrase) => ({
    text: [
      `${label.direction === 'outgoing' ? '↗️' : '↙️'} ${party(label, phrase)}`,
      // The reader's time zone is not known; Telegram shows when the message was sent in it.
      `▸ ${oneLine(label.lineName)} · ${timeOfDay(label.startedAt).slice(0, 5)} UTC`,
    ].join('\n'),
    buttons: [
      ...keypad,
      ...(recording ? [[recordingButton(recording, phrase)]] : []),
      [button(phrase('button-reconnect'), { kind: 'reconnect' })],
    ],
  }),
  panelClosed: ({ label }, phrase) => ({ text: phrase('panel-closed', { party: party(label, phrase) }) }),
};

const keypad = (
  [
    ['1', '2', '3'],
    ['4', '5', '6'],
    ['7', '8', '9'],
    ['*', '0', '#'],
  ] as const
).map((row) => row.map((digit) => button(digit, { kind: 'key', digit })));

function recordingButton(state: RecordingState, phrase: Phrase): Button {
  switch (state) {
    case 'start':
    case 'failed':
      return button(phrase(`button-recording-${state}`), { kind: 'record', wanted: 'start' });
    case 'stop':
    case 'pending':
      return button(phrase(`button-recording-${state}`), { kind: 'record', wanted: 'stop' });
    case 'locked':
      return {
        ...button(phrase('button-recording-locked'), { kind: 'record', wanted: 'stop' }),
        locked: phrase('toast-recording-locked'),
      };
    case 'used-up':
      return {
        ...button(phrase('button-recording-start'), { kind: 'record', wanted: 'start' }),
        locked: phrase('toast-recording-used-up'),
      };
  }
}

/** Product §8. */
export const recording: Rendering<RecordingNotice> = {
  recordingTitle: ({ label: { number, name } }, phrase) => ({
    text: oneLine([name, number].filter(Boolean).join(' ')) || phrase('hidden-number'),
  }),
  recordingCaption: ({ label, startedAt, durationMs, startedBy }, phrase) => ({
    text: phrase(`recording-caption-${startedBy}`, {
      party: party(label, phrase),
      line: oneLine(label.lineName),
      date: new Date(startedAt),
      time: timeOfDay(startedAt),
      length: clock(durationMs),
    }),
  }),
  recordingPieceMissing: (_, phrase) => ({ text: phrase('recording-piece-missing') }),
  recordingLimit: ({ limitMs }, phrase) => ({ text: phrase('recording-limit', { limit: duration(limitMs, phrase) }) }),
  recordingFailed: ({ label, why }, phrase) => ({
    text: phrase('recording-failed', { party: party(label, phrase), reason: recorderFault(why, phrase) }),
  }),
  recordingUndeliverable: ({ title, why }, phrase) => ({
    text: phrase('recording-undeliverable', { party: oneLine(title), reason: deliveryFault(why, phrase) }),
  }),
};
