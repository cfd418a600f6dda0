import wrtc from '@roamhq/wrtc';
import type { TransportParameters } from '../../../src/adapters/media/webrtc/webrtc-transport.ts';

type Connection = InstanceType<typeof wrtc.RTCPeerConnection>;
/** The package's types leave it open. */
interface Channel {
  readonly readyState: string;
  onmessage: (event: { data: unknown }) => void;
  send(data: string | Buffer): void;
}
type Track = ReturnType<InstanceType<typeof wrtc.nonstandard.RTCAudioSource>['createTrack']>;

const rateHz = 48_000;
const framesPer10Ms = 480;
export const opusPayloadType = 111;

/** SSRC the peer is told to expect from us. */
export const ourSsrc = 0x1234_5678;

/**
 * libwebrtc as the other end of a call, spoken to with the same fields as a Telegram app; the SDP it insists on is made here.
 * It plays a tone and listens.
 */
export class LibwebrtcPeer {
  readonly texts: string[] = [];
  readonly candidates: string[] = [];
  onCandidate: (line: string) => void = () => {};
  /** Samples heard, 48 kHz mono, the last second of them. */
  readonly heard: number[] = [];
  readonly #connection: Connection = new wrtc.RTCPeerConnection({ iceServers: [] });
  readonly #role: 'caller' | 'callee';
  readonly #source = new wrtc.nonstandard.RTCAudioSource();
  #channel: Channel | undefined;
  #sink: { stop(): void } | undefined;
  #player: NodeJS.Timeout | undefined;

  constructor(role: 'caller' | 'callee') {
    this.#role = role;
    this.#connection.onicecandidate = ({ candidate }: { candidate: { candidate: string } | null }) => {
      if (!candidate?.candidate) return;
      this.candidates.push(candidate.candidate);
      this.onCandidate(candidate.candidate);
    };
    this.#connection.ontrack = ({ track }: { track: Track }) => {
      const sink = new wrtc.nonstandard.RTCAudioSink(track);
      sink.ondata = ({ samples }: { samples: Int16Array }) => {
        this.heard.push(...samples);
        this.heard.splice(0, this.heard.length - rateHz);
      };
      this.#sink = sink;
    };
    this.#connection.ondatachannel = ({ channel }: { channel: Channel }) => this.#listen(channel);
    this.#connection.addTrack(this.#source.createTrack());
    // Like Telegram's: the caller opens it; with DTLS as client, the browser's first stream is 0.
    if (role === 'caller') this.#listen(this.#connection.createDataChannel('data'));
  }

  get state(): string {
    return this.#connection.connectionState;
  }

  get channelState(): string {
    return this.#channel?.readyState ?? 'none';
  }

  /** As caller: its offer, in fields. */
  async offer(options: { iceRestart?: boolean } = {}): Promise<TransportParameters> {
    await this.#connection.setLocalDescription(await this.#connection.createOffer(options));
    return this.#local();
  }

  /** As caller: what the callee answered. `setup` is the callee's. */
  async takeAnswer(remote: TransportParameters, setup: 'active' | 'passive'): Promise<void> {
    await this.#connection.setRemoteDescription({ type: 'answer', sdp: sdpOf(remote, setup) });
  }

  /** As callee: the caller's offer; answers its own fields, taking the DTLS role given. */
  async answer(remote: TransportParameters, setup: 'active' | 'passive'): Promise<TransportParameters> {
    // A browser chooses `active` when it may; to make it the server, it is offered no choice.
    const offered = setup === 'active' ? 'actpass' : 'active';
    await this.#connection.setRemoteDescription({ type: 'offer', sdp: sdpOf(remote, offered) });
    await this.#connection.setLocalDescription(await this.#connection.createAnswer());
    return this.#local();
  }

  async addCandidate(candidate: string): Promise<void> {
    await this.#connection.addIceCandidate({ candidate, sdpMid: '0', sdpMLineIndex: 0 });
  }

  sendText(text: string): void {
    this.#channel?.send(text);
  }

  sendBinary(data: Buffer): void {
    this.#channel?.send(data);
  }

  play(frequencyHz: number): void {
    let phase = 0;
    const samples = new Int16Array(framesPer10Ms);
    this.#player = setInterval(() => {
      for (let i = 0; i < framesPer10Ms; i++, phase += (2 * Math.PI * frequencyHz) / rateHz) {
        samples[i] = Math.round(Math.sin(phase) * 10_000);
      }
      const shape = { sampleRate: rateHz, bitsPerSample: 16, channelCount: 1, numberOfFrames: framesPer10Ms };
      this.#source.onData({ samples, ...shape });
    }, 10);
  }

  /** The share of what was heard in the last second that is this tone, 0 to 1. */
  shareOf(frequencyHz: number): number {
    let [re, im, energy] = [0, 0, 0];
    for (const [n, sample] of this.heard.entries()) {
      const angle = (2 * Math.PI * frequencyHz * n) / rateHz;
      re += sample * Math.cos(angle);
      im += sample * Math.sin(angle);
      energy += sample * sample;
    }
    return energy === 0 ? 0 : (2 * (re * re + im * im)) / (energy * this.heard.length);
  }

  async packetsReceived(): Promise<number> {
    let packets = 0;
    for (const report of (await this.#connection.getStats()).values()) {
      if (report.type === 'inbound-rtp') packets += report.packetsReceived;
    }
    return packets;
  }

  close(): void {
    clearInterval(this.#player);
    this.#sink?.stop();
    this.#connection.close();
  }

  get role(): 'caller' | 'callee' {
    return this.#role;
  }

  #listen(channel: Channel): void {
    this.#channel = channel;
    channel.onmessage = ({ data }) => this.texts.push(String(data));
  }

  #local(): TransportParameters {
    const sdp = this.#connection.localDescription?.sdp ?? '';
    const value = (name: string): string => new RegExp(`^a=${name}:(.*)$`, 'm').exec(sdp)?.[1]?.trim() ?? '';
    return { ufrag: value('ice-ufrag'), pwd: value('ice-pwd'), fingerprint: value('fingerprint').replace(/^\S+ /, '') };
  }
}

const sdpOf = ({ ufrag, pwd, fingerprint }: TransportParameters, setup: string): string => {
  const transport = [
    'c=IN IP4 127.0.0.1',
    `a=ice-ufrag:${ufrag}`,
    `a=ice-pwd:${pwd}`,
    `a=fingerprint:sha-256 ${fingerprint}`,
    `a=setup:${setup}`,
  ];
  return [
    'v=0',
    'o=- 1 1 IN IP4 127.0.0.1',
    's=-',
    't=0 0',
    'a=group:BUNDLE 0 1',
    'a=msid-semantic: WMS *',
    `m=audio 9 UDP/TLS/RTP/SAVPF ${opusPayloadType}`,
    ...transport,
    'a=mid:0',
    'a=sendrecv',
    'a=rtcp-mux',
    `a=rtpmap:${opusPayloadType} opus/48000/2`,
    'a=msid:- audio',
    `a=ssrc:${ourSsrc} cname:us`,
    'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
    ...transport,
    'a=mid:1',
    'a=sctp-port:5000',
    '',
  ].join('\r\n');
};
