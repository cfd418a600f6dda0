import type { CallReport } from './call.ts';
import { panelOf } from './panel.ts';
import { inHand, type SoftphoneArgs } from './softphone-context.ts';

type Answered = SoftphoneArgs & { event: Extract<CallReport, { type: 'call.answered' }> };

/** On `call.earlyMedia`. */
export const noteAnnounced = {
  type: 'noteProgress',
  params: ({ event }: { event: Extract<CallReport, { type: 'call.earlyMedia' }> }) => ({
    call: event.call,
    progress: 'announced' as const,
  }),
} as const;

/** The talk can be moved to another device from now on. */
const panelOffersReconnect = ({ context, event: { call } }: Answered) =>
  context.panel?.early === true && context.panel.call === call && inHand(context).label.call === call
    ? panelOf(context)
    : undefined;

/** Who has answered cannot be cancelled (D-56). */
const messageLosesCancel = ({ context, event: { call } }: Answered) => {
  const { user, cancellable, inHand: one, second: other } = context;
  const label = [one, other].find((each) => each?.label.call === call)?.label;
  if (cancellable !== call || !label) return undefined;
  return {
    user,
    call,
    slot: 'status' as const,
    notice: { kind: 'dialled' as const, label, progress: 'talking' as const },
  };
};

/** On `call.answered`, whichever of the user's calls it is: what an answer means, apart from who is heard. */
export const partyAnswered = [
  { type: 'logAnswered', params: ({ event }: Answered) => event },
  { type: 'noteProgress', params: ({ event }: Answered) => ({ call: event.call, progress: 'answered' as const }) },
  { type: 'redraw', params: panelOffersReconnect },
  { type: 'redraw', params: messageLosesCancel },
  { type: 'noteButtons', params: ({ event }: Answered) => event },
] as const;
