import { expect, test } from 'vitest';
import { openLog } from '../src/log.ts';

function logged(
  write: (log: ReturnType<typeof openLog>) => void,
): Record<string, unknown> & { err?: { message: string } } {
  let line = '';
  write(openLog('trace', { write: (text) => void (line = text) }));
  return JSON.parse(line) as ReturnType<typeof logged>;
}

const token = '8012345678:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc';
const session = 'Q'.repeat(350);

test.each([
  ['a number', 'the party +49 (30) 123-456 is away'],
  ['a number without plus', "no such user '4930123456'"],
  ['an address', 'no route to sip:4930123456@pbx.example.org:5060;transport=tcp'],
  ['SDP', 'unreadable: v=0\r\no=- 1 1 IN IP4 192.0.2.7\r\nm=audio 4000 RTP/AVP 0'],
  ['a line of SDP', 'unreadable line a=crypto:1 AES_CM_128 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj'],
  ['a token', `404 at https://api.telegram.org/bot${token}/getMe`],
  ['a login', `AUTH_KEY ${session}`],
  ['a password in an address', 'cannot connect to postgres://siptg:open-sesame@db/siptg'],
  ['a statement', 'insert into "line" ("login", "name") values (\'601\', \'Office\') - duplicate key value'],
])('%s in what others say is told neither as a reason nor in an error', (_, said) => {
  for (const line of [
    logged((log) => log.warn({ reason: said }, 'x')),
    logged((log) => log.child({ callId: 'c1' }).error({ err: new TypeError(said) }, 'x')),
    logged((log) => log.error({ err: new Error('x', { cause: new AggregateError([new Error(said)]) }) }, 'x')),
    logged((log) => log.info({ detail: said, error: said }, 'x')),
  ]) {
    const text = JSON.stringify(line);
    expect(text).not.toMatch(/30.?123|4930123456|sip:|192\.0\.2\.7|AES_CM|d0Rmd|AAEhB|QQQQQ|open-sesame|601|Office/);
  }
});

test('what helps stays: kinds, codes, addresses of servers, the place, and the rest of the words', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' });
  const { err } = logged((log) => log.error({ err: new RangeError('no answer in 5000 ms', { cause: refused }) }, 'x'));
  expect(err).toMatchObject({
    type: 'RangeError',
    message: 'no answer in 5000 ms',
    stack: expect.stringMatching(/^ {4}at .*log\.test\.ts/),
    cause: { type: 'Error', code: 'ECONNREFUSED', message: 'connect ECONNREFUSED 127.0.0.1:5432' },
  });
  const id = '3f2504e0-4f89-41d3-9a0c-0305e82c3301';
  expect(logged((log) => log.warn({ reason: `no job for ${id}`, callId: id }, 'x'))).toMatchObject({
    reason: `no job for ${id}`,
    callId: id,
  });
});

test('what an error carries beside is not told: the message that was sent, the row that was refused', () => {
  const error = Object.assign(new Error('400: Bad Request'), {
    error_code: 400,
    payload: { chat_id: 1, text: 'Answered · +4930123456' },
    detail: 'Key (login)=(4930123456) already exists.',
  });
  const { err } = logged((log) => log.error({ err: error }, 'x'));
  expect(err).toMatchObject({ code: 400 });
  expect(JSON.stringify(err)).not.toContain('4930123456');
});

test('an error that is none, or holds itself, is told all the same', () => {
  expect(logged((log) => log.error({ err: 'no error' }, 'x')).err).toEqual({ type: 'string', message: 'no error' });
  const round = new Error('round');
  round.cause = round;
  expect(logged((log) => log.error({ err: round }, 'x')).err?.message).toBe('round');
});
