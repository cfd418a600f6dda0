import { expect, test } from 'vitest';
import type { Line } from './walks/steps.ts';
import { walk } from './walks/walk.ts';

/** What went wrong once, found by walks or by reading; each by its shortest way, walked to the end of all calls. */
const talk: readonly Line[] = ['olga dials c1', 'phone answers', 'phone connects', 'c1 answers'];
const early: readonly Line[] = ['olga dials c1', 'phone answers', 'phone connects', 'c2 calls'];
const stops = 'the service shuts down';
const stories: readonly (readonly [name: string, lines: readonly Line[]])[] = [
  // D-56.
  ['Cancel is gone when the party has answered', [...talk, 'press Cancel']],
  ['Cancel drops a number that waits for the user’s call', ['callback off', 'olga dials c1', 'press Cancel']],
  [
    'Cancel drops a number whose user called while we rang him, and his call',
    ['Telegram ends later', 'olga dials c1', 'olga calls u1', 'press Cancel'],
  ],
  ['Cancel ends a call whose user’s own call is being taken', ['olga dials c1', 'olga calls u1', 'press Cancel']],
  [
    'Cancel ends the tone that says why nobody is there',
    ['olga dials c1', 'phone answers', 'c1 fails', 'press Cancel'],
  ],
  // AC-35.
  [
    'Cancel of another call ends no reconnection',
    ['c1 calls', 'phone answers', 'c1 answers', 'press Reconnect', 'press Cancel'],
  ],
  ['the keypad is gone when the user is rung for the one that waited', [...talk, 'c2 calls', 'phone hangs up']],
  [
    'the keypad is gone while the user hears why his party is not there',
    ['olga dials c1', 'phone answers', 'c1 fails', 'press key'],
  ],
  // Product §10.
  [
    'End ends a reconnection while the user’s own call is being taken',
    [...talk, 'press Reconnect', 'olga calls u1', 'press Leave'],
  ],
  [
    'Reconnect rings again when the user’s own call took the place of our ring and broke',
    [...talk, 'press Reconnect', 'olga calls u1', 'phone breaks', 'press Reconnect'],
  ],
  [
    'the user’s own call is declined by a stop while it takes the place of the ring of a reconnection',
    ['Telegram ends later', ...talk, 'phone breaks', 'olga calls u1', stops],
  ],
  [
    'the user’s own call is taken while the voice leg he left is not confirmed to have ended',
    ['Telegram ends later', ...talk, 'press Reconnect', 'olga calls u1', 'v1 ends', 'phone answers'],
  ],
  [
    'a window that runs out while the user’s own call takes the place of our ring ends both',
    ['Telegram ends later', ...talk, 'phone breaks', '59999 ms pass', 'olga calls u1', '1 ms pass'],
  ],
  [
    'the late end of a call dropped before is the end of neither call of now',
    ['SIP ends later', ...talk, 'c2 calls', 'press Reconnect', 'phone answers', 'c3 calls', 'c2 ends', stops],
  ],
  // Product §14.3.
  [
    'Telegram wants us to wait: the user is not rung, by the button neither, and his own call goes on with the talk',
    [
      ...talk,
      'press Reconnect',
      'phone meets a flood wait',
      '2000 ms pass',
      'press Reconnect',
      '20000 ms pass',
      'olga calls u1',
      'phone answers',
    ],
  ],
  [
    'Telegram wants us to wait less than the window: the user is rung after that',
    [...talk, 'press Reconnect', 'phone meets a short flood wait', '5000 ms pass', 'phone answers'],
  ],
  [
    'Callback mode is switched off before Telegram has confirmed the end: he is asked to call',
    ['Telegram ends later', ...talk, 'press Reconnect', 'callback off', 'v1 ends'],
  ],
  // D-33: he reads what he can do now.
  [
    'a declined ring is not told of any more, and the next one is',
    [...talk, 'press Reconnect', 'phone declines', '2000 ms pass', 'press Reconnect', 'phone answers'],
  ],
  // Product §10.
  [
    'a loss while the user listens to a second party being called keeps the first, who waits for his return',
    [...talk, 'olga dials c2', 'press Switch', 'phone breaks', 'phone answers', 'press key', 'press Reconnect'],
  ],
  [
    'a loss while the second attempt that the user listens to is being cancelled keeps the first',
    [
      'SIP ends later',
      ...talk,
      'olga dials c2',
      'press Switch',
      'press End',
      'phone breaks',
      'c2 ends',
      'phone answers',
    ],
  ],
  [
    'a loss while the party that the user heard is being ended keeps the held one',
    [
      'SIP ends later',
      ...talk,
      'c2 calls',
      'press Switch',
      'c2 answers',
      'press End',
      'phone breaks',
      'c2 ends',
      'phone answers',
    ],
  ],
  [
    'losses of a call that was held meanwhile have grown old',
    [
      ...talk,
      ...Array.from({ length: 5 }, () => ['phone breaks', 'phone answers']).flat(),
      'c2 calls',
      'press Switch',
      'c2 answers',
      '600000 ms pass',
      'press Switch',
      'phone breaks',
      'phone answers',
    ],
  ],
  // D-35.
  [
    'a caller waits while the user is away, and after his return',
    [...talk, 'press Reconnect', 'c2 calls', 'phone answers', 'phone connects', 'press Switch', 'c2 answers'],
  ],
  [
    'a caller who waited rings the user when the window runs out',
    [...talk, 'phone breaks', 'c2 calls', '60000 ms pass', 'phone answers', 'c2 answers'],
  ],
  [
    'a caller who waited rings the user when the other party leaves',
    [...talk, 'phone breaks', 'c2 calls', 'c1 hangs up', 'phone answers', 'c2 answers'],
  ],
  // D-43.
  [
    'a party that calls while we ring the user for a number takes the place of the number',
    ['olga dials c1', 'c2 calls', 'phone answers', 'c2 answers'],
  ],
  [
    'a stop is heard while the user’s own call takes the place of our callback ring',
    ['Telegram ends later', 'olga dials c1', 'olga calls u1', stops],
  ],
  // Product §6.1, D-32, AC-31.
  [
    'a second caller rings when the user leaves while the first is being answered',
    ['c1 calls', 'c2 calls', 'phone answers', 'phone hangs up', 'phone answers', 'c2 answers'],
  ],
  [
    'a second caller rings when the first gives up while it is being answered',
    ['c1 calls', 'c2 calls', 'phone answers', 'c1 gives up', 'phone answers', 'c2 answers'],
  ],
  [
    'a second caller rings when the first is declined',
    ['c1 calls', 'c2 calls', 'phone declines', 'phone answers', 'c2 answers'],
  ],
  // Product §5.4, D-54.
  [
    'the user’s own call answers the party for whom he is rung',
    ['c1 calls', 'olga calls u1', 'u1 answers', 'u1 connects', 'c1 answers', 'press key'],
  ],
  [
    'the user’s own call answers the party once our ring is confirmed to have ended',
    ['Telegram ends later', 'c1 calls', 'olga calls u1', 'v1 ends', 'u1 answers', 'c1 answers', 'press key'],
  ],
  [
    'the user’s own call answers the second caller when the first gives up before our ring has ended',
    [
      'Telegram ends later',
      'c1 calls',
      'c2 calls',
      'olga calls u1',
      'c1 gives up',
      'v1 ends',
      'u1 answers',
      'c2 answers',
    ],
  ],
  [
    'the user’s own call is declined when its caller gives up before our ring has ended',
    ['Telegram ends later', 'c1 calls', 'olga calls u1', 'c1 gives up', 'v1 ends'],
  ],
  [
    'the user’s own call answers the one who waited, before we ring for him',
    ['Telegram ends later', ...talk, 'c2 calls', 'c1 hangs up', 'olga calls u1', 'v1 ends', 'u1 answers', 'c2 answers'],
  ],
  // Product §7, §10.
  [
    'Reconnect is offered once the party has answered',
    [
      'olga dials c1',
      'phone answers',
      'phone connects',
      'press Reconnect',
      'c1 answers',
      'press Reconnect',
      'phone answers',
    ],
  ],
  [
    'Reconnect is not offered while the user listens to a second party being called, and is again when that answers',
    [...talk, 'olga dials c2', 'press Switch', 'press Reconnect', 'c2 answers', 'press Reconnect', 'phone answers'],
  ],
  // Product §9: a caller while the first is still being called.
  [
    'a caller waits while the first is being called, who answers',
    [...early, 'c1 answers', 'press Switch', 'c2 answers'],
  ],
  [
    'a caller waits while the first is being called, who is busy',
    [...early, 'c1 is busy', 'phone answers', 'c2 answers'],
  ],
  [
    'a caller who waits while the first is being called is declined',
    [...early, 'press Decline', 'c1 answers', 'press key'],
  ],
  [
    'a caller who waits while the first is being called gives up',
    [...early, 'c2 gives up', 'c1 announces', 'c1 answers'],
  ],
  [
    'Switch to a caller while the first is being called, who answers and is held',
    [...early, 'press Switch', 'c2 answers', 'c1 rings', 'c1 answers', 'press Switch', 'press key'],
  ],
  [
    'Switch to a caller while the first is being called, who is given up',
    [...early, 'press Switch', 'c2 answers', 'press Cancel', 'press key'],
  ],
  [
    'the first answers before the caller has acknowledged that he was switched to',
    [...early, 'press Switch', 'c1 answers', 'c2 answers', 'press Switch'],
  ],
  [
    'Transfer of a caller to the first, who answers',
    [...early, 'press Transfer', 'c2 answers', 'c1 rings', 'c1 answers'],
  ],
  [
    'Transfer of a caller to the first, who is busy: the caller comes back',
    [...early, 'press Transfer', 'c2 answers', 'c1 is busy', 'phone answers'],
  ],
  [
    'Transfer of a caller to the first, and the user hangs up before the caller has acknowledged',
    [...early, 'press Transfer', 'phone hangs up', 'c2 answers', 'c1 answers'],
  ],
  [
    'the user leaves the first, and is rung for the caller',
    [...early, 'phone hangs up', 'phone answers', 'c2 answers'],
  ],
  [
    'Cancel of the first, and the user is rung for the caller',
    [...early, 'press Cancel', 'phone answers', 'c2 answers'],
  ],
  // Product §8.
  [
    'a start pressed while the last recording is delivered begins when it has been',
    [
      'recordings are delivered later',
      ...talk,
      'press Start recording',
      'the recorder starts',
      'press Stop recording',
      'press Start recording',
      'a recording is delivered',
      'the recorder starts',
      'press Stop recording',
    ],
  ],
  // Product §9, AC-83.
  [
    'the user leaves while he hears why his second party is not there',
    [...talk, 'olga dials c2', 'press Switch', 'c2 fails', 'phone hangs up'],
  ],
  [
    'the first leaves while the user hears why his second party is not there',
    [...talk, 'olga dials c2', 'press Switch', 'c2 fails', 'c1 hangs up'],
  ],
  [
    'Reconnect while the user hears why his second party is not there',
    [...talk, 'olga dials c2', 'press Switch', 'c2 fails', 'press Reconnect', 'phone answers'],
  ],
  [
    'the buttons of two calls are gone while the user hears why the second is not there',
    [...talk, 'olga dials c2', 'press Switch', 'c2 is busy', 'press End'],
  ],
  [
    'the busy tone of a second party ends after 4 s, and the talk goes on',
    [...talk, 'olga dials c2', 'press Switch', 'c2 fails', '4000 ms pass'],
  ],
  // Product §7, AC-32, AC-55.
  [
    'the keypad is that of the second call when only that is left',
    [...talk, 'c2 calls', 'press Switch', 'c2 answers', 'press Switch', 'press Switch', 'c1 hangs up', 'press key'],
  ],
  // D-31: the user is talking to the other automatically.
  [
    'Switch to a waiting party, and the first leaves before the second has acknowledged: they talk',
    [...talk, 'c2 calls', 'press Switch', 'c1 hangs up', 'c2 answers'],
  ],
  [
    'Transfer of a waiting party, and the first leaves before the second has acknowledged: they talk',
    [...talk, 'c2 calls', 'press Transfer', 'c1 hangs up', 'c2 answers'],
  ],
  [
    'the held party leaves while the user listens to the second being called: they talk when it answers',
    [...talk, 'olga dials c2', 'press Switch', 'c1 hangs up', 'c2 answers'],
  ],
  // D-32, AC-57.
  [
    'the user hangs up while he listens to a second party being called: nobody is rung for the first, who had called',
    ['c1 calls', 'phone answers', 'c1 answers', 'olga dials c2', 'press Switch', 'phone hangs up', 'phone answers'],
  ],
  // AC-84.
  [
    'Transfer of a waiting party, and the user hangs up before it has acknowledged: they are joined',
    [...talk, 'c2 calls', 'press Transfer', 'phone hangs up', 'c2 answers'],
  ],
  // AC-53.
  [
    'a stop before Telegram has confirmed the end after a Transfer',
    ['Telegram ends later', ...talk, 'olga dials c2', 'press Transfer', stops],
  ],
  // Product §9, Recall; AC-54.
  [
    'a party that came back by a failed transfer waits with a message',
    [
      'callback off',
      'olga dials c1',
      'olga calls u1',
      'phone answers',
      'phone connects',
      'c1 answers',
      'olga dials c2',
      'press Transfer',
      'c2 fails',
    ],
  ],
  [
    'a party whose user is talking when his transfer fails is ended, and the user told',
    [...talk, 'olga dials c2', 'press Transfer', 'olga dials c3', 'phone answers', 'c3 answers', 'c2 fails'],
  ],
  [
    'a party whose transfer fails while we ring the user for a number comes back to him',
    [...talk, 'olga dials c2', 'press Transfer', 'olga dials c3', 'c2 fails', 'phone answers'],
  ],
  [
    'a party whose transfer fails before Telegram has confirmed the end comes back to the user',
    ['Telegram ends later', ...talk, 'olga dials c2', 'press Transfer', 'c2 fails', 'v1 ends', 'phone answers'],
  ],
  [
    'a party that answers after Reconnect was pressed is noted as answered',
    [...talk, 'c2 calls', 'press Switch', 'press Reconnect', 'phone declines', 'c2 answers'],
  ],
  // Product §6: each caller rings, or is on record as missed.
  ['a third caller is turned away and on record', [...talk, 'c2 calls', 'c3 calls']],
  [
    'a caller while the user hears why nobody is there rings him',
    ['olga dials c1', 'phone answers', 'c1 fails', 'c2 calls'],
  ],
  [
    'a caller waits while the user hears why his second party is not there: he is with the first again',
    [...talk, 'olga dials c2', 'press Switch', 'c2 fails', 'c3 calls', 'press Switch', 'c3 answers'],
  ],
  [
    'a number is dialled while the user hears why his second party is not there',
    [...talk, 'olga dials c2', 'press Switch', 'c2 fails', 'olga dials c3', 'c3 answers', 'press Switch'],
  ],
  [
    'a caller rings although Telegram has not confirmed the end after a Transfer',
    [
      'Telegram ends later',
      ...talk,
      'olga dials c2',
      'press Transfer',
      'c3 calls',
      'v1 ends',
      'phone answers',
      'c3 answers',
    ],
  ],
  [
    'a caller rings while the user’s own call for a number is being taken',
    ['callback off', 'olga dials c1', 'olga calls u1', 'c2 calls', 'phone answers', 'c2 answers'],
  ],
  [
    'a caller waits while the plan is asked whether a transfer by the party can be followed',
    [...talk, 'the plan is asked for long', 'c1 transfers', 'c2 calls', 'press Switch', 'c2 answers', 'press key'],
  ],
  [
    'a caller rings although Telegram has not confirmed the end of the last call',
    ['Telegram ends later', ...talk, 'c1 hangs up', 'c2 calls', 'v1 ends', 'phone answers', 'c2 answers'],
  ],
  [
    'a caller rings although the last party has not confirmed its end',
    ['SIP ends later', ...talk, 'phone hangs up', 'c2 calls', 'c1 ends', 'phone answers', 'c2 answers'],
  ],
  [
    'a caller rings although neither side has confirmed the end of the last call',
    [
      'SIP ends later',
      'Telegram ends later',
      'olga dials c1',
      'phone answers',
      'press Cancel',
      'c2 calls',
      'v1 ends',
      'phone answers',
    ],
  ],
  // D-43.
  [
    'a caller rings while the user’s own call takes the place of the callback ring',
    ['Telegram ends later', 'olga dials c1', 'olga calls u1', 'c2 calls', 'v1 ends', 'phone answers', 'c2 answers'],
  ],
  // D-47.
  ['a party transfers the user, who talks to the one it named', [...talk, 'c1 transfers', 'c1~1 answers', 'press key']],
  [
    'a party transfers the user and leaves before the one it named has answered',
    [...talk, 'c1 transfers', 'c1 hangs up', 'c1~1 rings', 'c1~1 answers'],
  ],
  ['a party transfers the user to one who is busy: they go on', [...talk, 'c1 transfers', 'c1~1 is busy', 'press key']],
  [
    'a party transfers the user, whose plan is used up: they go on',
    [...talk, 'the plan is used up', 'c1 transfers', 'press key', 'c1~1 answers', 'c2 calls'],
  ],
  ['Reconnect while the one the party named is called', [...talk, 'c1 transfers', 'press Reconnect', 'phone answers']],
];

test.each(stories)('%s', async (_, lines) => {
  expect(await walk(lines)).toBeUndefined();
});
