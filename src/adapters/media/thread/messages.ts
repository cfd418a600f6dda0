import type { MediaFact } from '../../../actors/ports/media.ts';
import type { RtpSession } from '../../../actors/ports/rtp-legs.ts';
import type { IceServer, WebRtcFact, WebRtcLocal } from '../../../actors/ports/webrtc-legs.ts';
import type { LegId, RecordingId, VoiceLegId } from '../../../machines/model/ids.ts';
import type { DtmfDigit, ToneName } from '../../../machines/model/tone.ts';
import type { ThreadLoad } from '../busy-meter.ts';
import type { FilePiece } from '../record/opus-file.ts';
import type { RecordingPlan } from '../record/recording.ts';
import type { KeyMethod } from '../send/key-presses.ts';
import type { LegStatistics } from '../statistics.ts';
import type { MediaTotals } from '../totals.ts';

/** Between the main thread and a media thread: commands one way, reports the other; never sound, packets or timers. */

export interface ThreadOptions {
  readonly rtpHost: string;
  /** The only local addresses ICE may use; undefined: those of all interfaces. */
  readonly iceAddresses: readonly string[] | undefined;
  readonly icePortRange: readonly [number, number] | undefined;
  /** Mono at 16 kHz, in shared memory; our own where absent. */
  readonly music?: Int16Array | undefined;
}

export interface WebRtcOptions {
  readonly role: 'caller' | 'callee';
  readonly servers: readonly IceServer[];
  readonly relayOnly: boolean;
}

export interface WebRtcRemote {
  readonly ufrag: string;
  readonly pwd: string;
  readonly fingerprint: string;
}

/** Commands with an answer. */
export interface Questions {
  'rtp.open': { readonly ask: { leg: LegId; port: number }; readonly answer: { taken: boolean } };
  'webrtc.open': { readonly ask: { leg: LegId; options: WebRtcOptions }; readonly answer: WebRtcLocal };
  'webrtc.setRemote': {
    readonly ask: { leg: LegId; remote: WebRtcRemote; dtlsRole: 'client' | 'server' };
    readonly answer: WebRtcLocal;
  };
  /** Answered when every piece has been told. */
  'record.end': { readonly ask: { recording: RecordingId }; readonly answer: undefined };
  stats: { readonly ask: { leg: LegId }; readonly answer: LegStatistics | undefined };
}

export type Question = {
  [type in keyof Questions]: { readonly type: type; readonly request: number } & Questions[type]['ask'];
}[keyof Questions];

/** Commands without. Idempotent; legs that are gone are ignored. */
export type Order =
  | { readonly type: 'rtp.apply'; readonly leg: LegId; readonly session: RtpSession }
  | { readonly type: 'webrtc.addCandidate'; readonly leg: LegId; readonly sdpString: string }
  | { readonly type: 'webrtc.startSending'; readonly leg: LegId; readonly payloadType: number }
  | { readonly type: 'webrtc.startReceiving'; readonly leg: LegId; readonly ssrc: number; readonly payloadType: number }
  | { readonly type: 'webrtc.sendText'; readonly leg: LegId; readonly text: string }
  | { readonly type: 'close'; readonly leg: LegId }
  | { readonly type: 'connect'; readonly a: LegId; readonly b: LegId }
  | { readonly type: 'hear'; readonly listener: LegId; readonly speaker: LegId | undefined }
  | { readonly type: 'playTone'; readonly leg: LegId; readonly tone: ToneName }
  | { readonly type: 'stopTone'; readonly leg: LegId }
  | { readonly type: 'playMusic'; readonly leg: LegId }
  | { readonly type: 'sendDtmf'; readonly leg: LegId; readonly digit: DtmfDigit; readonly method: KeyMethod }
  | { readonly type: 'keyHeard'; readonly leg: LegId; readonly digit: DtmfDigit }
  | { readonly type: 'record.start'; readonly recording: RecordingId; readonly plan: RecordingPlan }
  | { readonly type: 'record.pause'; readonly recording: RecordingId }
  | { readonly type: 'record.resume'; readonly recording: RecordingId; readonly voiceLeg: VoiceLegId }
  | { readonly type: 'record.stop'; readonly recording: RecordingId }
  | { readonly type: 'shutdown' };

export type Command = Question | Order;

export type Report =
  | { readonly type: 'ready' }
  | { readonly type: 'answer'; readonly request: number; readonly answer: unknown }
  | { readonly type: 'refusal'; readonly request: number; readonly detail: string }
  | { readonly type: 'media'; readonly leg: LegId; readonly fact: MediaFact }
  | { readonly type: 'webrtc'; readonly leg: LegId; readonly fact: WebRtcFact }
  | { readonly type: 'record.piece'; readonly recording: RecordingId; readonly piece: FilePiece }
  | { readonly type: 'record.full'; readonly recording: RecordingId }
  | { readonly type: 'record.failed'; readonly recording: RecordingId; readonly detail: string }
  | { readonly type: 'load'; readonly load: ThreadLoad; readonly totals: MediaTotals }
  | { readonly type: 'leg.ended'; readonly leg: LegId; readonly statistics: LegStatistics }
  | { readonly type: 'fault'; readonly leg: LegId | undefined; readonly detail: string };
