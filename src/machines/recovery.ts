import { showAway } from './reconnection-ends.ts';
import { softphoneSetup } from './softphone-children.ts';

export const fresh = softphoneSetup.createStateConfig({
  always: [{ guard: 'hasFacts', target: 'recovering' }, { target: 'idle' }],
});

export const recovering = softphoneSetup.createStateConfig({
  description:
    'Another host had his calls and died (runtime §5): the party he talked to waits for him, as in any reconnection.',
  entry: {
    type: 'concludeLost',
    params: ({ context }) => ({ user: context.user, lost: context.lost }),
  },
  always: [
    { guard: 'hasHand', target: 'withCall.away.open.resuming', actions: ['recoverCall', showAway(true)] },
    { target: 'idle' },
  ],
});
