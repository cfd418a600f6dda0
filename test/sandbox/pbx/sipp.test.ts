import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Pbx, startPbx } from '../../../sandbox/pbx/pbx.ts';
import { freePort, Program } from '../../peers/program.ts';
import { hasSipp, runSipp } from '../../peers/sipp.ts';

const accounts = [{ user: '100', password: 'secret' }];
let pbx: Pbx;
let events: string[];

const start = async (authenticateCalls: boolean): Promise<void> => {
  pbx = await startPbx({ host: '127.0.0.1', accounts, authenticateCalls, answerAfterMs: 50 });
  events = [];
  pbx.calls.on('answered', (call) => events.push(`answered ${call.number}`));
  pbx.calls.on('digit', (_, digit) => events.push(`digit ${digit}`));
  pbx.calls.on('ended', (call, how) => events.push(`ended ${call.number}: ${how}`));
};
afterEach(() => pbx.close());

/** Our own scenarios: the program ends with 0 when every step came as written. */
const run = async (scenario: string, service: string, extra: readonly string[] = []): Promise<void> => {
  const directory = await Program.directory();
  const [port, mediaPort] = [await freePort(), await freePort()];
  const program = Program.start(
    'sipp',
    [
      `127.0.0.1:${pbx.port}`,
      ...['-sf', join(import.meta.dirname, `${scenario}.xml`), '-s', service, '-i', '127.0.0.1', '-p', String(port)],
      ...['-mi', '127.0.0.1', '-mp', String(mediaPort), '-m', '1', '-timeout', '20s', '-timeout_error', '-nostdin'],
      ...['-au', '100', '-ap', 'secret', ...extra],
    ],
    directory,
  );
  const code = await program.exited;
  const { output } = program;
  await program.stop();
  expect(code, output.slice(-3000)).toBe(0);
};

describe.skipIf(!hasSipp)('sipp calls without a password', () => {
  beforeEach(() => start(false));
  const remote = () => ({ host: '127.0.0.1', port: pbx.port });

  test.each(['udp', 'tcp'] as const)('601 answers and takes the BYE, over %s', async (transport) => {
    await runSipp({ scenario: 'uac_call', remote: remote(), service: '601', transport, pauseMs: 300 });
    expect(events).toEqual(['answered 601', 'ended 601: hung up']);
  });

  test('604 rings until the caller gives up', async () => {
    await runSipp({ scenario: 'uac_cancel', remote: remote(), service: '604' });
    expect(events).toEqual(['ended 604: cancelled']);
  });

  test('601 offers when the caller does not', async () => {
    await runSipp({ scenario: 'uac_no_sdp_offer', remote: remote(), service: '601' });
    expect(events).toEqual(['answered 601', 'ended 601: hung up']);
  });

  test('601 is held and resumed', async () => {
    await runSipp({ scenario: 'reinvite_hold', remote: remote(), service: '601' });
    expect(events).toEqual(['answered 601', 'ended 601: hung up']);
  });

  test('601 hears keys sent by INFO', async () => {
    await runSipp({ scenario: 'uac_dtmf_info', remote: remote(), service: '601' });
    expect(events.filter((event) => event.startsWith('digit')).length).toBeGreaterThanOrEqual(2);
  });

  test('OPTIONS are answered', () => runSipp({ scenario: 'uac_options', remote: remote(), service: '600' }));

  test('606 says goodbye first', async () => {
    await runSipp({ scenario: 'uac_call_remote_hangup', remote: remote(), service: '606' });
    expect(events).toEqual(['answered 606', 'ended 606: hung up']);
  });
});

describe.skipIf(!hasSipp)('sipp calls with a password', () => {
  beforeEach(() => start(true));

  test('603 is busy, and says so once it is acknowledged', async () => {
    await run('uac_refused_486', '603');
    expect(events).toEqual(['ended 603: refused 486']);
  });

  test('an unknown number is not found', () => run('uac_refused_404', '699'));

  test('a wrong password is refused', () => run('uac_refused_403', '603', ['-ap', 'wrong']));
});
