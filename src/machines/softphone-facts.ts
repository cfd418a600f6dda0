import type { SnapshotFrom } from 'xstate';
import type { CallFacts } from './model/call-facts.ts';
import type { CallInHand } from './model/softphone.ts';
import type { softphoneMachine } from './softphone.ts';
import { recordingButton, type SoftphoneContext } from './softphone-context.ts';

type Snapshot = SnapshotFrom<typeof softphoneMachine>;

/** What another host must know of this user's calls should this process die now; the one he hears comes first. */
export function callFactsOf(snapshot: Snapshot): readonly CallFacts[] {
  const { context } = snapshot;
  if (snapshot.status !== 'active' || !context.inHand || isOut.some((state) => snapshot.matches({ withCall: state })))
    return [];
  const isEnding = ending.some((state) => snapshot.matches({ withCall: state }));
  const inHand = { ...factsOf(context, context.inHand), ...(isEnding && { stage: 'ending', cause: context.cause }) };
  return [inHand as CallFacts, ...(context.second ? [factsOf(context, context.second)] : [])];
}

/** The calls are over, or joined to each other. */
const isOut = ['parting', 'departed', 'cleared'] as const;
const ending = ['clearing', 'failing'] as const;

const factsOf = (context: SoftphoneContext, call: CallInHand): CallFacts => ({
  ...call,
  stage: context.progress[call.label.call] === 'answered' ? 'answered' : 'unanswered',
  cause: undefined,
  isRecorded: ['stop', 'locked', 'pending'].includes(recordingButton(context, call.label.call)),
});
