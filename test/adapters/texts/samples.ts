import type { CallLabel } from '../../../src/machines/model/call-label.ts';
import type { HangupCause } from '../../../src/machines/model/hangup-cause.ts';
import { CallId, EpochMs } from '../../../src/machines/model/ids.ts';
import type { Notice } from '../../../src/machines/model/notices.ts';
import type { DeliveryFault, RecorderFault } from '../../../src/machines/model/recording-faults.ts';
import type { ServiceError } from '../../../src/machines/model/refusals.ts';

export const pat: CallLabel = {
  call: CallId('pat'),
  direction: 'outgoing',
  number: '+49 30 200',
  lineName: 'Office',
  startedAt: EpochMs(Date.UTC(2026, 10, 21, 23, 55, 20)),
};
export const quinn: CallLabel = {
  ...pat,
  call: CallId('quinn'),
  direction: 'incoming',
  number: '+79261234567',
  name: 'Quinn',
};
const hidden: CallLabel = { ...quinn, number: undefined, name: undefined };

const busyHere = { status: 486, reason: 'Busy Here' };
const causes: readonly HangupCause[] = [
  { kind: 'normal' },
  { kind: 'cancelled' },
  { kind: 'answered-elsewhere' },
  { kind: 'busy' },
  { kind: 'busy', sip: busyHere },
  { kind: 'declined' },
  { kind: 'no-answer' },
  { kind: 'privacy' },
  { kind: 'blocked' },
  { kind: 'flood', retryAfterMs: 5_000 },
  { kind: 'rejected', sip: { status: 404, reason: 'Not Found' } },
  { kind: 'connection-lost' },
  { kind: 'peer-fault', detail: 'wrong key' },
  { kind: 'peer-fault', detail: 'wrong key', whose: 'user' },
  { kind: 'shutdown' },
  { kind: 'internal-fault', detail: 'softphone' },
];

const limits = [
  { status: 402, reason: 'SIP account has disallowed settings' },
  { status: 402, reason: 'Total calls duration is exceeded' },
  { status: 402, reason: 'Amount of fail calls is exceeded' },
] as const;
const errors: readonly ServiceError[] = [
  ...limits,
  { status: 380, reason: 'Callback is restricted' },
  { status: 408, reason: 'Timeout' },
  { status: 480, reason: 'Temporarily unavailable' },
  { status: 486, reason: 'Busy' },
  { status: 503, reason: 'Too many requests', retryAfterMs: 5_000 },
  { status: 503, reason: 'Too many requests', retryAfterMs: 120_000 },
];

const recorderFaults: readonly RecorderFault[] = [
  ...(['disk-full', 'disk-slow', 'no-directory', 'directory-missing', 'directory-closed', 'no-call'] as const).map(
    (kind) => ({ kind }),
  ),
  { kind: 'disk', code: 'EIO' },
  { kind: 'internal', detail: 'x is undefined' },
];
const deliveryFaults: readonly DeliveryFault[] = [
  ...(['blocked', 'blocked-by-us', 'privacy', 'no-audio', 'no-files', 'first-contact', 'unknown-user'] as const).map(
    (kind) => ({ kind }),
  ),
  ...(['user-gone', 'chat-gone', 'not-member', 'no-rights', 'wait', 'unreachable', 'file-gone'] as const).map(
    (kind) => ({ kind }),
  ),
  ...(['refused', 'file', 'internal'] as const).map((kind) => ({ kind, words: 'AS_IT_CAME' })),
];

const caption = { kind: 'recordingCaption', label: pat, startedAt: pat.startedAt, durationMs: 20_000 } as const;

