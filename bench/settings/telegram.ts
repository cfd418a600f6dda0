/** The other side of `bench/settings.ts`, in a thread of its own: the sandbox's Telegram, and people who press. */
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parentPort } from 'node:worker_threads';
import type { Person } from '../../sandbox/telegram/person.ts';
import { startTelegram } from '../../sandbox/telegram/telegram.ts';
import { Stopwatches } from './stopwatches.ts';

/** What the bench asks for; each is answered once, in order. */
export type Order =
  | { readonly do: 'people'; readonly count: number }
  /** Everybody opens his list of lines. */
  | { readonly do: 'open' }
  /** `perSecond` presses for so long, by all people in turn. */
  | { readonly do: 'press'; readonly perSecond: number; readonly seconds: number }
  /** One press of one person, on the first button that begins so; answered when its screen is there. */
  | { readonly do: 'one'; readonly person: number; readonly label: string };

/** Milliseconds from the update being read, at the Bot API's side of the connection. */
export interface Pressed {
  readonly presses: number;
  readonly answered: number;
  readonly answerMs: readonly number[];
  readonly screenMs: readonly number[];
  /** Screens that were still to come when nothing had come for a while. */
  readonly screensLeft: number;
}

export interface Opened {
  readonly session: string;
  readonly socksPort: number;
  readonly botToken: string;
  readonly botApiRoot: string;
}

const bot = '@siptg_bot';
/** What has not come in so long does not come. */
const patienceMs = 15_000;

const telegram = await startTelegram();
const chat = telegram.addUser({ firstName: 'Telephone', username: 'siptg' }).id;
const { token } = telegram.addBot({ firstName: 'Settings', username: 'siptg_bot', inline: true });
const watches = new Stopwatches();
const people: Person[] = [];

/** Passes requests on and looks at the clock. */
const front = createServer((request, response) => {
  void (async () => {
    const body = await bodyOf(request);
    const method = request.url?.split('/').at(-1) ?? '';
    watches.asked(method, body);
    const onward = httpRequest(`${telegram.botApiRoot}${request.url}`, {
      method: request.method ?? 'POST',
      headers: { ...request.headers, host: '127.0.0.1' },
    });
    response.once('close', () => onward.destroy());
    onward.once('error', () => response.destroy());
    onward.once('response', (answer) => {
      void bodyOf(answer).then((bytes) => {
        if (method === 'getUpdates') watches.told(bytes);
        response.writeHead(answer.statusCode ?? 502, { 'content-type': 'application/json' }).end(bytes);
      });
    });
    onward.end(body);
  })().catch(() => response.destroy());
});
front.listen(0, '127.0.0.1', () => {
  const opened: Opened = {
    session: telegram.sessionString(chat),
    socksPort: telegram.socksPort,
    botToken: token,
    botApiRoot: `http://127.0.0.1:${(front.address() as AddressInfo).port}`,
  };
  parentPort?.postMessage(opened);
});

parentPort?.on('message', (order: Order) => {
  void obey(order).then((result) => parentPort?.postMessage(result));
});

async function obey(order: Order): Promise<unknown> {
  switch (order.do) {
    case 'people':
      for (let number = people.length; number < order.count; number++) {
        people.push(telegram.person(telegram.addUser({ firstName: `Person ${number}` }).id));
      }
      return people.map(({ id }) => id);
    case 'open':
      for (const person of people) person.sends('/softphone', bot);
      await Promise.all(people.map((person) => person.waitsUntil(() => screenOf(person) !== undefined, 120_000)));
      return undefined;
    case 'press':
      return press(order.perSecond, order.seconds);
    case 'one':
      return pressOnce(people[order.person] as Person, order.label);
  }
}

async function press(perSecond: number, seconds: number): Promise<Pressed> {
  watches.reset();
  let answered = 0;
  const presses = perSecond * seconds;
  const began = performance.now();
  const all: Promise<void>[] = [];
  for (let number = 0; number < presses; number++) {
    const waitMs = began + (number * 1_000) / perSecond - performance.now();
    if (waitMs > 0) await new Promise((done) => setTimeout(done, waitMs));
    const person = people[number % people.length] as Person;
    const screen = screenOf(person);
    if (!screen) continue;
    const label = nextLabel(screen.buttons.flat(), Math.floor(number / people.length));
    all.push(
      person.presses(screen, label).then(
        () => void (answered += 1),
        () => {},
      ),
    );
  }
  await Promise.all(all);
  await watches.quiet(patienceMs);
  const { answerMs, screenMs, screensLeft } = watches;
  return { presses, answered, answerMs, screenMs, screensLeft };
}

/** From the list to a line, its protocol, the workers, and back. */
function nextLabel(labels: readonly string[], round: number): string {
  const label = (form: RegExp) => labels.find((one) => form.test(one));
  const transport = label(/^(UDP|TCP|TLS)$/);
  if (transport !== undefined) return [transport, 'Worker', 'Back'][round % 3] as string;
  return label(/^[⚪🟢🟡🔴]/u) ?? label(/^Back$/) ?? (labels[0] as string);
}

async function pressOnce(person: Person, label: string): Promise<void> {
  watches.reset();
  const screen = screenOf(person);
  const found = screen?.buttons.flat().find((one) => one.startsWith(label));
  if (!screen || found === undefined) throw new Error(`no button ${label}`);
  await person.presses(screen, found);
  await watches.quiet(patienceMs);
}

const screenOf = (person: Person) =>
  person.conversation(bot).findLast(({ out, buttons }) => !out && buttons.length > 0);

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
