import { beforeEach, expect, test } from 'vitest';
import { type AnyActorRef, createActor, fromCallback, fromPromise, setup } from 'xstate';
import { CallId, EpochMs, VoiceLegId } from '../../src/machines/model/ids.ts';
import type { RecordingState } from '../../src/machines/model/notices.ts';
import type { RecordingOrder } from '../../src/machines/model/recording-order.ts';
import { recordingMachine } from '../../src/machines/recording.ts';
import type { RecorderFact, RecordingCommand } from '../../src/machines/recording-events.ts';
import { byHand } from '../fakes/recorder.ts';

const label = {
  call: CallId('call'),
  direction: 'outgoing',
  lineName: 'Office',
  number: '200',
  startedAt: EpochMs(0),
} as const;
const fragment: RecordingOrder = { ...byHand, limitMs: 15_000 };

let told: string[];
let button: RecordingState;
let lengthMs: number;
let recorderTells: (fact: RecorderFact) => void;
let recording: AnyActorRef;
beforeEach(() => {
  told = [];
  lengthMs = 10_000;
});

const begin = (order: RecordingOrder) => {
  const machine = recordingMachine.provide({
    actors: {
      recorder: fromCallback(({ sendBack }) => {
        recorderTells = sendBack;
      }),
      deliver: fromPromise(async () => {
        told.push('deliver');
        return lengthMs;
      }),
    },
    actions: {
      startRecorder: (_, { limitMs }) => told.push(`start for ${limitMs} ms`),
      pauseRecorder: () => told.push('pause'),
      resumeRecorder: () => told.push('resume'),
      tellFailed: () => told.push('failed'),
      tellFull: () => told.push('full'),
    },
  });
  const softphone = createActor(
    setup({ actors: { recording: machine } }).createMachine({
      invoke: { id: 'recording', src: 'recording', input: { label, order } },
      on: {
        'recording.shows': {
          actions: ({ event }) => {
            button = (event as unknown as { button: RecordingState }).button;
          },
        },
      },
    }),
  ).start();
  recording = softphone.getSnapshot().children.recording as AnyActorRef;
  send({ type: 'resume', voiceLeg: VoiceLegId('leg') });
};
const send = (command: RecordingCommand) => recording.send(command);
const press = (wanted: 'start' | 'stop') => send({ type: 'record', wanted });
const delivered = async () => {
  for (let turn = 0; turn < 6; turn++) await Promise.resolve();
};
const write = () => {
  press('start');
  recorderTells({ type: 'recorder.started' });
};

test('the button says at once that the fragment is used up, and a press begins nothing', async () => {
  begin(fragment);
  write();
  recorderTells({ type: 'recorder.full' });
  expect(button).toBe('used-up');
  await delivered();
  expect(button).toBe('used-up');
  press('start');
  expect(told).toEqual(['start for 15000 ms', 'full', 'deliver']);
});

test('what was written until a failure counts', async () => {
  begin(fragment);
  write();
  recorderTells({ type: 'recorder.failed', why: { kind: 'disk-full' } });
  await delivered();
  press('start');
  expect(told).toEqual(['start for 15000 ms', 'failed', 'deliver', 'start for 5000 ms']);
});

test('by order of the owner: a press stops nothing', () => {
  begin({ ...byHand, automatic: true, locked: true });
  recorderTells({ type: 'recorder.started' });
  expect(button).toBe('locked');
  press('stop');
  expect(told).toEqual(['start for undefined ms']);
});

test('a call that ends while its file is delivered delivers it once', async () => {
  begin(byHand);
  write();
  press('stop');
  send({ type: 'finish' });
  await delivered();
  send({ type: 'finish' });
  await delivered();
  expect(told).toEqual(['start for undefined ms', 'deliver']);
});

test.each([
  ['the call is held and taken back', [{ type: 'pause' }, { type: 'resume', voiceLeg: VoiceLegId('leg') }]],
  ['the user is back on another device', [{ type: 'pause' }, { type: 'resume', voiceLeg: VoiceLegId('leg~1') }]],
] as const)('an automatic recording that was stopped by hand stays off when %s', async (_, commands) => {
  begin({ ...byHand, automatic: true });
  recorderTells({ type: 'recorder.started' });
  press('stop');
  await delivered();
  for (const command of commands) send(command);
  expect(told).toEqual(['start for undefined ms', 'deliver']);
  expect(button).toBe('start');
});

test('a start pressed while the last file is delivered begins when it has been, and can be taken back', async () => {
  begin(byHand);
  write();
  press('stop');
  expect(button).toBe('start');
  press('start');
  expect(button).toBe('pending');
  await delivered();
  expect(told).toEqual(['start for undefined ms', 'deliver', 'start for undefined ms']);
  recorderTells({ type: 'recorder.started' });
  press('stop');
  press('start');
  press('stop');
  expect(button).toBe('start');
  await delivered();
  expect(told).toEqual(['start for undefined ms', 'deliver', 'start for undefined ms', 'deliver']);
});

test('a start pressed while a fragment is delivered begins for what is left, and not at all when nothing is', async () => {
  begin(fragment);
  write();
  press('stop');
  press('start');
  await delivered();
  expect(told).toEqual(['start for 15000 ms', 'deliver', 'start for 5000 ms']);
  press('stop');
  press('start');
  await delivered();
  expect(told).toEqual(['start for 15000 ms', 'deliver', 'start for 5000 ms', 'deliver']);
  expect(button).toBe('used-up');
});
