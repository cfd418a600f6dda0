import { expect, test } from 'vitest';
import type { Line } from './walks/steps.ts';
import { walk } from './walks/walk.ts';

/** A host dies, and another takes up the calls (runtime §5); each walked to the end of all calls. */
const talk: readonly Line[] = ['facts are kept', 'olga dials c1', 'phone answers', 'phone connects', 'c1 answers'];
const dies = 'the host dies';
const behind = 'the host dies behind its writing';

const crashes: readonly (readonly [name: string, lines: readonly Line[]])[] = [
  ['the user is rung, and they go on', [...talk, dies, 'phone answers', 'phone connects', 'press key']],
  ['what he pressed last was not written any more', [...talk, 'press Reconnect', behind, 'phone answers']],
  [
    'the user, with Callback off, calls, and they go on',
    [...talk, 'callback off', dies, 'olga calls u1', 'u1 answers'],
  ],
  [
    'his own call comes while the party is being taken up',
    [...talk, 're-INVITEs are answered later', dies, 'olga calls u1', 'c1 takes the re-INVITE', 'u1 answers'],
  ],
  ['the party is gone', [...talk, 're-INVITEs are answered later', dies, 'c1 refuses the re-INVITE']],
  ['the party is there, and nobody comes back', [...talk, dies, '49999 ms pass', '1 ms pass']],
  ['nobody comes back, and the party says nothing', [...talk, 're-INVITEs are answered later', dies, '50000 ms pass']],
  ['End, while the party is being taken up', [...talk, 're-INVITEs are answered later', dies, 'press Leave']],
  [
    'a stop, while the party is being taken up',
    [...talk, 're-INVITEs are answered later', dies, 'the service shuts down'],
  ],
  ['it dies in an open window', [...talk, 'phone breaks', '20000 ms pass', dies, '29999 ms pass', 'phone answers']],
  ['the window had ended by then', [...talk, 'phone breaks', '55000 ms pass', dies]],
  ['a number is being called', ['facts are kept', 'olga dials c1', 'phone answers', 'c1 rings', dies]],
  ['a caller rings', ['facts are kept', 'c1 calls', dies]],
  ['our 200 has not been acknowledged', ['facts are kept', 'c1 calls', 'phone answers', behind, 'phone answers']],
  ['a number waits for the user', ['facts are kept', 'callback off', 'olga dials c1', dies, 'olga dials c2']],
  ['one is held', [...talk, 'c2 calls', 'press Switch', 'c2 answers', dies, 'phone answers', 'press key']],
  ['one waits', [...talk, 'c2 calls', dies, 'phone answers']],
  ['a second is being called', [...talk, 'olga dials c2', 'press Switch', dies, 'phone answers']],
  ['another calls after that', [...talk, dies, 'c2 calls', 'phone answers', 'press Switch', 'c2 answers']],
  ['another calls, and the user does not come back', [...talk, dies, 'c2 calls', '50000 ms pass', 'phone answers']],
  ['both sides were being told of the end', [...talk, 'SIP ends later', 'Telegram ends later', 'phone hangs up', dies]],
  ['two parties were joined', [...talk, 'c2 calls', 'press Switch', 'c2 answers', 'press Transfer', dies]],
  ['a party had just come back from a transfer', [...talk, 'olga dials c2', 'press Transfer', 'c2 is busy', behind]],
  // Ids that the dead host had made, too, if it did not come to write that.
  ['it dies twice before anything was written', ['facts are kept', 'c1 calls', 'phone answers', behind, behind]],
  ['the party transfers him before and after', [...talk, 'c1 transfers', dies, 'phone answers', 'c1 transfers']],
  [
    'it was recorded, which goes on',
    ['recorded automatically', ...talk, 'the recorder starts', dies, 'phone answers', 'the recorder starts'],
  ],
  [
    'a recording that he had stopped does not begin again',
    ['recorded automatically', ...talk, 'press Stop recording', dies, 'phone answers', 'phone connects'],
  ],
  // Runtime §4.
  [
    'the user is quicker than the database: his caller is answered as soon as the call is written down',
    ['facts are kept', 'facts are written later', 'c1 calls', 'phone answers', 'facts are written', 'c1 answers'],
  ],
  [
    'the database is slow for 500 ms: the caller is refused',
    ['facts are kept', 'facts are written later', 'c1 calls', 'phone answers', '500 ms pass', 'facts are written'],
  ],
  [
    'the user gives up a number before the database has it: its party never hears of it',
    [
      'facts are kept',
      'facts are written later',
      'olga dials c1',
      'phone answers',
      'phone hangs up',
      'facts are written',
    ],
  ],
  [
    'the database is away: nothing is dialled',
    ['facts are kept', 'the database goes away', 'olga dials c1', 'phone answers'],
  ],
];

test.each(crashes)('%s', async (_, lines) => {
  expect(await walk(lines)).toBeUndefined();
});
