import { createHash, randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { NotRegistered, type Pbx, startPbx } from '../../../sandbox/pbx/pbx.ts';
import { ManualClock } from './manual-clock.ts';

let pbx: Pbx;
let clock: ManualClock;
let socket: Socket;
let received: string[];
let events: string[];

beforeEach(async () => {
  clock = new ManualClock();
  const accounts = [{ user: '100', password: 'secret' }];
  pbx = await startPbx({ host: '127.0.0.1', accounts, authenticateCalls: false, answerAfterMs: 0, clock });
  events = [];
  pbx.calls.on('ended', (call, how) => events.push(`ended ${call.number}: ${how}`));
  received = [];
  socket = createSocket('udp4');
  socket.on('message', (data) => received.push(data.toString()));
  await new Promise<void>((resolve) => {
    socket.bind(0, '127.0.0.1', resolve);
  });
});
afterEach(() => {
  socket.close();
  pbx.close();
});

const sdp = ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0', 'm=audio 9 RTP/AVP 8', ''].join(
  '\r\n',
);

const send = (text: string): void => socket.send(text, pbx.port, '127.0.0.1');

const request = (
  method: string,
  options: {
    to?: string;
    toTag?: string;
    branch?: string;
    sequence?: number;
    body?: string;
    extra?: readonly string[];
  } = {},
): string => {
  const { to = '601', toTag, branch = randomBytes(6).toString('hex'), sequence = 1, body = '', extra = [] } = options;
  const local = `127.0.0.1:${socket.address().port}`;
  return [
    `${method} sip:${to}@127.0.0.1 SIP/2.0`,
    `Via: SIP/2.0/UDP ${local};branch=z9hG4bK${branch};rport`,
    'From: <sip:100@127.0.0.1>;tag=mine',
    `To: <sip:${to}@127.0.0.1>${toTag === undefined ? '' : `;tag=${toTag}`}`,
    'Call-ID: rough',
    `CSeq: ${sequence} ${method === 'ACK' ? 'ACK' : method}`,
    `Contact: <sip:100@${local}>`,
    ...extra,
    ...(body === '' ? [] : ['Content-Type: application/sdp']),
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');
};

const statuses = (): readonly string[] => received.map((text) => text.slice(0, text.indexOf('\r\n')));
const count = (start: string): number => statuses().filter((line) => line.startsWith(start)).length;
const tagOf = (start: string): string =>
  /^To: .*;tag=(\w+)/m.exec(received.find((text) => text.startsWith(start))!)![1]!;

/** What was sent before has been dealt with once this is answered. */
const settled = async (): Promise<void> => {
  const before = count('SIP/2.0 200');
  send(request('OPTIONS'));
  await expect.poll(() => count('SIP/2.0 200')).toBeGreaterThan(before);
};

const ringOut = async (to: string): Promise<void> => {
  send(request('INVITE', { to, branch: 'call', body: sdp }));
  await expect.poll(() => statuses()).toContain('SIP/2.0 180 Ringing');
  clock.advance(0);
};

describe('an answer over UDP', () => {
  test('is repeated until it is acknowledged', async () => {
    await ringOut('601');
    await expect.poll(() => count('SIP/2.0 200')).toBe(1);
    clock.advance(500);
    await expect.poll(() => count('SIP/2.0 200')).toBe(2);
    clock.advance(1000);
    await expect.poll(() => count('SIP/2.0 200')).toBe(3);
    send(request('ACK', { toTag: tagOf('SIP/2.0 200') }));
    await settled();
    const before = count('SIP/2.0 200');
    clock.advance(20_000);
    await settled();
    expect(count('SIP/2.0 200')).toBe(before + 1);
    expect(events).toEqual([]);
  });

  test('that is never acknowledged ends the call with BYE after 32 s', async () => {
    await ringOut('601');
    clock.advance(31_999);
    expect(events).toEqual([]);
    clock.advance(1);
    expect(events).toEqual(['ended 601: not acknowledged']);
    await expect.poll(() => count('BYE ')).toBeGreaterThan(0);
  });

  test('of refusal is repeated too, and a repeated INVITE gets it again', async () => {
    const invite = request('INVITE', { to: '603', branch: 'busy', body: sdp });
    send(invite);
    await expect.poll(() => count('SIP/2.0 486')).toBe(1);
    clock.advance(500);
    await expect.poll(() => count('SIP/2.0 486')).toBe(2);
    send(invite);
    await expect.poll(() => count('SIP/2.0 486')).toBe(3);
    send(request('ACK', { to: '603', branch: 'busy', toTag: tagOf('SIP/2.0 486') }));
    await settled();
    clock.advance(20_000);
    await settled();
    expect(count('SIP/2.0 486')).toBe(3);
  });
});

test('a repeated INVITE is one call', async () => {
  const invite = request('INVITE', { to: '604', branch: 'twice', body: sdp });
  let calls = 0;
  pbx.calls.on('incoming', () => calls++);
  send(invite);
  send(invite);
  send(invite);
  await expect.poll(() => count('SIP/2.0 180')).toBeGreaterThan(0);
  await settled();
  expect(calls).toBe(1);
});

test('604 gives up by itself after three minutes', async () => {
  await ringOut('604');
  clock.advance(180_000);
  await expect.poll(() => count('SIP/2.0 480')).toBeGreaterThan(0);
  expect(events).toEqual(['ended 604: refused 480']);
});

describe('refused', () => {
  test.each([
    ['somebody without an account', request0('INVITE', '601').replace('<sip:100@', '<sip:999@'), 403],
    ['an offer of encrypted audio only', request0('INVITE', '601', sdp.replace('RTP/AVP', 'RTP/SAVP')), 488],
    ['an offer without G.711', request0('INVITE', '601', sdp.replace('AVP 8', 'AVP 9')), 488],
    ['an extension we lack', request0('INVITE', '601', sdp, ['Require: 100rel']), 420],
    ['a method we lack', request0('SUBSCRIBE', '601'), 405],
    ['BYE of an unknown call', request0('BYE', '601').replace('<sip:601@127.0.0.1>', '<sip:601@127.0.0.1>;tag=x'), 481],
    ['CANCEL of an unknown call', request0('CANCEL', '601'), 481],
    ['a CSeq of another method', request0('OPTIONS', '601').replace('1 OPTIONS', '1 INVITE'), 400],
    ['no Call-ID', request0('OPTIONS', '601').replace('Call-ID: rough\r\n', ''), 400],
    ['a registration with nothing in it', request0('REGISTER', '100'), 401],
    ['the number __proto__', request0('INVITE', '__proto__', sdp), 404],
  ])('%s', async (_, text, status) => {
    send(text);
    await expect.poll(() => statuses().map((line) => Number(line.split(' ')[1]))).toContain(status);
  });
});

test('a registration ends when its time is over', async () => {
  send(request('REGISTER', { to: '100' }));
  await expect.poll(() => count('SIP/2.0 401')).toBe(1);
  const nonce = /nonce="(\w+)"/.exec(received[0]!)![1]!;
  const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
  const response = md5(`${md5('100:demo-pbx:secret')}:${nonce}:${md5('REGISTER:sip:127.0.0.1')}`);
  const credentials = `username="100", realm="demo-pbx", nonce="${nonce}", uri="sip:127.0.0.1", response="${response}"`;
  send(request('REGISTER', { to: '100', sequence: 2, extra: [`Authorization: Digest ${credentials}`, 'Expires: 60'] }));
  await expect.poll(() => count('SIP/2.0 200')).toBe(1);
  expect(received.at(-1)).toMatch(/^Contact: <sip:100@127\.0\.0\.1:\d+>;expires=60\r$/m);
  clock.advance(59_999);
  expect(pbx.isRegistered('100')).toBe(true);
  clock.advance(1);
  expect(pbx.isRegistered('100')).toBe(false);
  await expect(pbx.callAccount('100', { from: '1', displayName: '' })).rejects.toThrow(NotRegistered);

  // After five minutes the nonce is too old: asked again, not refused.
  clock.advance(300_000);
  send(request('REGISTER', { to: '100', sequence: 3, extra: [`Authorization: Digest ${credentials}`] }));
  await expect.poll(() => count('SIP/2.0 401')).toBe(2);
  expect(received.at(-1)).toContain('stale=true');
});

test('junk of every kind leaves it working', async () => {
  const good = request('INVITE', { body: sdp });
  for (let round = 0; round < 300; round++) send(randomBytes(round * 3).toString('latin1'));
  for (let cut = 0; cut < good.length; cut += 7) send(good.slice(0, cut));
  send(good.replaceAll('\r\n', '\n'));
  send(good.replace(/Content-Length: \d+/, 'Content-Length: 99999'));
  send(good.replace(/Content-Length: \d+/, 'Content-Length: -1'));
  send(request('OPTIONS', { extra: Array.from({ length: 500 }, (_, n) => `X-${n}: y`) }));
  send('SIP/2.0 200 OK\r\n\r\n');
  send(request('ACK', { toTag: 'nobody' }));
  const stream = connect(pbx.port, '127.0.0.1');
  stream.on('error', () => {});
  stream.write(randomBytes(100_000));
  stream.write('GET / HTTP/1.1\r\n\r\n');
  await once(stream, 'close');
  await settled();
});

test('on a stream, messages may come in pieces or together', async () => {
  const stream = connect(pbx.port, '127.0.0.1');
  let answers = '';
  stream.setEncoding('utf8').on('data', (text: string) => {
    answers += text;
  });
  const [one, two, three] = [1, 2, 3].map((sequence) => request('OPTIONS', { sequence }).replace('UDP', 'TCP'));
  stream.write(`\r\n\r\n${one}${two!.slice(0, 50)}`);
  await expect.poll(() => answers).toContain('1 OPTIONS');
  stream.write(`${two!.slice(50)}${three}`);
  await expect.poll(() => answers).toContain('3 OPTIONS');
  expect(answers.match(/^SIP\/2\.0 200/gm)).toHaveLength(3);
  stream.destroy();
});

/** For tables, which are made before there is a socket: the answer then goes where it came from. */
function request0(method: string, to: string, body = '', extra: readonly string[] = []): string {
  return [
    `${method} sip:${to}@127.0.0.1 SIP/2.0`,
    `Via: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK${randomBytes(6).toString('hex')};rport`,
    'From: <sip:100@127.0.0.1>;tag=mine',
    `To: <sip:${to}@127.0.0.1>`,
    'Call-ID: rough',
    `CSeq: 1 ${method}`,
    'Contact: <sip:100@127.0.0.1>',
    ...extra,
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');
}
