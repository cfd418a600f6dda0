import { availableParallelism } from 'node:os';
import { type Logger, pino } from 'pino';
import type { Media } from '../../actors/ports/media.ts';
import type { Recorder } from '../../actors/ports/recorder.ts';
import type { RtpLegs } from '../../actors/ports/rtp-legs.ts';
import type { WebRtcLegs } from '../../actors/ports/webrtc-legs.ts';
import type { LegId } from '../../machines/model/ids.ts';
import type { RecordedSegment } from '../../machines/model/recorded-segment.ts';
import type { ThreadLoad } from './busy-meter.ts';
import { type CodecLibrary, loadCodecs } from './codecs/library.ts';
import { musicRateHz } from './graph/music.ts';
import { readWave } from './graph/wave-file.ts';
import { createMedia } from './ports/media.ts';
import { createRecorder } from './ports/recorder.ts';
import { createRtpLegs } from './ports/rtp-legs.ts';
import { createWebRtcLegs } from './ports/webrtc-legs.ts';
import type { LegStatistics } from './statistics.ts';
import { LegDirectory } from './thread/leg-directory.ts';
import { PortPairs } from './thread/port-pairs.ts';
import type { LegKind, MediaTotals } from './totals.ts';

export interface MediaOptions {
  /** One per core less one, at least one. */
  readonly threads?: number;
  /** The address SIP legs listen on. */
  readonly rtpHost: string;
  /** The address SIP legs are described with; `rtpHost` otherwise. Needed where that is 0.0.0.0 or behind NAT. */
  readonly advertisedHost?: string;
  /** Both inclusive; each SIP leg takes two. */
  readonly rtpPorts: { readonly from: number; readonly to: number };
  readonly ice: {
    /** The only local addresses offered; those of all interfaces but loopback otherwise. */
    readonly addresses?: readonly string[];
    /** Both inclusive; any otherwise. */
    readonly portRange?: readonly [number, number];
  };
  /** An existing directory of this host; without it, every recording fails. */
  readonly recordings?: {
    readonly directory: string;
    /** Told of each piece that is whole and on the disk. */
    readonly segmentClosed?: (segment: RecordedSegment) => void;
  };
  /** Runs it at once, or when this host knows what is its own: asked for each fact of a leg. */
  readonly whenSure?: (then: () => void) => void;
  /** Hold music: path of a WAV file, 16 bit, mono or stereo; one of our own otherwise. */
  readonly music?: string;
  readonly log?: Logger;
  /** Told once of each leg that is over, how it was; not of those that a dying thread took with it. */
  readonly legEnded?: (leg: LegId, statistics: LegStatistics) => void;
}

export interface MediaPlane {
  readonly media: Media;
  readonly rtp: RtpLegs;
  readonly webrtc: WebRtcLegs;
  readonly recorder: Recorder;
  /** What codes the sound: `libopus 1.3.1`, or `@evan/opus` where the system has none; others where installed. */
  readonly libraries: CodecLibrary['versions'];
  /** Of each thread, about one second old; undefined before the first second. */
  load(): readonly (ThreadLoad | undefined)[];
  /** Of all legs since the start, about one second old. Costs the media threads nothing. */
  totals(): MediaTotals;
  /** How many legs there are. */
  legs(): Readonly<Record<LegKind, number>>;
  /** How many threads there are, and how many of them have beaten in the last 5 s. */
  threads(): { readonly all: number; readonly alive: number };
  /** Undefined: no such leg. */
  stats(leg: LegId): Promise<LegStatistics | undefined>;
  /** Recordings are finished, legs say goodbye, threads end. */
  close(): Promise<void>;
}

/**
 * Starts the media threads and waits until they beat.
 * @throws Error when no Opus is to be found, the music cannot be played, the port range is empty, or a thread does not start within 20 s
 */
export const startMedia = async (options: MediaOptions): Promise<MediaPlane> => {
  const log = options.log ?? pino({ level: 'silent' });
  const codecs = loadCodecs();
  tellLibraries(codecs, log);
  const ports = new PortPairs(options.rtpPorts);
  const music = options.music === undefined ? undefined : shared(await readWave(options.music, musicRateHz));
  const directory = new LegDirectory({
    threads: options.threads ?? Math.max(1, availableParallelism() - 1),
    thread: {
      rtpHost: options.rtpHost,
      iceAddresses: options.ice.addresses,
      icePortRange: options.ice.portRange,
      music,
    },
    log,
    ...(options.legEnded && { ended: options.legEnded }),
    whenSure: options.whenSure,
  });
  try {
    await directory.ready();
  } catch (error) {
    await directory.close();
    throw error;
  }
  const recorder = createRecorder(directory, options.recordings?.directory, log, options.recordings?.segmentClosed);
  return {
    recorder,
    media: createMedia(directory),
    rtp: createRtpLegs(directory, ports, options.advertisedHost ?? options.rtpHost, codecs.names),
    webrtc: createWebRtcLegs(directory),
    libraries: codecs.versions,
    load: () => directory.load(),
    totals: () => directory.totals(),
    legs: () => directory.legs(),
    threads: () => directory.threads(),
    stats: (leg) => directory.stats(leg),
    async close() {
      await recorder.close();
      await directory.close();
    },
  };
};

/** In memory that all threads read. */
const shared = (pcm: Int16Array): Int16Array => {
  const copy = new Int16Array(new SharedArrayBuffer(pcm.byteLength));
  copy.set(pcm);
  return copy;
};

const tellLibraries = (codecs: CodecLibrary, log: Logger): void => {
  log.info({ libraries: codecs.versions, codecs: codecs.names }, 'media libraries');
  if (codecs.versions.opus.startsWith('@')) {
    log.warn('the system has no libopus: lost packets are concealed worse. Install it (Debian: libopus0)');
  }
};
