import { cleared, clearing } from './clearing.ts';
import { dialling, failing } from './dialling.ts';
import { answering, ringing, ringingNext, takeCaller } from './incoming-call.ts';
import { awaitingUser, callingBack, swapping, takingUsersCall } from './outgoing-call.ts';
import { hidePanel } from './panel.ts';
import { away, returning } from './reconnection.ts';
import { departed, pair, parting } from './second-call.ts';
import { callGone, endSecond, letGo, secondGone, softphoneSetup, voiceLegGone } from './softphone-children.ts';
import { inHand } from './softphone-setup.ts';
import { talking } from './talk.ts';

/**
 * One user's telephone: the voice leg, the call, and which of the two must end once the other has.
 * Its children report facts to it and never speak to each other.
 *
 * One chart, because its states share what the user has in hand; each concern has its states in a file of its own.
 */
export const softphoneMachine = softphoneSetup.createMachine({
  id: 'softphone',
  context: ({ input }) => ({
    ...input,
    inHand: undefined,
    second: undefined,
    expected: undefined,
    cause: { kind: 'normal' },
    losses: 0,
  }),
  initial: 'idle',
  on: {
    'callback.set': { actions: { type: 'setCallback', params: ({ event }) => event } },
    dial: {
      actions: { type: 'say', params: ({ context }) => ({ user: context.user, notice: { kind: 'oneCallAtATime' } }) },
    },
    'party.called': {
      actions: { type: 'rejectParty', params: ({ event }) => ({ call: event.label.call, cause: { kind: 'busy' } }) },
    },
    // The user is busy with something else: his party cannot be given back.
    recalled: {
      actions: {
        type: 'rejectParty',
        params: ({ event }) => ({ call: event.call.label.call, cause: { kind: 'normal' } }),
      },
    },
    'user.called': {
      actions: { type: 'declineUser', params: ({ event }) => ({ ...event, cause: { kind: 'busy' } }) },
    },
  },
  states: {
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
        recalled: {
          target: 'withCall.away.open',
          actions: [{ type: 'take', params: ({ event }) => event.call }, 'adoptCall'],
        },
        shutdown: 'gone',
      },
      after: { rest: 'gone' },
    },
    callingBack,
    swapping,
    awaitingUser,
    takingUsersCall,
    withCall: {
      description: 'A party is there, or is being called, or has just left.',
      entry: { type: 'logOpened', params: ({ context }) => ({ user: context.user, ...inHand(context) }) },
      exit: [hidePanel, 'putDown'],
      on: {
        'voiceLeg.ended': { target: '.clearing.party', actions: voiceLegGone },
        'call.ended': [
          { guard: { type: 'isOfSecond', params: ({ event }) => event }, actions: secondGone },
          {
            guard: { type: 'isOfHand', params: ({ event }) => event },
            target: '.clearing.user',
            actions: callGone,
          },
          // One that was told to end and has been concluded already.
          { actions: letGo },
        ],
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
        pair,
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
