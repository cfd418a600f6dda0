import { byId, element, shortOf, write } from './dom.js';

/** The list of actors: roots with their children below them, filtered, walked with the arrow keys. */
export class Tree {
  #list = byId('tree');
  #actors = new Map();
  #rows = new Map();
  #chosen;
  #choose;
  #isDirty = false;

  constructor(choose) {
    this.#choose = choose;
    byId('filter').addEventListener('input', () => this.#later());
    byId('operations').addEventListener('change', () => this.#later());
    this.#list.addEventListener('click', ({ target }) => {
      const row = target.closest('[role=treeitem]');
      if (row) this.choose(row.dataset.id);
    });
    this.#list.addEventListener('keydown', (event) => this.#key(event));
  }

  get size() {
    return this.#actors.size;
  }

  /** Of a new connection: nobody else is there. */
  begin(actors) {
    this.#actors = new Map(actors.map((actor) => [actor.id, actor]));
    this.#later();
  }

  change(changed, gone) {
    for (const actor of changed) this.#actors.set(actor.id, actor);
    for (const id of gone) this.#actors.delete(id);
    this.#later();
  }

  find(id) {
    return this.#actors.get(id);
  }

  /** Who has something going on, else the first. */
  first() {
    const roots = [...this.#actors.values()].filter(({ parent, machine }) => !parent && machine);
    return (roots.find(({ machine, status }) => machine === 'softphone' && status === 'active') ?? roots[0])?.id;
  }

  choose(id) {
    this.#chosen = id;
    this.#later();
    this.#choose(id);
  }

  #later() {
    if (this.#isDirty) return;
    this.#isDirty = true;
    requestAnimationFrame(() => {
      this.#isDirty = false;
      this.#draw();
    });
  }

  #draw() {
    const shown = this.#shown();
    byId('nobody').hidden = shown.length > 0;
    const kept = new Set();
    let before = null;
    for (const [actor, depth] of shown) {
      const row = this.#rows.get(actor.id) ?? this.#add(actor.id);
      kept.add(actor.id);
      this.#fill(row, actor, depth);
      const place = before ? before.nextSibling : this.#list.firstChild;
      if (place !== row.li) this.#list.insertBefore(row.li, place);
      before = row.li;
    }
    for (const [id, { li }] of this.#rows) {
      if (kept.has(id)) continue;
      li.remove();
      this.#rows.delete(id);
    }
    const current = this.#rows.get(this.#chosen)?.li ?? this.#list.firstElementChild;
    for (const { li } of this.#rows.values()) {
      const index = li === current ? '0' : '-1';
      if (li.getAttribute('tabindex') !== index) li.setAttribute('tabindex', index);
    }
  }

  #add(id) {
    const name = element('div', { class: 'name' });
    const is = element('div', { class: 'is' });
    const li = element('li', { role: 'treeitem', 'data-id': id, tabindex: '-1' }, name, is);
    const row = { li, name, is };
    this.#rows.set(id, row);
    return row;
  }

  #fill({ li, name, is }, actor, depth) {
    write(name, actor.name);
    const words = [actor.machine && actor.state, actor.lastEvent && shortOf(actor.lastEvent)].filter(Boolean);
    write(is, words.join(' · ') || actor.status);
    if (li.dataset.status !== actor.status) li.dataset.status = actor.status;
    const level = String(Math.min(depth, 3));
    if (li.dataset.depth !== level) {
      li.dataset.depth = level;
      li.setAttribute('aria-level', String(depth + 1));
    }
    const isChosen = String(actor.id === this.#chosen);
    if (li.getAttribute('aria-selected') !== isChosen) li.setAttribute('aria-selected', isChosen);
  }

  /** Whoever is found, with those above them. */
  #shown() {
    const words = byId('filter').value.trim().toLowerCase();
    const withOperations = byId('operations').checked;
    const below = Map.groupBy(this.#actors.values(), ({ parent }) => (this.#actors.has(parent) ? parent : undefined));
    const walk = (parent, depth) =>
      (below.get(parent) ?? []).flatMap((actor) => {
        const inner = walk(actor.id, depth + 1);
        const isFound = [actor.name, actor.machine ?? '', actor.state].some((text) =>
          text.toLowerCase().includes(words),
        );
        const isShown = (actor.machine || withOperations) && isFound;
        return isShown || inner.length > 0 ? [[actor, depth], ...inner] : [];
      });
    return walk(undefined, 0);
  }

  #key(event) {
    const rows = [...this.#list.children];
    const at = rows.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
    if (to !== undefined) rows[Math.max(0, Math.min(to, rows.length - 1))]?.focus();
    else if (event.key === 'Enter' || event.key === ' ') this.choose(rows[at]?.dataset.id);
    else return;
    event.preventDefault();
  }
}
