import { once } from 'node:events';
import { request } from 'node:http';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { startInspector } from '../../../src/adapters/inspector/server.ts';
import { eventually } from '../../support/eventually.ts';
import { callOf, type InspectedHouse, openInspectedHouse, ownToken, pat } from './inspected-house.ts';

let inspected: InspectedHouse;
let viewers: WebSocket[];
beforeEach(async () => {
  inspected = await openInspectedHouse();
  viewers = [];
});
afterEach(async () => {
  for (const viewer of viewers) viewer.terminate();
  await inspected.close();
});

interface Message {
  readonly type: string;
  readonly id?: number;
  readonly answer?: unknown;
  readonly [name: string]: unknown;
}

const portOf = () => Number(new URL(inspected.server.url).port);

/** A page that is let in, with everything it was told. */
async function view(headers: Record<string, string> = {}) {
  const socket = new WebSocket(`${inspected.server.url.replace('http', 'ws')}live`, { headers });
  viewers.push(socket);
  const told: Message[] = [];
  socket.on('message', (data: Buffer) => told.push(JSON.parse(data.toString()) as Message));
  await once(socket, 'open');
  await eventually(() => expect(told[0]?.type).toBe('hello'));
  return { socket, told, say: (message: object) => socket.send(JSON.stringify(message)) };
}

/** How an upgrade or a page is answered. */
const statusOf = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  new Promise<number>((done, fail) => {
    const asked = request({ host: '127.0.0.1', port: portOf(), path, headers, method }, (response) => {
      response.resume();
      done(response.statusCode ?? 0);
    });
    asked.on('upgrade', (_, socket) => {
      socket.destroy();
      done(101);
    });
    asked.on('error', fail).end();
  });

const upgrade = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': Buffer.alloc(16).toString('base64'),
};

test('it listens on loopback alone, and its address holds a token that is new at each start', async () => {
  const { inspector } = inspected;
  const failed = (error: unknown) => void inspected.faults.push(error);
  const servers = [
    await startInspector({ inspector, port: 0, failed }),
    await startInspector({ inspector, port: 0, failed }),
  ];
  const tokens = servers.map(({ url }) => /^http:\/\/127\.0\.0\.1:\d+\/([\w-]{32})\/$/.exec(url)?.[1]);
  for (const server of servers) await server.close();
  expect(tokens).not.toContain(undefined);
  expect(tokens[0]).not.toBe(tokens[1]);
});

test.each(['/', `/${ownToken}x/`, '/style.css', '/live', `/x/${ownToken}/live`])(
  'without the token there is nothing, as at %s',
  async (path) => {
    expect(await statusOf(path)).toBe(404);
    expect(await statusOf(path, upgrade)).toBe(404);
  },
);

test('a page of another origin, and a name that leads here from outside, are refused', async () => {
  const live = `/${ownToken}/live`;
  expect(await statusOf(live, { ...upgrade, origin: 'https://evil.example' })).toBe(403);
  expect(await statusOf(live, { ...upgrade, origin: `http://127.0.0.1:${portOf() + 1}` })).toBe(403);
  expect(await statusOf(live, { ...upgrade, origin: 'null' })).toBe(403);
  expect(await statusOf(live, { ...upgrade, host: `evil.example:${portOf()}` })).toBe(403);
  expect(await statusOf(`/${ownToken}/`, { host: 'evil.example' })).toBe(403);
  expect(await statusOf(live, { ...upgrade, origin: `http://127.0.0.1:${portOf()}` })).toBe(101);
});

test.each([
  ['/../../package.json', 'GET', 404],
  ['/%2e%2e/server.ts', 'GET', 404],
  ['/server.ts', 'GET', 404],
  ['/constructor', 'GET', 404],
  ['/', 'POST', 405],
  ['/', 'GET', 200],
])('of files there are those of the page: %s by %s is %i', async (path, method, status) => {
  expect(await statusOf(`/${ownToken}${path}`, {}, method)).toBe(status);
});

