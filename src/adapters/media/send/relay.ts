/** What is to be known of a packet that is passed on as it is; in its sender's numbers, both only growing. */
export interface RelayedPacket {
  readonly payload: Buffer;
  readonly length: number;
  readonly sequence: number;
  /** At 48 kHz. */
  readonly timestamp: number;
}

/** A longer silence, or a jump back, is a new beginning. */
const longestGapTicks = 48_000 * 60;
/** Losses are passed on as losses, so that the listener conceals or recovers them; what looks like more is none. */
const longestLoss = 50;

/** Puts the packets of a peer into a stream of ours: its steps of sequence number and time, from where ours stands. */
export class Relay {
  #last: { readonly sequence: number; readonly timestamp: number; readonly own: number } | undefined;
  /** Own time at which the last packet's sound ends. */
  end = 0;

  /** Our stream stands at `timestamp` where the packet is the first. Returns how far sequence and time step on to it. */
  place(
    packet: RelayedPacket,
    durationTicks: number,
    timestamp: number,
  ): { readonly lost: number; readonly timestamp: number } {
    const last = this.#last;
    const gap = last === undefined ? 0 : packet.timestamp - last.timestamp;
    const follows = last !== undefined && gap > 0 && gap < longestGapTicks;
    const own = (follows ? last.own + gap : timestamp) % 0x1_0000_0000;
    const missing = last === undefined ? 0 : packet.sequence - last.sequence - 1;
    this.#last = { sequence: packet.sequence, timestamp: packet.timestamp, own };
    this.end = (own + durationTicks) % 0x1_0000_0000;
    return { lost: follows && missing > 0 && missing <= longestLoss ? missing : 0, timestamp: own };
  }
}
