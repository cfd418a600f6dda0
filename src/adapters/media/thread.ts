import { parentPort, workerData } from 'node:worker_threads';
import type { MediaFact } from '../../actors/ports/media.ts';
import type { LegId } from '../../machines/model/ids.ts';
import type { ThreadLoad } from './busy-meter.ts';
import { monotonicClock } from './clock.ts';
import { loadCodecs } from './codecs/library.ts';
import { MediaEngine } from './engine.ts';
import { defaultTones } from './graph/tones.ts';
import { Recordings } from './record/recordings.ts';
import type { LegStatistics } from './statistics.ts';
import { ThreadLegs } from './thread/legs.ts';
import type { Command, Order, Question, Report, ThreadOptions } from './thread/messages.ts';
import type { MediaTotals } from './totals.ts';
import { warmUpDtls } from './webrtc/warm-up.ts';

/** One media thread: everything that touches sound, sockets and keys. */

const port = parentPort;
if (port === null) throw new Error('to be started as a worker');
const tell = (report: Report) => port.postMessage(report);

const options = workerData as ThreadOptions;
const codecs = loadCodecs();
const listener = {
  fact: (leg: LegId, fact: MediaFact) => tell({ type: 'media', leg, fact }),
  load: (load: ThreadLoad, totals: MediaTotals) => tell({ type: 'load', load, totals }),
  ended: (leg: LegId, statistics: LegStatistics) => tell({ type: 'leg.ended', leg, statistics }),
  fault: (leg: LegId, error: unknown) => fault(leg, error),
};
const engine = new MediaEngine(monotonicClock, listener, defaultTones, options.music);
const legs = new ThreadLegs(engine, monotonicClock, codecs, options, (leg, fact) =>
  tell({ type: 'webrtc', leg, fact }),
);
const recordings = new Recordings(engine, codecs, {
  piece: (recording, piece) => tell({ type: 'record.piece', recording, piece }),
  full: (recording) => tell({ type: 'record.full', recording }),
  failed: (recording, error) => tell({ type: 'record.failed', recording, detail: detailOf(error) }),
});

const answer = (question: Question): Promise<unknown> => {
  switch (question.type) {
    case 'rtp.open':
      return legs.openRtp(question.leg, question.port);
    case 'webrtc.open':
      return legs.openWebRtc(question.leg, question.options);
    case 'webrtc.setRemote':
      return legs.setRemote(question.leg, question.remote, question.dtlsRole);
    case 'record.end':
      recordings.stop(question.recording);
      return Promise.resolve(undefined);
    case 'stats':
      return Promise.resolve(engine.statistics(question.leg));
  }
};

const fault = (leg: LegId | undefined, error: unknown): void => tell({ type: 'fault', leg, detail: detailOf(error) });

const obey = (order: Order): void => {
  try {
    if (!record(order)) legs.obey(order);
  } catch (error) {
    fault('leg' in order ? order.leg : undefined, error);
  }
  if (order.type === 'shutdown') port.close();
};

/** False: not about a recording. */
const record = (order: Order): boolean => {
  switch (order.type) {
    case 'record.start':
      recordings.start(order.recording, order.plan);
      return true;
    case 'record.pause':
      recordings.pause(order.recording);
      return true;
    case 'record.resume':
      recordings.resume(order.recording, order.voiceLeg);
      return true;
    case 'record.stop':
      recordings.stop(order.recording);
      return true;
    default:
      return false;
  }
};

const detailOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

port.on('message', (command: Command) => {
  if (!('request' in command)) {
    obey(command);
    return;
  }
  const { request } = command;
  answer(command).then(
    (result) => tell({ type: 'answer', request, answer: result }),
    (error: unknown) => tell({ type: 'refusal', request, detail: detailOf(error) }),
  );
});

// A promise that a library forgot is no reason to end everybody's calls.
process.on('unhandledRejection', (error) => fault(undefined, error));

// After a crash, legs are waiting for the beat already.
engine.start();
await warmUpDtls();
tell({ type: 'ready' });
