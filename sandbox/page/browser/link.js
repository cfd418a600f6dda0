/**
 * The connection to the sandbox. Comes back by itself; a page whose sandbox was started anew is told so instead, for
 * its address is no longer good.
 */
export class Link {
  /** What the server says: `{type, …}`. */
  onevent = () => {};
  /** up, away, or refused for good. */
  onstate = () => {};
  #socket;
  #asked = new Map();
  #next = 1;
  #retryMs = 250;

  open() {
    const address = new URL('socket', location.href);
    address.protocol = 'ws:';
    const socket = new WebSocket(address);
    this.#socket = socket;
    socket.onopen = () => {
      this.#retryMs = 250;
      socket.send(JSON.stringify({ type: 'hello', session: sessionStorage.getItem('session') }));
    };
    socket.onmessage = ({ data }) => this.#heard(JSON.parse(data));
    socket.onclose = () => this.#lost();
  }

  /** Asks for something; the answer, or an Error with the server's words. Never waits longer than 30 s. */
  ask(type, fields = {}) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return Promise.reject(new Error('not connected'));
    const n = this.#next++;
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => this.#settle(n, { error: 'no answer' }), 30_000);
      this.#asked.set(n, { resolve, reject, late });
      this.#socket.send(JSON.stringify({ ...fields, type, n }));
    });
  }

  #heard(event) {
    if (event.type === 'done') return this.#settle(event.n, event);
    if (event.type === 'state') {
      sessionStorage.setItem('session', event.session);
      this.onstate('up');
    }
    this.onevent(event);
  }

  #settle(n, { result, error }) {
    const asked = this.#asked.get(n);
    if (!asked) return;
    this.#asked.delete(n);
    clearTimeout(asked.late);
    if (error === undefined) asked.resolve(result);
    else asked.reject(new Error(error));
  }

  async #lost() {
    for (const n of [...this.#asked.keys()]) this.#settle(n, { error: 'the connection was lost' });
    this.onstate('away');
    // A socket does not say why it was refused; a page does.
    const answer = await fetch(location.href, { cache: 'no-store' }).catch(() => undefined);
    if (answer?.status === 403) return this.onstate('refused');
    setTimeout(() => this.open(), this.#retryMs);
    this.#retryMs = Math.min(this.#retryMs * 2, 4_000);
  }
}
