import type { SoftphoneCommand } from './model/softphone.ts';
import { inSlot, legs, type SoftphoneArgs, showLabelled } from './softphone-setup.ts';

type KeyPressed = Extract<SoftphoneCommand, { type: 'key.pressed' }>;

/** The one place that says what the panel shows (product §7). */
export const showPanel = showLabelled('panel', 'panel');

export const hidePanel = { type: 'unshow', params: inSlot('panel') } as const;

/** What the panel's buttons do, in every state in which the user hears a party. Keys go to the one he hears. */
export const panelButtons = {
  'key.pressed': {
    // Of either: after a switch the panel still carries the id of the call it was sent for.
    guard: { type: 'isOfEither', params: ({ event }: { event: KeyPressed }) => event },
    actions: {
      type: 'sendDtmf',
      params: ({ context, event }: SoftphoneArgs & { event: KeyPressed }) => ({
        ...legs({ context }),
        digit: event.digit,
      }),
    },
  },
} as const;
