import dgram from 'node:dgram';
import { decodeG711 } from '../../sandbox/pbx/g711.ts';
import { Hearing } from '../../sandbox/phone/hearing.ts';

/**
 * Stands in the way of the audio between the service and one telephone, as a session border does: passes RTP on in
 * both directions and listens to what the telephone is sent. Telephones' own recordings end with the first re-INVITE
 * (baresip 1.0.0 drops its filters when it starts its player anew), so they cannot tell what a party hears after it
 * was held. A-law only. The SDP that leads here is the proxy's work.
 */
export class Wiretap {
  /** What the telephone is sent, as it is sent. */
  readonly hearing = new Hearing();
  readonly #facingService: dgram.Socket;
  readonly #facingTelephone: dgram.Socket;

  private constructor(facingService: dgram.Socket, facingTelephone: dgram.Socket) {
    this.#facingService = facingService;
    this.#facingTelephone = facingTelephone;
    // Each side is where it last sent from (symmetric RTP, RFC 4961).
    let [service, telephone]: (dgram.RemoteInfo | undefined)[] = [];
    facingService.on('message', (packet, from) => {
      service = from;
      this.#listen(packet);
      if (telephone !== undefined) facingTelephone.send(packet, telephone.port, telephone.address);
    });
    facingTelephone.on('message', (packet, from) => {
      telephone = from;
      if (service !== undefined) facingService.send(packet, service.port, service.address);
    });
  }

  static async open(): Promise<Wiretap> {
    return new Wiretap(await evenPort(), await evenPort());
  }

  /** The telephone's port, as the service is to see it. */
  get portForService(): number {
    return this.#facingService.address().port;
  }

  /** The service's port, as the telephone is to see it. */
  get portForTelephone(): number {
    return this.#facingTelephone.address().port;
  }

  close(): void {
    this.hearing.close();
    this.#facingService.close();
    this.#facingTelephone.close();
  }

  /** RFC 3550 §5.1; payload type 8 is A-law (RFC 3551). */
  #listen(packet: Buffer): void {
    if (packet.length < 12 || ((packet[1] ?? 0) & 127) !== 8) return;
    const samples = Int16Array.from(packet.subarray(12), (byte) => aLaw[byte] ?? 0);
    for (let from = 0; from + samplesIn10Ms <= samples.length; from += samplesIn10Ms) {
      const frame = samples.subarray(from, from + samplesIn10Ms);
      this.hearing.hear({ samples: frame, channelCount: 1, numberOfFrames: samplesIn10Ms });
    }
  }
}

const samplesIn10Ms = 80;
const aLaw = decodeG711(
  8,
  Uint8Array.from({ length: 256 }, (_, byte) => byte),
);

/** RTP ports are even (RFC 3550 §11). */
async function evenPort(): Promise<dgram.Socket> {
  for (;;) {
    const socket = dgram.createSocket('udp4');
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(0, '127.0.0.1', resolve);
    });
    if (socket.address().port % 2 === 0) return socket;
    socket.close();
  }
}
