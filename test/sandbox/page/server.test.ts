import { once } from 'node:events';
import { request } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type SandboxPage, startPage } from '../../../sandbox/page/page.ts';
import { type Pbx, startPbx } from '../../../sandbox/pbx/pbx.ts';
import { startTelegram, type TelegramSandbox } from '../../../sandbox/telegram/telegram.ts';
import { eventually } from '../../support/eventually.ts';

const account = { user: '100', password: 'sandbox' };

describe('the server of the sandbox page', () => {
  let telegram: TelegramSandbox;
  let pbx: Pbx;
  let page: SandboxPage;
  let olga: string;
  let chat: string;
  const start = (port?: number) =>
    startPage({
      telegram,
      pbx,
      people: { me: olga, chat, bot: chat },
      account: '100',
      spare: account,
      ...(port === undefined ? {} : { port }),
    });
  beforeAll(async () => {
    telegram = await startTelegram();
    pbx = await startPbx({ host: '127.0.0.1', accounts: [account] });
    olga = telegram.addUser({ firstName: 'Olga' }).id;
    chat = telegram.addUser({ firstName: 'Telephone' }).id;
    page = await start();
  });
  afterAll(async () => {
    await page?.close();
    pbx?.close();
    await telegram?.close();
  });

  /** A page's socket; what it was told, and how it ended. */
  const connect = (options: { origin?: string; url?: string; host?: string } = {}) => {
    const url = new URL('socket', options.url ?? page.url);
    url.protocol = 'ws:';
    const { origin = new URL(page.url).origin, host } = options;
    const socket = new WebSocket(url, { origin, ...(host === undefined ? {} : { headers: { host } }) });
    const told: Record<string, unknown>[] = [];
    socket.on('message', (data) => told.push(JSON.parse((data as Buffer).toString()) as Record<string, unknown>));
    socket.on('error', () => {});
    const ended = new Promise<number>((closed) => socket.on('close', closed));
    return { socket, told, ended };
  };
  const sit = async (session?: string) => {
    const tab = connect();
    await once(tab.socket, 'open');
    tab.socket.send(JSON.stringify({ type: 'hello', session }));
    await eventually(() => expect(tab.told.at(0)).toMatchObject({ type: 'state' }));
    let n = 0;
    const ask = async (type: string, fields: object = {}) => {
      const number = ++n;
      tab.socket.send(JSON.stringify({ ...fields, type, n: number }));
      return eventually(() => {
        const done = tab.told.find((each) => each['type'] === 'done' && each['n'] === number);
        expect(done).toBeDefined();
        return done!;
      });
    };
    return { ...tab, ask, session: String(tab.told[0]?.['session']) };
  };
  const get = async (path: string, host?: string): Promise<{ status: number; type: string; policy: string }> => {
    const headers = host === undefined ? {} : { host };
    const asked = request(new URL(path, page.url), { agent: false, headers }).end();
    const [response] = (await once(asked, 'response')) as [import('node:http').IncomingMessage];
    response.resume();
    const header = (name: string) => String(response.headers[name]);
    return {
      status: response.statusCode ?? 0,
      type: header('content-type'),
      policy: header('content-security-policy'),
    };
  };

  test('it is on loopback, and its pages may load nothing but their own files', async () => {
    expect(new URL(page.url).hostname).toBe('127.0.0.1');
    const { status, type, policy } = await get(page.url);
    expect([status, type]).toEqual([200, 'text/html; charset=utf-8']);
    expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/);
    expect(await get('app.js')).toMatchObject({ status: 200, type: 'text/javascript; charset=utf-8' });
    expect(await get('engine/dh.js')).toMatchObject({ status: 200 });
  });

  test.each([
    ['no token', '/'],
    ['a wrong token', `/${'x'.repeat(24)}/`],
    ['a wrong token before a file', `/${'x'.repeat(24)}/app.js`],
    ['a token without its end', '/x'],
  ])('%s is refused', async (_, path) => {
    expect((await get(path)).status).toBe(403);
    const { ended, told } = connect({ url: new URL(path.endsWith('/') ? path : `${path}/`, page.url).href });
    expect(await ended).toBe(1006);
    expect(told).toEqual([]);
  });

  test('a path out of its folder leads nowhere', async () => {
    expect((await get(`${page.url}%2e%2e/page.ts`)).status).toBe(403);
    expect((await get(`${page.url}..%2fpage.ts`)).status).toBe(404);
    expect((await get('file/1')).status).toBe(404);
  });

  test('a name for 127.0.0.1 that somebody’s DNS gives is refused', async () => {
    expect((await get(page.url, 'evil.example:8070')).status).toBe(403);
    expect(await connect({ host: 'evil.example:8070' }).ended).toBe(1006);
  });

  test.each(['http://evil.example', 'null', 'http://127.0.0.1:1', ''])(
    'another origin (%j) opens no socket',
    async (origin) => {
      expect(await connect({ origin }).ended).toBe(1006);
    },
  );

  describe('with a page open', () => {
    let tab: Awaited<ReturnType<typeof sit>>;
    beforeEach(async () => {
      tab = await sit();
      return () => tab.socket.terminate();
    });

    test('an oversized frame closes its connection, and nobody else’s', async () => {
      const other = await sit();
      tab.socket.send(JSON.stringify({ type: 'send', to: chat, text: 'x'.repeat(70_000) }));
      expect(await tab.ended).toBe(1009);
      expect(await other.ask('read', { peer: chat })).toMatchObject({ result: null });
      other.socket.terminate();
    });

    test('binary frames are refused', async () => {
      tab.socket.send(Buffer.from([1, 2, 3]));
      expect(await tab.ended).toBe(1003);
    });

    test.each([
      ['not JSON', 'hello', /not JSON/],
      ['no object', '[]', /not an object/],
      ['no type', '{"n":7}', /type: a text/],
      ['an unknown type', '{"type":"toString","n":7}', /nothing is called toString/],
      ['a field of another kind', '{"type":"send","to":{},"text":"x","n":7}', /to: a text/],
      [
        'a text too long',
        JSON.stringify({ type: 'send', to: '1', text: 'x'.repeat(4_097), n: 7 }),
        /text: a text of at/,
      ],
      ['bytes that are none', '{"type":"call.signal","id":"1","data":"zz","n":7}', /data: hex digits/],
      ['a number out of range', '{"type":"fault.loss","percent":101,"n":7}', /percent: a whole number from 0 to 100/],
      ['a call of nobody’s', '{"type":"call.accept","id":"12","gB":"00","n":7}', /CALL_PEER_INVALID/],
      ['a port that is no call’s', '{"type":"call.reach","id":"12","port":5060,"n":7}', /no such call/],
    ])('%s is answered with what is wrong, and the page stays', async (_, said, words) => {
      tab.socket.send(said);
      await eventually(() => expect(String(tab.told.at(-1)?.['error'])).toMatch(words));
      expect(await tab.ask('read', { peer: chat })).toMatchObject({ result: null });
    });

    /** The chat account calls Olga. Returns what ends that. */
    const call = () => {
      const device = telegram.world.device(chat);
      const libraryVersions = ['13.0.0'];
      const protocol = { udpP2p: true, udpReflector: true, minLayer: 65, maxLayer: 92, libraryVersions };
      const { id } = device.requestCall(olga, Buffer.alloc(32), protocol);
      return () => device.discardCall(id, 'missed', 0);
    };
    const requested = { type: 'call', call: { state: 'requested', gAHash: '00'.repeat(32) } };

    test('a page that comes back is the device it was, and is told what it missed', async () => {
      tab.socket.terminate();
      await tab.ended;
      const end = call();
      const again = await sit(tab.session);
      expect(again.session).toBe(tab.session);
      await eventually(() => expect(again.told.slice(1)).toMatchObject([requested]));
      end();
      again.socket.terminate();
    });

    test('a tab that is opened while it rings, rings', async () => {
      const end = call();
      const late = await sit();
      await eventually(() => expect(late.told.slice(1)).toMatchObject([requested]));
      end();
      await eventually(() => expect(late.told.at(-1)).toMatchObject({ call: { state: 'discarded' } }));
      late.socket.terminate();
    });

    test('a copied tab is a device of its own', async () => {
      const copy = await sit(tab.session);
      expect(copy.session).not.toBe(tab.session);
      copy.socket.terminate();
    });

    test('what a person sends and gets is told to every tab', async () => {
      const other = await sit();
      expect(await tab.ask('send', { to: chat, text: '<b>601</b>' })).toMatchObject({ result: null });
      const message = { text: '<b>601</b>', out: true, peerId: chat };
      for (const { told } of [tab, other]) {
        await eventually(() =>
          expect(told).toContainEqual(
            expect.objectContaining({ type: 'message', message: expect.objectContaining(message) as unknown }),
          ),
        );
      }
      other.socket.terminate();
    });
  });

  test('a page that says nothing, or something else first, is let go', async () => {
    const rude = connect();
    await once(rude.socket, 'open');
    rude.socket.send(JSON.stringify({ type: 'send', to: chat, text: 'hello' }));
    expect(await rude.ended).toBe(1008);
  });

  test('a page left open over a restart is refused at the same port, before anything is told', async () => {
    const port = Number(new URL(page.url).port);
    const { url } = page;
    await page.close();
    page = await start(port);
    expect(new URL(page.url).port).toBe(String(port));
    expect(page.url).not.toBe(url);
    expect((await get(url)).status).toBe(403);
    expect(await connect({ url }).ended).toBe(1006);
  });

  test('a port that somebody has is left to him', async () => {
    const other = await start(Number(new URL(page.url).port));
    expect(new URL(other.url).port).not.toBe(new URL(page.url).port);
    await other.close();
  });
});
