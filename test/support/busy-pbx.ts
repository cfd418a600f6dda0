import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LineId } from '../../src/machines/model/ids.ts';
import { freePort } from '../peers/program.ts';
import { startSipp } from '../peers/sipp.ts';
import type { Stage } from './stage.ts';

/** A PBX at one port: takes the registration of a line of Olga's, and is busy to all calls of it. */
export interface BusyPbx {
  readonly line: LineId;
  /** host:port. */
  readonly address: string;
  /** The Request-URIs of the calls, when all of them have been made. */
  readonly dialled: () => Promise<string[]>;
}

export interface BusyPbxOptions {
  /** How many it waits for; without any it is gone once the line is registered. */
  readonly calls?: number;
  /** The line's domain, where it is not the PBX's address. */
  readonly domain?: string;
  /** Existing, for the log of what it is sent. */
  readonly directory: string;
}

const keys = { user: '100', pass: 'secret' };

export async function openBusyPbx(stage: Stage, { calls = 0, domain, directory }: BusyPbxOptions): Promise<BusyPbx> {
  const port = await freePort();
  const registrar = await startSipp({ scenario: 'uas_register_digest', port, keys, extra: ['-deadcall_wait', '0'] });
  const address = `127.0.0.1:${port}`;
  const line = await stage.addLine(domain === undefined ? { domain: address } : { domain, proxy: address });
  await registrar.done;
  const seen = join(directory, `${port}.log`);
  const extra = ['-trace_msg', '-message_file', seen];
  const party = calls === 0 ? undefined : await startSipp({ scenario: 'uas_busy', port, calls, extra });
  return {
    line,
    address,
    async dialled() {
      await party?.done;
      return [...readFileSync(seen, 'latin1').matchAll(/^INVITE (\S+) SIP\/2\.0/gm)].map(([, uri = '']) => uri);
    },
  };
}

/** Olga sends this, answers our ring, and hears out the busy tone; her conversation is empty again then. */
export async function callsBusy(stage: Stage, text: string): Promise<void> {
  stage.olga.sends(text, stage.chat);
  await untilBusy(stage);
}

/** The same when something else began the call. */
export async function untilBusy(stage: Stage): Promise<void> {
  const { olga, phone, chat } = stage;
  const call = await phone.rings();
  call.answer();
  await stage.quiet();
  await olga.waitsFor(({ text }) => text.startsWith('486 Busy Here'));
  for (const message of olga.conversation(chat)) olga.deletes(message);
}
