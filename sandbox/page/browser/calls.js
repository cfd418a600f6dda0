import { fromHex } from './engine/bytes.js';
import { Call } from './engine/call.js';

/** The calls of this device: one at a time, as in Telegram's apps. */
export class Calls {
  /** The call of the moment, or the one that has just ended. */
  current;
  onchange = () => {};
  #link;
  #sound;
  #early = new Map();

  constructor(link, sound) {
    this.#link = link;
    this.#sound = sound;
  }

  get isEngaged() {
    return this.current !== undefined && this.current.state !== 'ended';
  }

  /** @throws Error with what Telegram refused */
  async place(to) {
    if (this.isEngaged) throw new Error('there is a call already');
    this.#take(await Call.place(this.#parts(), to));
    for (const view of this.#early.get(this.current.id) ?? []) this.current.handle(view);
    this.#early.clear();
  }

  /** A push of the server. */
  handle(view) {
    if (this.current?.id === view.id) return this.current.handle(view);
    if (view.state === 'requested') {
      if (this.isEngaged) {
        this.#link.ask('call.discard', { id: view.id, reason: 'busy', duration: 0 }).catch(() => {});
        return;
      }
      this.#take(Call.receive(this.#parts(), view));
    } else if (this.#early.size < 8) {
      // Pushed before the answer to our own request is here.
      this.#early.set(view.id, [...(this.#early.get(view.id) ?? []), view].slice(-4));
    }
  }

  handleSignaling(id, data) {
    if (this.current?.id === id) this.current.handleSignaling(fromHex(data));
  }

  dismiss() {
    if (this.isEngaged) return;
    this.current = undefined;
    this.onchange();
  }

  #take(call) {
    this.current = call;
    call.onchange = () => {
      if (call !== this.current) return;
      if (call.state === 'ended') this.#sound.rest();
      this.onchange();
    };
    this.onchange();
  }

  #parts() {
    const sound = this.#sound;
    return {
      ask: (type, fields) => this.#link.ask(type, fields),
      get track() {
        return sound.track;
      },
      hear: (track) => sound.hear(track),
    };
  }
}
