import wrtc from '@roamhq/wrtc';

/**
 * libwebrtc, as far as a phone uses it. The package types itself by the browser's declarations, which a Node program
 * does not have.
 */
export interface PeerConnection {
  readonly connectionState: 'new' | 'connecting' | 'connected' | 'disconnected' | 'failed' | 'closed';
  readonly localDescription: SessionDescription | null;
  onicecandidate: ((event: { candidate: { candidate: string } | null }) => void | Promise<void>) | null;
  onconnectionstatechange: (() => void) | null;
  ontrack: ((event: { track: MediaTrack }) => void) | null;
  ondatachannel: ((event: { channel: DataChannel }) => void) | null;
  addTransceiver(track: MediaTrack | 'audio', init: { direction: 'sendonly' | 'recvonly' | 'inactive' }): unknown;
  createDataChannel(label: string): DataChannel;
  createOffer(): Promise<SessionDescription>;
  createAnswer(): Promise<SessionDescription>;
  setLocalDescription(description: SessionDescription): Promise<void>;
  setRemoteDescription(description: SessionDescription): Promise<void>;
  addIceCandidate(candidate: { candidate: string; sdpMid: string; sdpMLineIndex: number }): Promise<void>;
  close(): void;
}

export interface SessionDescription {
  readonly type: 'offer' | 'answer';
  readonly sdp: string;
}

export interface DataChannel {
  readonly label: string;
  readonly id: number;
  readonly readyState: string;
  onopen: (() => void) | null;
  onmessage: ((event: { data: string | ArrayBuffer }) => void) | null;
  send(text: string): void;
  close(): void;
}

export interface MediaTrack {
  readonly kind: string;
  stop(): void;
}

export interface AudioFrame {
  readonly samples: Int16Array;
  readonly sampleRate: number;
  readonly bitsPerSample: number;
  readonly channelCount: number;
  readonly numberOfFrames: number;
}

export interface AudioSource {
  createTrack(): MediaTrack;
  /** Exactly 10 ms. */
  onData(frame: AudioFrame): void;
}

export interface AudioSink {
  ondata: ((frame: AudioFrame) => void) | null;
  stop(): void;
}

/** One transport for everything, as Telegram's engines have it. No STUN or TURN server: the sandbox is one machine. */
export const createPeerConnection = (): PeerConnection => {
  endProperly();
  return new library.RTCPeerConnection({ bundlePolicy: 'max-bundle', rtcpMuxPolicy: 'require', iceServers: [] });
};
export const createAudioSource = (): AudioSource => new library.nonstandard.RTCAudioSource();
export const createAudioSink = (track: MediaTrack): AudioSink => new library.nonstandard.RTCAudioSink(track);

const library = wrtc as unknown as {
  readonly RTCPeerConnection: new (configuration: object) => PeerConnection;
  readonly nonstandard: {
    readonly RTCAudioSource: new () => AudioSource;
    readonly RTCAudioSink: new (track: MediaTrack) => AudioSink;
  };
};

/**
 * @roamhq/wrtc 0.10.0 crashes the process when Node tears the environment down with an audio source still uncollected.
 * `process.exit` skips that tear-down, so a process that has nothing left to do leaves this way.
 */
const endProperly = (): void => {
  if (process.listeners('beforeExit').includes(leave)) return;
  process.on('beforeExit', leave);
};
const leave = (): void => process.exit();
