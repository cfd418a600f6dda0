import { readdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { vi } from 'vitest';
import { freePort, hasProgram, Program, untilListening } from '../../peers/program.ts';
import { readWav, sine, writeWav } from '../../support/tones.ts';

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
    writeWav(join(directory, 'tone.wav'), [sine(rateHz, says, 30_000, -10)], rateHz);
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
    return readWav(join(this.#program.directory, file)).channels[0] ?? new Int16Array(0);
  }

  stop(): Promise<void> {
    return this.#program.stop();
  }

  #type(keys: string): void {
    const socket = connect(this.#consolePort, '127.0.0.1', () => socket.end(keys));
    socket.on('error', () => {});
  }
}

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
