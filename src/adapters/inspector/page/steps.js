import { byId, shortOf, timeOf, write } from './dom.js';

/** Back through what was: of a root by replay of its log, of a child by what was seen of it. */
export class Steps {
  #connection;
  #show;
  #id;
  #isRoot = false;
  #seen = [];
  #history;
  #at;

  /** `show`: what to light; undefined: how it stands now. */
  constructor(connection, show) {
    this.#connection = connection;
    this.#show = show;
    byId('slider').addEventListener('input', ({ target }) => void this.#to(Number(target.value)));
    byId('back').addEventListener('click', () => void this.#to(this.#index() - 1));
    byId('forth').addEventListener('click', () => void this.#to(this.#index() + 1));
    byId('live').addEventListener('click', () => this.live());
  }

  get isLive() {
    return this.#at === undefined;
  }

  get list() {
    return this.#history?.steps ?? this.#seen;
  }

  begin(id, isRoot) {
    this.#id = id;
    this.#isRoot = isRoot;
    this.#seen = [];
    this.#history = undefined;
    this.#at = undefined;
    this.#say();
  }

  /** A log of one that is not there any more. */
  open(history) {
    this.begin(undefined, true);
    this.#history = history;
    byId('live').hidden = true;
    void this.#to(history.steps.length - 1);
  }

  add(steps) {
    this.#seen = [...this.#seen, ...steps].slice(-1_000);
    if (this.isLive) this.#say();
  }

  live() {
    this.#at = undefined;
    this.#history = undefined;
    this.#say();
    this.#show(undefined);
  }

  /** To what happened under this number. */
  async pick(seq) {
    await this.#load();
    const index = this.list.findIndex((step) => step.seq === seq);
    if (index >= 0) await this.#to(index);
  }

  #index() {
    return this.#at ?? Number(byId('slider').max);
  }

  async #load() {
    if (this.#history || !this.#isRoot || this.#id === undefined) return;
    const id = this.#id;
    const history = await this.#connection.ask('history', id);
    if (id === this.#id && history) this.#history = history;
  }

  async #to(wanted) {
    const stayed = this.#at;
    // Held from here on, while the log is being fetched.
    this.#at ??= wanted;
    // Counted from the end where less was seen than there is.
    const before = this.list.length;
    if (stayed === undefined) await this.#load();
    if (this.#at === undefined) return;
    const shift = stayed === undefined ? Math.max(0, this.list.length - before) : 0;
    this.#at = Math.max(0, Math.min(wanted + shift, this.list.length - 1));
    this.#say();
    const step = this.list[this.#at];
    if (step) this.#show(step);
  }

  #say() {
    const last = Math.max(0, this.list.length - 1);
    const slider = byId('slider');
    slider.max = String(last);
    slider.value = String(this.#at ?? last);
    slider.disabled = last === 0;
    if (this.#id !== undefined) byId('live').hidden = false;
    byId('live').setAttribute('aria-pressed', String(this.isLive));
    const step = this.list[this.#at ?? last];
    const what = step
      ? `${step.seq} of ${this.list.at(-1).seq} · ${shortOf(step.event.type)} · ${timeOf(step.at)}`
      : '';
    const how = this.#history
      ? ` · replayed${this.#history.isTrue === false ? ', but it leads elsewhere' : ''}`
      : ' · seen';
    write(byId('step'), step && !this.isLive ? what + how + this.#missing() : what);
  }

  #missing() {
    const missing = this.#history?.missing ?? 0;
    return missing > 0 ? ` · ${missing} events are not in the log` : '';
  }
}
