/**
 * A scripted day in the sandbox: `npm run demo`. Prints a timeline and the tones heard on each side, leaves what each side
 * heard as WAV files in demo-output/, and exits with 0 only if all of it held.
 */

import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import type { PbxCall } from '../sandbox/pbx/pbx.ts';
import type { PhoneCall } from '../sandbox/phone/phone.ts';
import { loudestTone } from '../sandbox/phone/tones.ts';
import { saveWav } from '../sandbox/phone/wav.ts';
import { dialRules } from '../src/adapters/dial-rules/dial-rules.ts';
import { readTemplates, shippedTemplates } from '../src/adapters/templates/catalogue.ts';
import { readConfig } from '../src/config.ts';
import { hostOptionsOf } from '../src/host-options.ts';
import { openSandbox, type SandboxProfile } from '../src/sandbox-profile.ts';
import { type Service, startService } from '../src/service.ts';

const output = 'demo-output';
const olgaSaysHz = 700;
const milliwattHz = 1004;
const annaSaysHz = 500;
const started = performance.now();
let failed = 0;

const say = (what: string): void =>
  console.log(`${((performance.now() - started) / 1_000).toFixed(2).padStart(7)} s  ${what}`);
const check = (what: string, holds: boolean): void => {
  say(`${holds ? 'ok    ' : 'FAILED'} ${what}`);
  if (!holds) failed++;
};

/** Whatever hangs ends the demo, and says so. */
const overdue = setTimeout(() => {
  console.error('The demo did not come to its end within 120 s.');
  process.exit(1);
}, 120_000);

// Leaving by `exit`, the database is ended, too.
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));
process.once('SIGHUP', () => process.exit(129));

/** What runs, closed in reverse. */
const running = new AsyncDisposableStack();
try {
  await play();
} catch (error) {
  check((error as Error).message, false);
}
await running.disposeAsync();
clearTimeout(overdue);
console.log(failed === 0 ? `\nAll held. What each side heard: ${output}/*.wav` : `\n${failed} did not hold.`);
process.exit(failed === 0 ? 0 : 1);

async function play(): Promise<void> {
  const config = readConfig({ ...process.env, DATA_DIR: join(output, 'data') });
  await mkdir(output, { recursive: true });
  say('starting PostgreSQL, the Telegram sandbox and the demo PBX');
  const sandbox = await openSandbox(config);
  running.defer(() => sandbox.close());
  const service = await startService({
    host: hostOptionsOf(readConfig({ HOST_ID: 'local', SHARDS: '2' })),
    storage: sandbox.storage,
    telegram: sandbox.telegram,
    settings: {
      allowPrivateRegistrars: true,
      templates: readTemplates([shippedTemplates], dialRules),
      worker: { name: 'This host', place: '' },
    },
    log: pino({ level: 'error' }),
    sip: { bind: { host: '127.0.0.1', udpPort: 0, tcpPort: 0 }, advertisedHost: '127.0.0.1' },
    media: { rtpHost: '127.0.0.1', rtpPorts: { from: 26_000, to: 26_999 }, ice: { addresses: ['127.0.0.1'] } },
  });
  running.defer(() => end(service));
  await sandbox.connect(service);
  check('Olga’s line is registered at the demo PBX', sandbox.pbx.isRegistered('100'));
  sandbox.phone.says({ frequencyHz: olgaSaysHz });
  await outgoing(sandbox);
  await incoming(sandbox);
}

async function outgoing({ olga, phone, pbx, chat }: SandboxProfile): Promise<void> {
  say('Olga sends 601 to the chat account');
  olga.sends('601', chat);
  const call = await phone.rings();
  say('her telephone rings; she answers');
  const answered = once(pbx.calls, 'answered');
  call.answer();
  await call.connected;
  const [party] = (await answered) as [PbxCall];
  const heard = await call.heard(milliwattHz, { forMs: 1_500 });
  check(`Olga hears the milliwatt: ${heard.frequencyHz.toFixed(0)} Hz at ${heard.levelDbfs.toFixed(0)} dBFS`, true);
  await heardByPbx('the PBX hears Olga', () => pbx.heard(party), olgaSaysHz);
  const panel = await olga.waitsFor(({ buttons }) => buttons.flat().includes('5'));
  say('she presses 5 on the keypad');
  const digit = once(pbx.calls, 'digit');
  await olga.presses(panel, '5');
  check('the PBX receives the key 5', (await digit)[1] === '5');
  await keep('outgoing', call, pbx.heard(party));
  say('she hangs up');
  call.hangUp();
  const outcome = await olga.waitsFor(({ text }) => text.startsWith('Answered'));
  check(
    `her chat says “${outcome.text}” with ${outcome.buttons.flat().join(', ')}`,
    outcome.buttons.flat().includes('Redial'),
  );
}

async function incoming({ olga, phone, pbx, chat }: SandboxProfile): Promise<void> {
  say('Anna calls Olga’s number at the PBX');
  const party = await pbx.callAccount('100', { from: '+79261234567', displayName: 'Anna Petrova', says: annaSaysHz });
  const call = await phone.rings();
  const message = await olga.waitsFor(({ text }) => text.startsWith('📞'));
  check(
    `her telephone rings, her chat says “${message.text.replace('\n', ' / ')}”`,
    message.text === '📞 +79261234567\nAnna Petrova',
  );
  call.answer();
  await call.connected;
  const heard = await call.heard(annaSaysHz, { forMs: 1_500 });
  check(`Olga hears Anna: ${heard.frequencyHz.toFixed(0)} Hz at ${heard.levelDbfs.toFixed(0)} dBFS`, true);
  await heardByPbx('Anna hears Olga', () => pbx.heard(party), olgaSaysHz);
  await keep('incoming', call, pbx.heard(party));
  say('Anna hangs up');
  party.hangUp();
  await call.ended;
  const outcome = await olga.waitsFor(({ text }) => text.startsWith('Answered') && text.includes('Anna'));
  check(
    `her chat says “${outcome.text}”`,
    olga.conversation(chat).every(({ text }) => !text.startsWith('📞')),
  );
}

async function heardByPbx(who: string, samples: () => Int16Array, frequencyHz: number): Promise<void> {
  let tone: ReturnType<typeof loudestTone>;
  for (let tries = 0; tries < 50; tries++) {
    tone = loudestTone(samples().slice(-3_200), 8_000);
    if (tone && Math.abs(tone.frequencyHz - frequencyHz) < 15) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const heard = tone ? `${tone.frequencyHz.toFixed(0)} Hz at ${tone.levelDbfs.toFixed(0)} dBFS` : 'nothing';
  check(`${who}: ${heard}`, tone !== undefined && Math.abs(tone.frequencyHz - frequencyHz) < 15);
}

async function keep(name: string, call: PhoneCall, party: Int16Array): Promise<void> {
  await call.saveWav(join(output, `${name}-heard-by-olga.wav`));
  await saveWav(join(output, `${name}-heard-by-party.wav`), { samples: party, sampleRate: 8_000 });
}

async function end(service: Service): Promise<void> {
  await service.stop(0);
  check(
    'nothing is left over',
    Object.values(service.sip.counters.open()).every((open) => open === 0),
  );
}
