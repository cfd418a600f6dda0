import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { vi } from 'vitest';
import { freePort, hasProgram, Program, untilListening } from '../../peers/program.ts';

export const hasBaresip = hasProgram('baresip', 'baresip');

const rateHz = 8000;

/** A phone nobody of ours has written, on loopback: registers, calls, answers, presses keys, says a tone, records what it hears. */
export class Baresip {
  readonly #program: Program;
  readonly #consolePort: number;

  private constructor(program: Program, consolePort: number) {
    this.#program = program;
    this.#consolePort = consolePort;
  }

  static async start(options: {
    readonly pbxPort: number;
    readonly user: string;
    readonly password: string;
    readonly transport?: 'udp' | 'tcp';
    readonly codec?: 'PCMA' | 'PCMU';
    readonly says?: number;
    readonly answers?: boolean;
  }): Promise<Baresip> {
    const { pbxPort, user, password, transport = 'udp', codec = 'PCMA', says = 440, answers = false } = options;
    const directory = await Program.directory();
    const consolePort = await freePort();
    const rtpPort = await freePort();
    writeFileSync(join(directory, 'tone.wav'), wavOf(says, 30));
    writeFileSync(join(directory, 'contacts'), '');
    const account = [
      `<sip:${user}@127.0.0.1:${pbxPort};transport=${transport}>`,
      `auth_pass=${password}`,
      'regint=60',
      `audio_codecs=${codec}`,
      `answermode=${answers ? 'auto' : 'manual'}`,
    ];
    writeFileSync(join(directory, 'accounts'), `${account.join(';')}\n`);
    const settings = [
      'sip_listen 127.0.0.1:0',
      'net_interface 127.0.0.1',
      `audio_source aufile,${join(directory, 'tone.wav')}`,
      // The bridge has no other end: it only keeps the decoder running, whose output sndfile writes down.
      'audio_player aubridge,nowhere',
      'audio_alert aubridge,elsewhere',
      'ausrc_srate 8000',
      'auplay_srate 8000',
      `rtp_ports ${rtpPort}-${rtpPort + 20}`,
      'module_path /usr/lib/baresip/modules',
      ...['g711', 'aufile', 'aubridge', 'sndfile', 'cons'].map((name) => `module ${name}.so`),
      'module_tmp account.so',
      'module_app menu.so',
      `cons_listen 127.0.0.1:${consolePort}`,
      `snd_path ${directory}`,
    ];
    writeFileSync(join(directory, 'config'), `${settings.join('\n')}\n`);
    // `-t` ends it even if nobody stops it.
    const program = Program.start('baresip', ['-f', directory, '-t', '60'], directory);
    await untilListening('tcp', consolePort, program);
    return new Baresip(program, consolePort);
  }

  /** Until the PBX has taken it in. */
  async registered(): Promise<void> {
    await vi.waitUntil(() => this.#program.output.includes('200 OK'), { timeout: 8000 });
  }

  get output(): string {
    return this.#program.output;
  }

  dial(uri: string): void {
    this.#type(`/dial ${uri}\n`);
  }

  /** In a call each key is a DTMF digit. */
  press(keys: string): void {
    this.#type(keys);
  }

  /** What it has heard, once the call is over and the file is complete. */
  heard(): Int16Array {
    const file = readdirSync(this.#program.directory).find((name) => name.endsWith('-dec.wav'));
    if (file === undefined) return new Int16Array(0);
    const wav = readFileSync(join(this.#program.directory, file));
    return new Int16Array(new Uint8Array(wav.subarray(44)).buffer);
  }

  stop(): Promise<void> {
    return this.#program.stop();
  }

  #type(keys: string): void {
    const socket = connect(this.#consolePort, '127.0.0.1', () => socket.end(keys));
    socket.on('error', () => {});
  }
}

const wavOf = (frequencyHz: number, seconds: number): Buffer => {
  const samples = Int16Array.from({ length: seconds * rateHz }, (_, n) =>
    Math.round(10_000 * Math.sin((2 * Math.PI * frequencyHz * n) / rateHz)),
  );
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + samples.byteLength, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(rateHz, 24);
  header.writeUInt32LE(rateHz * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(samples.byteLength, 40);
  return Buffer.concat([header, Buffer.from(samples.buffer)]);
};

/** The share of the sound that is this tone, 0 to 1. */
export const shareOf = (samples: Int16Array, frequencyHz: number): number => {
  let [re, im, energy] = [0, 0, 0];
  for (const [n, sample] of samples.entries()) {
    const angle = (2 * Math.PI * frequencyHz * n) / rateHz;
    re += sample * Math.cos(angle);
    im += sample * Math.sin(angle);
    energy += sample * sample;
  }
  return energy === 0 ? 0 : (2 * (re * re + im * im)) / (energy * samples.length);
};

/** Root mean square of it in dBFS, 0 being a full-scale sine. */
export const levelDb = (samples: Int16Array): number => {
  let energy = 0;
  for (const sample of samples) energy += sample * sample;
  return 10 * Math.log10((2 * energy) / samples.length / 32_767 ** 2);
};
