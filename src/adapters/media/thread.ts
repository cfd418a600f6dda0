import { parentPort, workerData } from 'node:worker_threads';
import type { LegId } from '../../machines/model/ids.ts';
import { monotonicClock } from './clock.ts';
import { loadCodecs } from './codecs/library.ts';
import { MediaEngine } from './engine.ts';
import { ThreadLegs } from './thread/legs.ts';
import type { Command, Order, Question, Report, ThreadOptions } from './thread/messages.ts';
import { warmUpDtls } from './webrtc/warm-up.ts';

/** One media thread: everything that touches sound, sockets and keys. */

const port = parentPort;
if (port === null) throw new Error('to be started as a worker');
const tell = (report: Report) => port.postMessage(report);

const engine = new MediaEngine(monotonicClock, {
  fact: (leg, fact) => tell({ type: 'media', leg, fact }),
  load: (load) => tell({ type: 'load', load }),
  fault: (leg, error) => fault(leg, error),
});
const legs = new ThreadLegs(engine, monotonicClock, loadCodecs(), workerData as ThreadOptions, (leg, fact) =>
  tell({ type: 'webrtc', leg, fact }),
);

const answer = (question: Question): Promise<unknown> => {
  switch (question.type) {
    case 'rtp.open':
      return legs.openRtp(question.leg, question.port);
    case 'webrtc.open':
      return legs.openWebRtc(question.leg, question.options);
    case 'webrtc.setRemote':
      return legs.setRemote(question.leg, question.remote, question.dtlsRole);
    case 'stats':
      return Promise.resolve(engine.statistics(question.leg));
  }
};

const fault = (leg: LegId | undefined, error: unknown): void => tell({ type: 'fault', leg, detail: detailOf(error) });

const obey = (order: Order): void => {
  try {
    legs.obey(order);
  } catch (error) {
    fault('leg' in order ? order.leg : undefined, error);
  }
  if (order.type === 'shutdown') port.close();
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
