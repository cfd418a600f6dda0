import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Recorder, RecorderFact } from '../../../actors/ports/recorder.ts';
import type { CallId, RecordingId } from '../../../machines/model/ids.ts';
import { type RecordedSegment, segmentFile } from '../../../machines/model/recorded-segment.ts';
import type { RecorderFault } from '../../../machines/model/recording-faults.ts';
import { RecordingFile } from '../record/recording-file.ts';
import type { LegDirectory } from '../thread/leg-directory.ts';
import type { MediaThread } from '../thread/media-thread.ts';

/** Of `stop`, for the thread and the disk together. */
const patienceMs = 1000;
const threadPatienceMs = 500;

interface Running {
  readonly call: CallId;
  readonly thread: MediaThread | undefined;
  readonly file: RecordingFile;
  readonly run: number;
}

export interface ClosableRecorder extends Recorder {
  /** Every file gets its end. */
  close(): Promise<void>;
}

/**
 * The port `Recorder`: the legs' thread mixes and codes, the file is written here.
 * @param closed told of each segment that is whole and on the disk, the last one before `stop` answers if the disk follows
 */
export const createRecorder = (
  threads: LegDirectory,
  directory: string | undefined,
  log: Logger,
  closed: (segment: RecordedSegment) => void = () => {},
  now: () => Date = () => new Date(),
): ClosableRecorder => {
  const running = new Map<RecordingId, Running>();
  const watchers = new Map<RecordingId, Set<(fact: RecorderFact) => void>>();

  const tell = (id: RecordingId, fact: RecorderFact) => {
    if (fact.type === 'recorder.failed') {
      log.error({ callId: running.get(id)?.call, recording: id, why: fact.why }, 'a recording failed');
      running.get(id)?.thread?.order({ type: 'record.stop', recording: id });
    }
    for (const watcher of watchers.get(id) ?? []) watcher(fact);
  };

  /** Facts follow the command, they do not overtake its return. */
  const failSoon = (file: RecordingFile, why: RecorderFault) => queueMicrotask(() => file.fail(why));

  const stop = async (id: RecordingId) => {
    const recording = running.get(id);
    if (recording === undefined) return undefined;
    const { file, thread, run } = recording;
    running.delete(id);
    const startedMs = performance.now();
    if (!file.failed) await finished(thread, id);
    threads.recordings.delete(id);
    const ended = await file.end(patienceMs - (performance.now() - startedMs));
    return ended && { ...ended, segments: { run, count: file.segments } };
  };

  return {
    start(id, { voiceLeg, call, stereo, title, performer, limitMs, run = 0 }) {
      if (running.has(id)) return;
      const file = new RecordingFile(join(directory ?? '', segmentFile({ recording: id, run, no: 0 })), {
        fact: (fact) => tell(id, fact),
        closed: (no) => closed({ recording: id, run, no }),
      });
      const place = (threads.get(call) ?? threads.get(voiceLeg))?.place;
      running.set(id, { call, file, run, thread: place?.thread });
      if (directory === undefined) return failSoon(file, { kind: 'no-directory' });
      if (place === undefined) return failSoon(file, { kind: 'no-call' });
      threads.recordings.set(id, {
        thread: place.thread,
        piece: (piece) => file.write(piece),
        full: () => tell(id, { type: 'recorder.full' }),
        failed: (detail) => file.fail({ kind: 'internal', detail }),
      });
      const tags = { title, artist: performer, date: now().toISOString() };
      place.thread.order({ type: 'record.start', recording: id, plan: { voiceLeg, call, stereo, tags, limitMs } });
    },
    pause: (id) => running.get(id)?.thread?.order({ type: 'record.pause', recording: id }),
    resume: (id, voiceLeg) => running.get(id)?.thread?.order({ type: 'record.resume', recording: id, voiceLeg }),
    stop,
    watch(id, listener) {
      const own = watchers.get(id) ?? new Set();
      watchers.set(id, own);
      own.add(listener);
      return () => {
        own.delete(listener);
        if (own.size === 0 && watchers.get(id) === own) watchers.delete(id);
      };
    },
    async close() {
      await Promise.all([...running.keys()].map(stop));
    },
  };
};

/** Its last piece has come, or the thread is gone or too slow to wait for. */
const finished = async (thread: MediaThread | undefined, id: RecordingId): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, threadPatienceMs);
  });
  const ended = thread?.ask('record.end', { recording: id }).then(
    () => {},
    () => {},
  );
  await Promise.race([ended, late]);
  clearTimeout(timer);
};
