import { randomInt } from 'node:crypto';
import type { RtpLegs } from '../../../actors/ports/rtp-legs.ts';
import type { CallId, UserId } from '../../../machines/model/ids.ts';
import type { Continuation } from '../sdp/continuation.ts';
import { Descriptions } from '../sdp/descriptions.ts';
import { usableCodecs } from '../sdp/negotiation.ts';
import type { SipTime } from '../time.ts';

/** The media plane lives in other threads; a call must not wait for it longer. */
const OPEN_TIMEOUT_MS = 3_000;

/** The RTP leg of one call together with its offer and answer. */
export class MediaLeg {
  readonly descriptions: Descriptions;
  readonly #rtp: RtpLegs;
  readonly #call: CallId;
  readonly #time: SipTime;
  #address: { readonly host: string; readonly port: number } | undefined;
  #opening: Promise<void> | undefined;
  #isClosed = false;

  /** `before`: how the call was described by another process. */
  constructor(
    rtp: RtpLegs,
    call: CallId,
    codecs: readonly string[],
    time: SipTime,
    onAgreed: () => void,
    before?: Continuation,
  ) {
    this.#rtp = rtp;
    this.#call = call;
    this.#time = time;
    this.descriptions = new Descriptions({
      id: before?.id ?? String(randomInt(1, 2 ** 47)),
      ...(before && { before }),
      codecs: usableCodecs(codecs, rtp.codecs),
      address: () => {
        if (this.#address === undefined) throw new Error('the media leg is not open');
        return this.#address;
      },
      apply: (session) => {
        if (!this.#isClosed) rtp.apply(call, session);
      },
      onAgreed,
    });
  }

  /** Opens the socket, once. @throws when the media plane does not give one in time */
  open(group: UserId): Promise<void> {
    this.#opening ??= this.#open(group);
    return this.#opening;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#opening !== undefined) this.#rtp.close(this.#call);
  }

  async #open(group: UserId): Promise<void> {
    let stop = () => {};
    const tooLate = new Promise<never>((_resolve, reject) => {
      stop = this.#time.after(OPEN_TIMEOUT_MS, () => reject(new Error('the media leg did not open in time')));
    });
    const opened = this.#rtp.open(this.#call, group);
    try {
      this.#address = await Promise.race([opened, tooLate]);
    } finally {
      stop();
      // A leg that opens after the call has ended would stay open for ever.
      opened.then(
        () => this.#isClosed && this.#rtp.close(this.#call),
        () => {},
      );
    }
  }
}