/** Every kind of notice in every variant; a new kind that is missing here does not compile. */
const byKind: { readonly [Kind in Notice['kind']]: readonly Extract<Notice, { kind: Kind }>[] } = {
  callingYou: [{ kind: 'callingYou', label: pat }],
  pressToCall: [
    { kind: 'pressToCall', label: pat },
    { kind: 'pressToCall', label: pat, callback: true },
  ],
  offerExpired: [{ kind: 'offerExpired', label: pat }],
  notDialled: (['cancelled', 'replaced', 'incoming-call'] as const).map((why) => ({
    kind: 'notDialled',
    label: pat,
    why,
  })),
  notAnswered: [
    { kind: 'notAnswered', label: pat },
    { kind: 'notAnswered', label: pat, cause: { kind: 'peer-fault', detail: 'x', whose: 'user' } },
    { kind: 'notAnswered', label: pat, cause: { kind: 'connection-lost' } },
    { kind: 'notAnswered', label: pat, cause: { kind: 'flood', retryAfterMs: 1 } },
    { kind: 'notAnswered', label: pat, cause: { kind: 'internal-fault', detail: 'x' } },
    { kind: 'notAnswered', label: pat, cause: { kind: 'shutdown' } },
    { kind: 'notAnswered', label: pat, callback: false },
  ],
  dialled: ([undefined, 'dialling', 'talking'] as const).map((progress) => ({
    kind: 'dialled',
    label: pat,
    ...(progress && { progress }),
  })),
  outcome: [pat, quinn, hidden].flatMap((label) =>
    causes.flatMap((cause) =>
      [undefined, 151_000].map((talkedMs) => ({
        kind: 'outcome' as const,
        label,
        cause,
        talkedMs,
        severalLines: true,
      })),
    ),
  ),
  lineQuestion: [{ kind: 'lineQuestion', number: '200', lines: ['Home', 'Office'] }],
  lineQuestionClosed: [
    ...(['expired', 'replaced', 'cancelled'] as const).map((why) => ({
      kind: 'lineQuestionClosed' as const,
      number: '200',
      why,
    })),
    { kind: 'lineQuestionClosed', number: '200', why: 'answered', lineName: 'Home' },
  ],
  confirmWord: [{ kind: 'confirmWord', word: 'x'.repeat(32) }],
  noLines: [
    {
      kind: 'noLines',
      reasons: [
        { lineName: 'Off', why: { kind: 'off' } },
        { lineName: 'New', why: { kind: 'registering' } },
        { lineName: 'Far', why: { kind: 'unreachable' } },
        { lineName: 'Wrong', why: { kind: 'refused', sip: { status: 403, reason: 'Forbidden' } } },
        { lineName: 'Home', why: { kind: 'filtered', rule: 2, text: '^7' } },
        { lineName: 'Blank', why: { kind: 'empty' } },
        { lineName: 'Long', why: { kind: 'tooLong' } },
        ...limits.map((limit) => ({ lineName: 'Poor', why: { kind: 'limit' as const, limit } })),
      ],
    },
  ],
  emergency: [{ kind: 'emergency', number: '112' }],
  caller: [
    { kind: 'caller', caller: { number: '+79261234567', name: 'Anna Petrova' }, lineName: 'Office' },
    { kind: 'caller', caller: { number: undefined }, lineName: undefined },
  ],
  panel: ([undefined, 'start', 'stop', 'locked', 'pending', 'failed', 'used-up'] as const).map((recording) => ({
    kind: 'panel',
    label: quinn,
    ...(recording && { recording }),
  })),
  panelClosed: [{ kind: 'panelClosed', label: pat }],
  recordingCaption: [
    { ...caption, startedBy: 'owner' },
    { ...caption, startedBy: 'user' },
  ],
  recordingPieceMissing: [{ kind: 'recordingPieceMissing' }],
  recordingLimit: [{ kind: 'recordingLimit', limitMs: 15_000 }],
  recordingTitle: [
    { kind: 'recordingTitle', label: pat },
    { kind: 'recordingTitle', label: { ...pat, number: undefined } },
  ],
  recordingFailed: recorderFaults.map((why) => ({ kind: 'recordingFailed', label: pat, why })),
  recordingUndeliverable: deliveryFaults.map((why) => ({ kind: 'recordingUndeliverable', title: 'Pat', why })),
  parallel: (['waiting', 'early', 'ringing', 'listening', 'answered', 'held'] as const).map((state) => ({
    kind: 'parallel',
    state,
    current: pat,
    other: quinn,
    version: 7,
  })),
  heldHungUp: [{ kind: 'heldHungUp', held: quinn, current: pat }],
  transferred: [true, false].map((ringing) => ({ kind: 'transferred', first: pat, second: quinn, ringing })),
  transferFailed: (['ringing', 'waiting', 'ended'] as const).flatMap((then) =>
    causes.map((cause) => ({ kind: 'transferFailed' as const, first: pat, second: quinn, cause, then })),
  ),
  heldByParty: [{ kind: 'heldByParty', label: pat }],
  takenBack: [{ kind: 'takenBack', label: pat }],
  thirdNumber: [{ kind: 'thirdNumber' }],
  reconnecting: [true, false].flatMap((lost) =>
    [true, false].map((ringing) => ({ kind: 'reconnecting' as const, label: pat, lost, ringing })),
  ),
  notRestored: (['expired', 'too-often'] as const).map((why) => ({ kind: 'notRestored', label: pat, why })),
  poorSound: (['user', 'party'] as const).flatMap((where) =>
    [0.0721, 0].map((loss) => ({ kind: 'poorSound' as const, label: pat, where, loss, jitterMs: 41.5, mos: 2.84 })),
  ),
  numberWhileReconnecting: [{ kind: 'numberWhileReconnecting', label: pat }],
  refused: errors.map((error) => ({ kind: 'refused', error })),
  notInPlan: [{ kind: 'notInPlan', what: 'call-switching' }],
  callTimeUp: [{ kind: 'callTimeUp', label: pat, limitMs: 120_000 }],
  otherWorker: [{ kind: 'otherWorker', lineName: 'Office' }],
  oneCallAtATime: [{ kind: 'oneCallAtATime' }],
  tooLate: [{ kind: 'tooLate' }],
  restarting: [{ kind: 'restarting' }],
  privacyHint: [{ kind: 'privacyHint' }, { kind: 'privacyHint', firstCall: true }],
  sendNumberFirst: [
    { kind: 'sendNumberFirst' },
    { kind: 'sendNumberFirst', missed: quinn },
    { kind: 'sendNumberFirst', missed: hidden },
  ],
  whatToSend: [{ kind: 'whatToSend' }],
  welcome: [{ kind: 'welcome' }],
  newcomer: [{ kind: 'newcomer', settingsBot: 'siptg_bot' }],
  refusedCharacters: [{ kind: 'refusedCharacters' }],
  keysWhileAway: [{ kind: 'keysWhileAway' }],
  callbackIs: [true, false].map((on) => ({ kind: 'callbackIs', on })),
  toast: (
    [
      'not-your-call',
      'call-over',
      'done',
      'expired',
      'try-again',
      'recording-locked',
      'not-answered-yet',
      'keys-while-away',
      'cannot-ring',
      'recording-used-up',
    ] as const
  ).map((says) => ({ kind: 'toast', says })),
};

export const samples: readonly Notice[] = Object.values(byKind).flat();
