const MAX_BYTES = 65_535;

/** Cuts a byte stream into messages (RFC 3261 §18.3) and keep-alives (RFC 5626 §3.5.1). */
export class StreamFramer {
  readonly #events: FramerEvents;
  #rest: Buffer = Buffer.alloc(0);

  constructor(events: FramerEvents) {
    this.#events = events;
  }

  push(chunk: Buffer): void {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    while (this.#skipLineEnds() && this.#takeMessage());
  }

  /** Line ends before a start line are keep-alives: two are a ping, one is a pong. */
  #skipLineEnds(): boolean {
    while (this.#rest.length >= 2 && this.#rest[0] === 13 && this.#rest[1] === 10) {
      if (this.#rest.length === 3 && this.#rest[2] === 13) return false;
      const isPing = this.#rest.length >= 4 && this.#rest[2] === 13 && this.#rest[3] === 10;
      this.#rest = this.#rest.subarray(isPing ? 4 : 2);
      if (isPing) this.#events.onPing();
      else this.#events.onPong();
    }
    return true;
  }

  #takeMessage(): boolean {
    const end = this.#rest.indexOf('\r\n\r\n');
    if (end < 0) {
      if (this.#rest.length > MAX_BYTES) this.#events.onBroken('header too long');
      return false;
    }
    const lengths = new Set(
      [
        ...this.#rest
          .subarray(0, end)
          .toString('latin1')
          .matchAll(/\r\n(?:content-length|l)[ \t]*:[ \t]*([^\r]*)/gi),
      ].map(([, value = '']) => value.trim()),
    );
    const [length = '0'] = lengths;
    const isReadable = lengths.size <= 1 && /^\d{1,8}$/.test(length);
    const total = end + 4 + (isReadable ? Number(length) : 0);
    if (isReadable && total <= MAX_BYTES && this.#rest.length < total) return false;
    const message = this.#rest.subarray(0, Math.min(total, MAX_BYTES));
    this.#rest = this.#rest.subarray(total);
    this.#events.onMessage(message);
    if (isReadable && total <= MAX_BYTES) return true;
    // Nobody knows where the next message starts.
    this.#events.onBroken('unusable Content-Length');
    return false;
  }
}

interface FramerEvents {
  onMessage(bytes: Buffer): void;
  onPing(): void;
  onPong(): void;
  /** The stream cannot be read any further: close it. */
  onBroken(detail: string): void;
}
