import type { SoftphoneCommand } from './model/softphone.ts';
import { inHand, inSlot, legs, recordingButton, type SoftphoneArgs } from './softphone-context.ts';

type KeyPressed = Extract<SoftphoneCommand, { type: 'key.pressed' }>;
type KeysSent = Extract<SoftphoneCommand, { type: 'keys.sent' }>;

/** Draws it, or draws it anew where it stands. The one place that says what it shows (product §7). */
const draw = {
  type: 'show',
  params: ({ context }: SoftphoneArgs) => {
    const { label } = inHand(context);
    const notice = { kind: 'panel', label, recording: recordingButton(context, label.call) } as const;
    return { ...inSlot('panel')({ context }), notice };
  },
} as const;

export const showPanel = [draw, { type: 'notePanel', params: { isShown: true } }] as const;

export const hidePanel = [
  { type: 'unshow', params: inSlot('panel') },
  { type: 'notePanel', params: { isShown: false } },
] as const;

type Reconnect = Extract<SoftphoneCommand, { type: 'reconnect' }>;
/** On `reconnect`: a press on the panel of a call that is over, or not answered, moves no other (product §10). */
export const movesTalk = { type: 'canMove', params: ({ event }: { event: Reconnect }) => event } as const;

type Record = Extract<SoftphoneCommand, { type: 'record' }>;
export const recordingButtonPressed = {
  guard: { type: 'isOfEither', params: ({ event }: { event: Record }) => event },
  actions: { type: 'tellRecording', params: ({ event }: { event: Record }) => event },
} as const;

/** What the panel's buttons do, in every state in which the user hears a party. Keys go to the one he hears. */
export const panelButtons = {
  record: recordingButtonPressed,
  'key.pressed': {
    // Of either: after a switch the panel still carries the id of the call it was sent for.
    guard: { type: 'isOfEither', params: ({ event }: { event: KeyPressed }) => event },
    actions: {
      type: 'sendKeys',
      params: ({ context, event }: SoftphoneArgs & { event: KeyPressed }) => ({
        line: inHand(context).line,
        ...legs({ context }),
        steps: [event.digit],
      }),
    },
  },
  'keys.sent': {
    guard: { type: 'isOfEither', params: ({ event }: { event: KeysSent }) => event },
    actions: {
      type: 'sendKeys',
      params: ({ context, event }: SoftphoneArgs & { event: KeysSent }) => ({
        line: inHand(context).line,
        ...legs({ context }),
        steps: event.steps,
      }),
    },
  },
} as const;
