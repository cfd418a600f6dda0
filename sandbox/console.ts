import { createInterface } from 'node:readline';
import type { SandboxPage } from './page/page.ts';
import type { Pbx } from './pbx/pbx.ts';
import type { PhoneCall, UserPhone } from './phone/phone.ts';
import { loudestTone } from './phone/tones.ts';
import type { Person, PersonMessage } from './telegram/person.ts';

export interface ConsoleParts {
  readonly olga: Person;
  readonly phone: UserPhone;
  readonly pbx: Pbx;
  readonly page: SandboxPage;
  /** The chat account's id. */
  readonly chat: string;
  /** The settings bot's id. */
  readonly bot: string;
  /** Olga's account at the PBX. */
  readonly account: string;
  /** Another one there, of nobody's line yet. */
  readonly spare: { readonly user: string; readonly password: string };
}

const helpWith = ({
  pbx,
  page,
  spare,
}: ConsoleParts) => `Open this page; it is the messenger, the telephone and the PBX of this sandbox:

  ${page.url}

Or stay here. You are Olga. What you type is sent to the chat account; try

  600   an echo: you hear yourself        603   is busy
  601   a tone of 1004 Hz                 604   rings and rings
  602   reads your keys back: 1 2 3 #     605   an announcement before the answer
  606   hangs up and calls you back       610   a telephone that the page answers

  /answer /decline /hangup   your telephone    /press <button>   a button under a message
  /call     call the chat account yourself     /ring             somebody on the PBX calls you
  /bot      opens the settings bot             /bot <text>       writes to it
  /help     this                               /quit             the end

A line more: /bot, /press New, /press Login, /bot ${spare.user}, /press Password, /bot ${spare.password},
/press Domain, /bot 127.0.0.1:${pbx.port}, /press Apply

Your telephone answers by itself, unless the page is open; /answer off and /answer on change that. You say a tone of
700 Hz.
`;

/** Lets the person at the terminal play Olga: her messages, her buttons, her telephone. Ends with its input. */
export function startConsole(parts: ConsoleParts): void {
  const { olga, phone, chat, bot } = parts;
  const help = helpWith(parts);
  const print = (line: string) => console.log(line);
  const shown = new Map<number, string>();
  const show = (message: PersonMessage) => {
    const buttons = message.buttons.map((row) => row.map((label) => `[${label}]`).join(' ')).join('\n        ');
    const text = `${message.text.replaceAll('\n', '\n        ')}${buttons && `\n        ${buttons}`}`;
    if (message.out || !text || shown.get(message.id) === text) return;
    const from = message.peerId === chat ? 'chat ' : 'bot  ';
    print(`  ${from} ${shown.has(message.id) ? '(changed) ' : ''}${text}`);
    shown.set(message.id, text);
  };
  print(help);
  phone.says({ frequencyHz: 700 });
  phone.answers = 'at once';
  // Who looks at the page wants to answer there.
  let tabs = 0;
  parts.page.onTabs((count) => {
    if ((tabs === 0) !== (count === 0)) phone.answers = count === 0 ? 'at once' : 'by hand';
    tabs = count;
  });
  olga.watch((event) => {
    if ('message' in event && [chat, bot].includes(event.message.peerId)) show(event.message);
  });
  phone.onRing((call) => {
    print('  phone your telephone rings');
    follow(call);
  });

  const input = createInterface({ input: process.stdin });
  input.on('line', (line) => {
    act(line.trim()).catch((error: unknown) => print(`  ?     ${(error as Error).message}`));
  });
  // Without a terminal the service simply runs.
  input.on('close', () => process.stdin.isTTY && process.kill(process.pid, 'SIGTERM'));

  async function act(line: string): Promise<void> {
    const [command = '', ...words] = line.split(/\s+/);
    const own = commands[command];
    if (own) await own(words.join(' '));
    else if (command.startsWith('/') && command !== '/call')
      print(`  ?     there is no ${command}; /help shows what there is`);
    else if (line) olga.sends(line, chat);
  }

  /** The newest message of both conversations that has this button. @throws when there is none */
  const newestWith = (label: string) => {
    const messages = [chat, bot].flatMap((peer) => olga.conversation(peer)).toSorted((a, b) => b.id - a.id);
    for (const message of messages) {
      const button = message.buttons.flat().find((one) => isCalled(one, label));
      if (button !== undefined) return { message, button };
    }
    throw new Error(`there is no button ${label}`);
  };
  const current = (): PhoneCall => {
    const [call] = phone.currentCalls;
    if (!call) throw new Error('there is no call');
    return call;
  };
  const commands: Readonly<Record<string, (argument: string) => unknown>> = {
    '/help': () => print(help),
    '/quit': () => process.kill(process.pid, 'SIGTERM'),
    '/answer': (how) => {
      if (how === 'on' || how === 'off') phone.answers = how === 'on' ? 'at once' : 'by hand';
      else current().answer();
    },
    '/decline': () => current().decline(),
    '/hangup': () => current().hangUp(),
    '/call': async () => follow(await phone.calls(chat)),
    '/ring': () =>
      parts.pbx.callAccount(parts.account, { from: '+79261234567', displayName: 'Anna Petrova', says: 500 }),
    '/bot': (text) => void olga.sends(text || '/softphone', bot),
    '/press': async (label) => {
      const { message, button } = newestWith(label);
      const toast = await olga.presses(message, button);
      if (toast) print(`  toast ${toast}`);
    },
  };

  function follow(call: PhoneCall): void {
    call.connected.then(
      () => print('  phone connected'),
      () => {},
    );
    call.ended.then((how) => print(`  phone ended (${how})`)).catch(() => {});
    let [before, told] = ['', ''];
    const listen = setInterval(() => {
      const { samples, sampleRate } = call.recording(performance.now() - 200);
      const tone = loudestTone(samples, sampleRate);
      const heard = tone ? `a tone of about ${Math.round(tone.frequencyHz / 10) * 10} Hz` : 'silence';
      // Twice the same, so that the edges of a cadence are not taken for tones.
      if (heard === before && heard !== told && call.state === 'connected') {
        print(`  phone you hear ${heard}`);
        told = heard;
      }
      before = heard;
    }, 100);
    call.ended.finally(() => clearInterval(listen)).catch(() => {});
  }
}

/** `Login` is enough for `Login: 100`, and `Demo PBX` for `🟢 Demo PBX`. */
const isCalled = (button: string, label: string): boolean =>
  label !== '' &&
  (button === label || button.startsWith(`${label}: `) || /^[^\p{L}\p{N}]+ (.+)$/u.exec(button)?.[1] === label);