test('a page may load its own files only, and tells nobody its address', async () => {
  const { headers } = await fetch(inspected.server.url);
  expect(headers.get('content-security-policy')).toBe(
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; worker-src 'self'; " +
      "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  );
  expect(headers.get('referrer-policy')).toBe('no-referrer');
  expect(headers.get('cache-control')).toBe('no-store');
});

test.each([
  ['a frame that is too large', JSON.stringify({ type: 'watch', actor: 'x'.repeat(5_000) }), 1009],
  ['no JSON', 'hello', 1008],
  ['a question that there is not', JSON.stringify({ type: 'constructor', id: 1, of: '' }), 1008],
  ['a question without a number', JSON.stringify({ type: 'history', id: 'x', of: '' }), 1008],
])('%s ends the connection, and others stay', async (_, text, code) => {
  const other = await view();
  const { socket } = await view();
  socket.send(text);
  const [closed] = (await once(socket, 'close')) as [number];
  expect(closed).toBe(code);
  expect(other.socket.readyState).toBe(WebSocket.OPEN);
  expect(inspected.faults).toEqual([]);
});

test('one who asks without end is cut off', async () => {
  const { socket, say } = await view();
  for (let number = 0; number < 100; number++) say({ type: 'chart', id: number, of: 'call' });
  const [code] = (await once(socket, 'close')) as [number];
  expect(code).toBe(1008);
});

test('what does not exist is answered with nothing', async () => {
  const { told, say } = await view();
  const ask = async (id: number, type: string, of: string) => {
    say({ type, id, of });
    await eventually(() => expect(told.some((message) => message.id === id)).toBe(true));
    return told.find((message) => message.id === id) as Message;
  };
  expect((await ask(1, 'chart', '__proto__')).answer).toBeUndefined();
  expect((await ask(2, 'history', 'nobody')).answer).toBeUndefined();
  expect((await ask(3, 'call', "' or 1=1")).answer).toEqual([]);
  expect((await ask(4, 'test', '../..')).answer).toBe('');
  say({ type: 'watch', actor: 'nobody' });
  expect((await ask(5, 'calls', 'nobody')).answer).toEqual([]);
});

test('ten look at once, the next waits outside, and one that leaves makes room', async () => {
  const ten = await Promise.all(Array.from({ length: 10 }, () => view()));
  expect(await statusOf(`/${ownToken}/live`, upgrade)).toBe(503);
  ten[0]?.socket.close();
  await eventually(async () => expect(await statusOf(`/${ownToken}/live`, upgrade)).toBe(101));
});

test('an event of a call waits for none of ten who look at it: what they see is made later, once for all', async () => {
  const call = callOf(inspected);
  await call.offered();
  const { inspector } = inspected;
  const phone = inspector.actors().find(({ name }) => name === 'user/(1)');
  let made = 0;
  const view1 = inspector.view.bind(inspector);
  inspector.view = (...asked) => {
    made++;
    return view1(...asked);
  };
  const ten = await Promise.all(Array.from({ length: 10 }, () => view()));
  for (const { say } of ten) say({ type: 'watch', actor: phone?.id });
  const statesOf = ({ told }: (typeof ten)[number]) =>
    (told.findLast(({ type }) => type === 'view')?.view as View)?.actor.state;
  await eventually(() => expect(ten.map(statesOf)).toEqual(Array.from({ length: 10 }, () => 'withCall.ringing.begun')));
  made = 0;
  const seen = ten.map(({ told }) => told.length);
  inspected.house.nets.party(pat, { type: 'party.hungUp', cause: { kind: 'normal' } });
  expect(made).toBe(0);
  await eventually(() => expect(ten.map(statesOf)).toEqual(Array.from({ length: 10 }, () => 'idle')));
  const views = ten.flatMap(({ told }, index) => told.slice(seen[index]).filter(({ type }) => type === 'view'));
  expect(views.length).toBeGreaterThanOrEqual(10);
  expect(made).toBe(views.length / 10);
});

interface View {
  readonly actor: { readonly state: string };
}

test.each(['watch', 'stately'])(
  'what goes wrong in making what is seen (%s) is reported, and looking goes on',
  async (type) => {
    const { told, say } = await view();
    vi.spyOn(inspected.inspector, type === 'watch' ? 'view' : 'actors').mockImplementationOnce(() => {
      throw new Error('cannot be shown');
    });
    say({ type, actor: 'house/line/office' });
    await eventually(() => expect(inspected.faults).toMatchObject([{ message: 'cannot be shown' }]));
    say({ type: 'chart', id: 1, of: 'softphone' });
    await eventually(() => expect(told.some(({ id }) => id === 1)).toBe(true));
  },
);

test('one that does not read is cut off before it fills the memory', async () => {
  const { socket } = await view();
  socket.pause();
  const { inspector } = inspected;
  const [line] = inspector.actors();
  inspector.changes = () => ({
    changed: [{ ...(line as NonNullable<typeof line>), name: 'x'.repeat(1 << 20) }],
    gone: [],
  });
  await eventually(() => expect(inspected.server.viewers).toBe(0));
  expect(await view()).toBeDefined();
});

test('no number, name or key of anybody is sent', async () => {
  const call = callOf(inspected);
  await call.offered();
  await call.answered();
  await call.established();
  inspected.house.nets.party(pat, { type: 'key.heard', digit: '7' });
  const { told, say } = await view();
  const { inspector } = inspected;
  for (const { id } of inspector.actors()) say({ type: 'watch', actor: id });
  const phone = inspector.actors().find(({ name }) => name === 'user/(1)')?.id;
  say({ type: 'history', id: 1, of: phone });
  await eventually(() => expect(told.find(({ id }) => id === 1)).toBeDefined());
  say({ type: 'ladder', id: 2, of: pat });
  await eventually(() => expect(told.find(({ id }) => id === 2)).toBeDefined());
  say({ type: 'stately' });
  await eventually(() => expect(told.some(({ type }) => type === 'stately')).toBe(true));
  const text = JSON.stringify(told);
  expect(text).toContain('withCall.talking.begun');
  expect(text).not.toContain('4930123456');
  expect(text).not.toContain('Office');
});
