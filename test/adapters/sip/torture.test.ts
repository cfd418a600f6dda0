import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { server, WiredStack } from './wired-stack.ts';

/**
 * What each message of RFC 4475 must get from us. None is for a user of ours, so the valid ones get 404, or the answer to
 * their method. Undefined: silence (responses to nobody, ACK, and noise).
 */
const expected: Readonly<Record<string, number | undefined>> = {
  // 3.1.1: valid
  // It has a To tag, and no dialog of ours.
  wsinv: 481,
  intmeth: 501,
  esc01: 404,
  escnull: 405,
  esc02: 501,
  lwsdisp: 404,
  longreq: 404,
  dblreq: 405,
  semiuri: 404,
  transports: 404,
  mpart01: 405,
  unreason: undefined,
  noreason: undefined,
  // 3.1.2: invalid
  // Empty parameters: forgiven.
  badinv01: 404,
  clerr: 400,
  ncl: 400,
  scalar02: 400,
  scalarlg: undefined,
  quotbal: 400,
  ltgtruri: 400,
  lwsruri: 400,
  lwsstart: 400,
  trws: 400,
  escruri: 400,
  // A bad Date does no harm: ignored.
  baddate: 404,
  regbadct: 400,
  badaspec: 400,
  // A display name that ought to be quoted: what is meant is clear.
  baddn: 404,
  badvers: 505,
  mismatch01: 400,
  mismatch02: 400,
  bigcode: undefined,
  // 3.2: transactions
  badbranch: 404,
  // 3.3: application
  insuf: 400,
  unkscm: 416,
  novelsc: 416,
  unksm2: 405,
  bext01: 420,
  invut: 415,
  regaut01: 405,
  multi01: 400,
  mcl01: 400,
  bcast: undefined,
  zeromf: 404,
  cparam01: 405,
  cparam02: 405,
  regescrt: 405,
  // Accept names nothing we speak; the offer itself is plain.
  sdp01: 404,
  // 3.4: RFC 2543, which needed no Contact; we need one to call back.
  inv2543: 400,
  test: undefined,
};

const folder = join(import.meta.dirname, '..', '..', 'rfc4475');
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.dat'))
  .map((name) => name.replace('.dat', ''));

test('there is an expectation for each torture message', () => {
  expect(names.toSorted()).toEqual(Object.keys(expected).toSorted());
});

test.each(names)('torture message %s gets its answer and nothing breaks', async (name) => {
  const wired = new WiredStack();
  await wired.boundAccount();
  wired.receive(readFileSync(join(folder, `${name}.dat`)), server);
  await new Promise(setImmediate);
  expect(wired.counters.of('exceptions')).toBe(0);
  const answers = wired.sent.map(({ message }) => (message.kind === 'response' ? message.status : message.method));
  expect(answers).toEqual(expected[name] === undefined ? [] : [expected[name]]);
});
