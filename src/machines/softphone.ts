import { partyAnswered } from './answered.ts';
import { cleared, clearing } from './clearing.ts';
import { dialling, failing } from './dialling.ts';
import { explaining } from './explaining.ts';
import { answering, ringing, ringingNext, takeCaller, turnCallerAway } from './incoming-call.ts';
import type { CallId } from './model/ids.ts';
import { awaitingUser, callingBack, swapping, takingUsersCall, withdrawing } from './outgoing-call.ts';
import { hidePanel, showPanel } from './panel.ts';
import { departed, parting } from './parting.ts';
import { away, returning } from './reconnection.ts';
import { notTakenBack, takeBack } from './reconnection-ends.ts';
import { fresh, recovering } from './recovery.ts';
import { considering, following } from './referral.ts';
import { pair } from './second-call.ts';
import { callGone, endSecond, letGo, secondGone, softphoneSetup, voiceLegGone } from './softphone-children.ts';
import { freshContext, inHand, playToUser, type SoftphoneArgs } from './softphone-context.ts';
import { talking } from './talk.ts';

type OfOne = SoftphoneArgs & { event: { call: CallId } };
const spokenOf = ({ context, event }: OfOne) =>
  context.second?.label.call === event.call ? context.second : inHand(context);
const sayOf = (kind: 'heldByParty' | 'takenBack') => (args: OfOne) => ({
  user: args.context.user,
  notice: { kind, label: spokenOf(args).label },
});
const sayTimeUp = (args: OfOne) => {
  const { label, limitMs = 0 } = spokenOf(args);
  return { user: args.context.user, notice: { kind: 'callTimeUp' as const, label, limitMs } };
};

/**
 * One user's telephone: the voice leg, the call, and which of the two must end once the other has.
 * Its children report facts to it and never speak to each other.
 *
 * One chart, because its states share what the user has in hand; each concern has its states in a file of its own.
 */
export const softphoneMachine = softphoneSetup.createMachine({
  id: 'softphone',
  context: ({ input }) => freshContext(input),
  initial: 'fresh',
  on: {
    'callback.set': { actions: { type: 'setCallback', params: ({ event }) => event } },
    dial: {
      actions: { type: 'say', params: ({ context }) => ({ user: context.user, notice: { kind: 'oneCallAtATime' } }) },
    },
    'party.called': { actions: turnCallerAway },
    recalled: { actions: notTakenBack },
    // One that was told to end, and has been concluded already.
    'call.ended': { actions: letGo },
    'loss.isOld': { actions: { type: 'forgetLoss', params: ({ event }) => event } },
    'user.called': {
      actions: { type: 'declineUser', params: ({ event }) => ({ ...event, cause: { kind: 'busy' } }) },
    },
  },
  states: {
    fresh,
    recovering,
    idle: {
      on: {
        dial: [
          { guard: 'callbackIsOn', target: 'callingBack', actions: { type: 'take', params: ({ event }) => event } },
          { target: 'awaitingUser', actions: { type: 'take', params: ({ event }) => event } },
        ],
        'party.called': { target: 'withCall.ringing', actions: takeCaller },
        'user.called': {
          actions: [
            { type: 'declineUser', params: ({ event }) => ({ ...event, cause: { kind: 'declined' } }) },
            { type: 'say', params: ({ context }) => ({ user: context.user, notice: { kind: 'sendNumberFirst' } }) },
          ],
        },
        recalled: { target: 'withCall.away.open', actions: takeBack },
        shutdown: 'gone',
      },
      after: { rest: 'gone' },
    },
    callingBack,
    swapping,
    withdrawing,
    awaitingUser,
    takingUsersCall,
    withCall: {
      description: 'A party is there, or is being called, or has just left.',
      entry: [
        { type: 'logOpened', params: ({ context }) => ({ user: context.user, ...inHand(context) }) },
        'startRecording',
      ],
      exit: [...hidePanel, 'putDown'],
      on: {
        'recording.shows': [
          {
            guard: { type: 'changesPanel', params: ({ event }) => event },
            actions: [{ type: 'noteRecording', params: ({ event }) => event }, ...showPanel],
          },
          { actions: { type: 'noteRecording', params: ({ event }) => event } },
        ],
        'voiceLeg.ended': { target: '.clearing.party', actions: voiceLegGone },
        'call.ended': [
          { guard: { type: 'isOfSecond', params: ({ event }) => event }, actions: secondGone },
          {
            guard: { type: 'isOfHand', params: ({ event }) => event },
            target: '.clearing.user',
            actions: callGone,
          },
        ],
        // Late: the user left, and came back, before the party had acknowledged our 200.
        'call.answered': { guard: { type: 'isOfHand', params: ({ event }) => event }, actions: partyAnswered },
        'call.heldByParty': {
          guard: { type: 'isOfEither', params: ({ event }) => event },
          actions: { type: 'say', params: sayOf('heldByParty') },
        },
        'call.resumedByParty': {
          guard: { type: 'isOfEither', params: ({ event }) => event },
          actions: { type: 'say', params: sayOf('takenBack') },
        },
        'call.limitNear': {
          guard: { type: 'isOfHand', params: ({ event }) => event },
          actions: playToUser('limit-warning'),
        },
        'call.limitReached': {
          guard: { type: 'isOfEither', params: ({ event }) => event },
          actions: { type: 'say', params: sayTimeUp },
        },
        // D-47: only the current party's wish can be followed, and only while nobody else is there.
        'call.transfers': { actions: { type: 'declineTransfer', params: ({ event }) => event } },
        shutdown: [
          {
            guard: 'hasSecond',
            target: '.clearing.both',
            actions: [{ type: 'note', params: { cause: { kind: 'shutdown' } } }, ...endSecond({ kind: 'shutdown' })],
          },
          { target: '.clearing.both', actions: { type: 'note', params: { cause: { kind: 'shutdown' } } } },
        ],
      },
      initial: 'ringing',
      states: {
        ringing,
        answering,
        ringingNext,
        dialling,
        failing,
        talking,
        considering,
        following,
        pair,
        explaining,
        parting,
        departed,
        away,
        returning,
        clearing,
        cleared,
      },
      onDone: 'idle',
    },
    gone: { type: 'final' },
  },
});
