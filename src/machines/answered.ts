import type { CallReport } from './call-events.ts';
import type { SoftphoneArgs } from './softphone-context.ts';

type Answered = SoftphoneArgs & { event: Extract<CallReport, { type: 'call.answered' }> };

/** On `call.earlyMedia`. */
export const noteAnnounced = {
  type: 'noteProgress',
  params: ({ event }: { event: Extract<CallReport, { type: 'call.earlyMedia' }> }) => ({
    call: event.call,
    progress: 'announced' as const,
  }),
} as const;

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
  { type: 'redraw', params: messageLosesCancel },
  { type: 'noteUncancellable', params: ({ event }: Answered) => event },
] as const;
