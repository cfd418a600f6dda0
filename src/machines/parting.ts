import { takeCallerAnew } from './incoming-call.ts';
import { hidePanel } from './panel.ts';
import { takeBack } from './reconnection-ends.ts';
import { softphoneSetup } from './softphone-children.ts';
import { inHand, type SoftphoneArgs, second } from './softphone-context.ts';

/** The two parties are on their own. */
export const handBothOver = (ringing: boolean) =>
  [
    {
      type: 'say',
      params: ({ context }: SoftphoneArgs) => ({
        user: context.user,
        notice: {
          kind: 'transferred' as const,
          first: inHand(context).label,
          second: second(context).label,
          ringing,
        },
      }),
    },
    {
      type: 'handOver',
      params: ({ context }: SoftphoneArgs) => ({
        user: context.user,
        joined: { first: inHand(context), second: second(context), ringing },
      }),
    },
    // The end of the other one will be told anew; the user has left, and gives up nobody any more.
    {
      type: 'unshow',
      params: ({ context }: SoftphoneArgs) => ({
        user: context.user,
        call: second(context).label.call,
        slot: 'status' as const,
      }),
    },
    { type: 'dropCall', params: ({ context }: SoftphoneArgs) => inHand(context).label },
    { type: 'dropCall', params: ({ context }: SoftphoneArgs) => second(context).label },
  ] as const;

export const parting = softphoneSetup.createStateConfig({
  description: 'The parties are joined; the user is out.',
  entry: [...hidePanel, 'noteNormal', 'hangUpVoiceLeg'],
  on: {
    'voiceLeg.ended': { target: 'departed', actions: 'dropVoiceLeg' },
    'party.called': { target: 'ringingNext', actions: [...takeCallerAnew, 'startCall'] },
    recalled: { target: 'away.leaving', actions: [...takeBack, 'startRecording'] },
    shutdown: {},
  },
});

export const departed = softphoneSetup.createStateConfig({ type: 'final' });
