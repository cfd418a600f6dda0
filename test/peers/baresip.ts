import { readdirSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { freePort, hasProgram, Program, untilListening } from './program.ts';

export const hasBaresip = hasProgram('baresip', 'baresip-core');

export interface BaresipOptions {
  readonly user: string;
  readonly displayName?: string;
  /** Host or host:port of its address-of-record. */
  readonly domain: string;
  readonly password?: string;
  readonly transport?: 'udp' | 'tcp' | 'tls';
  /** host:port of the proxy; where unset it calls addresses directly. */
  readonly proxy?: string;
  readonly register?: boolean;
  /** In its own words, in order of preference. */
  readonly codecs?: readonly ('opus/48000/2' | 'PCMA/8000/1' | 'PCMU/8000/1' | 'G722/16000/1' | 'GSM/8000/1')[];
  /** What it sings. */
  readonly toneHz?: number;
}

/** One event of the program, as ctrl_tcp sends them; `type` is e.g. CALL_INCOMING, CALL_ESTABLISHED, CALL_CLOSED. */
export interface BaresipEvent {
  readonly type: string;
  readonly class?: string;
  readonly param?: string;
  readonly [name: string]: unknown;
}

/** A software telephone on 127.0.0.1 that sings a tone and records what it hears. */
export interface Baresip {
  /** Where it listens for SIP; TLS is one above. */
  readonly port: number;
  readonly events: readonly BaresipEvent[];
  /** The last of its output. */
  readonly log: string;
  /** A command of its command line, e.g. `dial sip:…`, `accept`, `hangup`. */
  command(name: string, parameters?: string): Promise<void>;
  dial(uri: string): Promise<void>;
  answer(): Promise<void>;
  hangUp(): Promise<void>;
  /** Resolves with the next event of the type, also one that came already and was not waited for. @throws after 10 s */
  until(type: string): Promise<BaresipEvent>;
  /** What it heard: WAV files, 16 bit, complete when the call has ended. */
  heardFiles(): readonly string[];
  stop(): Promise<void>;
}

export const startBaresip = async (options: BaresipOptions): Promise<Baresip> => {
  const directory = await Program.directory();
  const [port, controlPort, rtpPort] = [await freePort(), await freePort(), await freePort()];
  writeFileSync(join(directory, 'config'), config(options, { directory, port, controlPort, rtpPort }));
  writeFileSync(
    join(directory, 'accounts'),
    '# made by command: a registration at the start would be over before anybody listens\n',
  );
  writeFileSync(join(directory, 'contacts'), '');
  const program = Program.start('baresip', ['-f', directory, '-v'], directory);
  await untilListening('tcp', controlPort, program);
  const control = await Control.connect(controlPort);
  await control.command('uanew', account(options));
  return {
    port,
    events: control.events,
    get log() {
      return program.output;
    },
    command: (name, parameters) => control.command(name, parameters),
    dial: (uri) => control.command('dial', uri),
    answer: () => control.command('accept'),
    hangUp: () => control.command('hangup'),
    until: (type) => control.until(type),
    heardFiles: () =>
      readdirSync(directory)
        .filter((name) => /^dump-.*-dec\.wav$/.test(name))
        .map((name) => join(directory, name)),
    stop: async () => {
      control.close();
      await program.stop();
    },
  };
};

const account = ({
  user,
  displayName,
  domain,
  password = '',
  transport = 'udp',
  proxy,
  register = true,
  codecs,
}: BaresipOptions): string => {
  const parameters = [
    `auth_user=${user}`,
    ...(password === '' ? [] : [`auth_pass=${password}`]),
    ...(proxy === undefined ? [] : [`outbound="sip:${proxy};transport=${transport}"`]),
    `regint=${register ? 60 : 0}`,
    'answermode=manual',
    ...(codecs === undefined ? [] : [`audio_codecs=${codecs.join(',')}`]),
  ];
  const name = displayName === undefined ? '' : `"${displayName}" `;
  return `${name}<sip:${user}@${domain};transport=${transport}>;${parameters.join(';')}`;
};

const config = (
  { toneHz = 440 }: BaresipOptions,
  at: { readonly directory: string; readonly port: number; readonly controlPort: number; readonly rtpPort: number },
): string => `
poll_method epoll
sip_listen 127.0.0.1:${at.port}
sip_verify_server no
call_local_timeout 60
call_max_calls 4
audio_path /usr/share/baresip
audio_player aubridge,nobody
audio_source ausine,${toneHz}
audio_alert aubridge,nobody
ausrc_srate 48000
auplay_srate 48000
ausrc_channels 2
auplay_channels 1
ausrc_format s16
auplay_format s16
rtp_tos 184
rtp_ports ${at.rtpPort}-${at.rtpPort + 20}
rtcp_mux no
# its own takes everything for late when audio comes before the ACK (1.0.0)
jitter_buffer_delay 0-0
net_interface 127.0.0.1
module_path /usr/lib/baresip/modules
module g711.so
module g722.so
module gsm.so
module opus.so
module sndfile.so
module ausine.so
module aubridge.so
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:${at.controlPort}
snd_path ${at.directory}
opus_bitrate 32000
`;

/** JSON in netstrings (ctrl_tcp module). */
class Control {
  readonly events: BaresipEvent[] = [];
  readonly #socket: net.Socket;
  readonly #unheard: BaresipEvent[] = [];
  readonly #waiting = new Set<() => void>();
  readonly #answers = new Map<string, (answer: { readonly ok: boolean; readonly data: string }) => void>();
  #rest = Buffer.alloc(0);

  private constructor(socket: net.Socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => this.#read(chunk));
    socket.on('error', () => {});
  }

  static connect(port: number): Promise<Control> {
    return new Promise((resolve, reject) => {
      const socket = net.connect(port, '127.0.0.1', () => resolve(new Control(socket)));
      socket.once('error', reject);
    });
  }

  command(name: string, parameters = ''): Promise<void> {
    const token = crypto.randomUUID();
    const text = JSON.stringify({ command: name, params: parameters, token });
    this.#socket.write(`${Buffer.byteLength(text)}:${text},`);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no answer to ${name}`)), 5_000);
      this.#answers.set(token, ({ ok, data }) => {
        clearTimeout(timer);
        if (ok) resolve();
        else reject(new Error(`${name}: ${data}`));
      });
    });
  }

  async until(type: string): Promise<BaresipEvent> {
    for (const deadline = Date.now() + 10_000; ; ) {
      const at = this.#unheard.findIndex((event) => event.type === type);
      const [found] = at < 0 ? [] : this.#unheard.splice(at, 1);
      if (found !== undefined) return found;
      if (Date.now() > deadline)
        throw new Error(`no ${type}, only ${this.events.map((event) => event.type).join(' ')}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(() => wake(), 200);
        const wake = () => {
          clearTimeout(timer);
          this.#waiting.delete(wake);
          resolve();
        };
        this.#waiting.add(wake);
      });
    }
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    for (;;) {
      const colon = this.#rest.indexOf(':');
      const length = Number(this.#rest.subarray(0, Math.max(colon, 0)).toString());
      if (colon < 0 || this.#rest.length < colon + length + 2) return;
      this.#take(JSON.parse(this.#rest.subarray(colon + 1, colon + 1 + length).toString()));
      this.#rest = this.#rest.subarray(colon + length + 2);
    }
  }

  #take(message: Record<string, unknown>): void {
    if (message['response'] === true) {
      const token = String(message['token']);
      this.#answers.get(token)?.({ ok: message['ok'] === true, data: String(message['data']) });
      this.#answers.delete(token);
      return;
    }
    const event = message as BaresipEvent;
    this.events.push(event);
    this.#unheard.push(event);
    for (const wake of [...this.#waiting]) wake();
  }
}
