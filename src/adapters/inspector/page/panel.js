import { byId, element, shortOf, timeOf, write } from './dom.js';

const most = 200;

/** Beside the chart: what the actor waits for, what it remembers, and what it took. */
export class Panel {
  #timers = [];
  /** How far this clock is behind the process's. */
  #offsetMs = 0;
  #pick;

  constructor(pick) {
    this.#pick = pick;
    setInterval(() => this.#count(), 100);
    byId('events').addEventListener('click', ({ target }) => {
      const row = target.closest('li');
      if (row && !target.closest('pre')) this.#pick(Number(row.dataset.seq));
    });
  }

  clear() {
    byId('events').replaceChildren();
    write(byId('context'), '');
    write(byId('count'), '');
    this.#wait([]);
  }

  show({ context, timers, steps, actor }, now) {
    this.#offsetMs = now - Date.now();
    write(byId('context'), JSON.stringify(context, undefined, 2) ?? '');
    write(byId('count'), String(actor.count));
    this.#wait(timers);
    const list = byId('events');
    for (const step of steps) list.prepend(rowOf(step));
    while (list.children.length > most) list.lastElementChild.remove();
  }

  /** All of a log instead of what came while somebody looked. */
  replace(steps) {
    byId('events').replaceChildren(...steps.slice(-1_000).toReversed().map(rowOf));
    write(byId('count'), String(steps.length - 1));
  }

  mark(seq) {
    for (const row of byId('events').children) {
      const isIt = Number(row.dataset.seq) === seq;
      if (isIt) {
        row.setAttribute('aria-current', 'step');
        row.scrollIntoView({ block: 'nearest' });
      } else row.removeAttribute('aria-current');
    }
  }

  #wait(timers) {
    this.#timers = timers.map((timer) => {
      const due = element('span', { class: 'due' });
      const bar = element('progress', { max: '1', 'aria-label': timer.event });
      const name = timer.state ? `${timer.event} · ${timer.state}` : timer.event;
      return { ...timer, due, bar, row: element('li', {}, element('span', {}, name), due, bar) };
    });
    const rows = this.#timers.map(({ row }) => row);
    byId('timers').replaceChildren(
      ...(rows.length > 0 ? rows : [element('li', { class: 'none' }, 'Nothing is waited for.')]),
    );
    this.#count();
  }

  #count() {
    for (const { dueAt, delayMs, due, bar } of this.#timers) {
      const leftMs = Math.max(0, dueAt - Date.now() - this.#offsetMs);
      write(due, spanOf(leftMs));
      bar.value = delayMs > 0 ? leftMs / delayMs : 0;
    }
  }
}

function spanOf(ms) {
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.ceil(ms / 1_000);
  const parts = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts
    .slice(parts[0] > 0 ? 0 : 1)
    .map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, '0')))
    .join(':');
}

function rowOf({ seq, at, event }) {
  const { type, ...rest } = event;
  const head = [element('time', {}, timeOf(at)), element('b', { title: type }, shortOf(type))];
  const body =
    Object.keys(rest).length > 0
      ? element('details', {}, element('summary', {}, ...head), element('pre', {}, JSON.stringify(rest, undefined, 2)))
      : element('div', { class: 'plain' }, ...head);
  return element('li', { 'data-seq': seq }, body);
}
