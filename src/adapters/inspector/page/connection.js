const soonestMs = 300;
const latestMs = 5_000;

/** The line to the process: comes back by itself, and says how it is. */
export class Connection extends EventTarget {
  #socket;
  #waitMs = soonestMs;
  #asked = new Map();
  #next = 0;
  /** One question at a time, as the other side has it. */
  #turn = Promise.resolve();

  open() {
    this.#socket = new WebSocket(new URL('live', location.href.replace(/^http/, 'ws')));
    this.#socket.addEventListener('message', ({ data }) => this.#hear(JSON.parse(data)));
    this.#socket.addEventListener('close', () => this.#closed());
  }

  get isOpen() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  tell(message) {
    if (this.isOpen) this.#socket.send(JSON.stringify(message));
  }

  /** Undefined when it is refused, or the line is lost meanwhile. */
  ask(type, of) {
    const answer = this.#turn.then(() => this.#ask(type, of));
    this.#turn = answer.catch(() => {});
    return answer;
  }

  #ask(type, of) {
    if (!this.isOpen) return undefined;
    const id = ++this.#next;
    return new Promise((resolve) => {
      this.#asked.set(id, resolve);
      this.tell({ id, type, of });
    });
  }

  #hear(message) {
    if (message.type === 'hello') {
      this.#waitMs = soonestMs;
      this.#say('live', 'live');
    }
    if (message.type === 'answer') {
      this.#asked.get(message.id)?.(message.answer);
      this.#asked.delete(message.id);
    } else this.dispatchEvent(new CustomEvent(message.type, { detail: message }));
  }

  async #closed() {
    for (const resolve of this.#asked.values()) resolve(undefined);
    this.#asked.clear();
    this.#say('away', 'reconnecting…');
    const status = await fetch('style.css', { cache: 'no-store' }).then(
      (response) => response.status,
      () => 0,
    );
    // Another start has another token, and so another address.
    if (status === 404) return this.#say('stale', 'restarted: open its new address');
    if (status === 200) this.#say('away', 'too many inspectors: waiting…');
    setTimeout(() => this.open(), this.#waitMs);
    this.#waitMs = Math.min(this.#waitMs * 2, latestMs);
  }

  #say(link, words) {
    this.dispatchEvent(new CustomEvent('link', { detail: { link, words } }));
  }
}
