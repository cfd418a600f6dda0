import { byId } from './dom.js';
import { layout } from './layout.js';
import { picture } from './picture.js';

/** With more states than this only what leads to and from the active ones is drawn, unless all are asked for. */
const whole = 24;

/** The chosen machine, drawn: active states lit, the last way marked; moved and zoomed by pointer and keys. */
export class ChartView {
  #canvas = byId('chart');
  #svg;
  #chart;
  #drawn;
  #lit = { states: [], edges: [] };
  #view = { x: 0, y: 0, scale: 1 };
  #size = { width: 1, height: 1 };
  #turn = 0;

  constructor() {
    byId('whole').addEventListener('click', ({ currentTarget }) => {
      currentTarget.setAttribute('aria-pressed', String(currentTarget.getAttribute('aria-pressed') !== 'true'));
      void this.#draw();
    });
    const zooms = { in: () => this.#zoom(1.25), out: () => this.#zoom(0.8), fit: () => this.#fit(0.15) };
    for (const button of this.#canvas.querySelectorAll('[data-zoom]')) {
      button.addEventListener('click', () => zooms[button.dataset.zoom]());
    }
    this.#canvas.addEventListener('keydown', (event) => this.#key(event, zooms));
    this.#canvas.addEventListener('wheel', (event) => this.#wheel(event), { passive: false });
    this.#canvas.addEventListener('pointerdown', (event) => this.#drag(event));
    new ResizeObserver(() => this.#center()).observe(this.#canvas);
  }

  show(chart) {
    if (chart === this.#chart) return;
    this.#chart = chart;
    this.#drawn = undefined;
    this.#lit = { states: [], edges: [] };
    this.#svg?.remove();
    this.#svg = undefined;
    byId('whole').hidden = !chart || count(chart.root) <= whole;
  }

  /** Paths of active states, and ids of the edges that led there. */
  light(states, edges) {
    this.#lit = { states, edges };
    void this.#draw();
  }

  async #draw() {
    const chart = this.#chart;
    if (!chart) return;
    const turn = ++this.#turn;
    const isWhole = count(chart.root) <= whole || byId('whole').getAttribute('aria-pressed') === 'true';
    const { key, graph } = await layout(chart, isWhole ? undefined : this.#lit);
    // Another one is drawn by now.
    if (turn !== this.#turn || chart !== this.#chart) return;
    if (key !== this.#drawn) {
      this.#drawn = key;
      this.#svg?.remove();
      this.#svg = picture(graph);
      this.#canvas.prepend(this.#svg);
      this.#size = { width: graph.width, height: graph.height };
      this.#paint();
      this.#fit();
    } else {
      this.#paint();
      this.#center();
    }
  }

  #paint() {
    const active = new Set(this.#lit.states);
    const taken = new Set(this.#lit.edges);
    for (const node of this.#svg.querySelectorAll('.node')) {
      const { path } = node.dataset;
      const isActive = active.has(path);
      const isLeaf =
        isActive && (!node.classList.contains('open') || ![...active].some((one) => one.startsWith(`${path}.`)));
      node.classList.toggle('active', isActive);
      node.classList.toggle('leaf', isLeaf && path !== '');
    }
    for (const edge of this.#svg.querySelectorAll('.edge')) {
      const isTaken = edge.dataset.ids.split('\n').some((id) => taken.has(id));
      edge.classList.toggle('taken', isTaken);
      edge.classList.toggle('ready', active.has(edge.dataset.from));
      edge.querySelector('path').setAttribute('marker-end', isTaken ? 'url(#tip-taken)' : 'url(#tip)');
    }
  }

  /** Whole if that can be read, else around what is active. */
  #fit(smallest = 0.72) {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    if (width === 0 || !this.#svg) return;
    const fitting = Math.min((width - 24) / this.#size.width, (height - 24) / this.#size.height);
    this.#view.scale = Math.min(1.15, Math.max(fitting, smallest));
    this.#view.x = (this.#size.width - width / this.#view.scale) / 2;
    this.#view.y = (this.#size.height - height / this.#view.scale) / 2;
    this.#center();
  }

  /** Moves no further than what is active asks for. */
  #center() {
    const leaves = [...(this.#svg?.querySelectorAll('.node.leaf') ?? [])];
    const { clientWidth, clientHeight } = this.#canvas;
    if (clientWidth === 0 || !this.#svg) return;
    const [width, height] = [clientWidth / this.#view.scale, clientHeight / this.#view.scale];
    for (const leaf of leaves.slice(0, 1)) {
      const [x, y, w, h] = leaf.dataset.box.split(' ').map(Number);
      const edge = 24;
      if (x - edge < this.#view.x || x + w + edge > this.#view.x + width) this.#view.x = x + w / 2 - width / 2;
      if (y - edge < this.#view.y || y + h + edge > this.#view.y + height) this.#view.y = y + h / 2 - height / 2;
    }
    this.#place();
  }

  #place() {
    const { x, y, scale } = this.#view;
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    this.#svg?.setAttribute('viewBox', `${x} ${y} ${width / scale} ${height / scale}`);
  }

  #zoom(by, at = { x: this.#canvas.clientWidth / 2, y: this.#canvas.clientHeight / 2 }) {
    const scale = Math.max(0.15, Math.min(3, this.#view.scale * by));
    this.#view.x += at.x / this.#view.scale - at.x / scale;
    this.#view.y += at.y / this.#view.scale - at.y / scale;
    this.#view.scale = scale;
    this.#place();
  }

  #wheel(event) {
    event.preventDefault();
    if (event.ctrlKey) return this.#zoom(Math.exp(-event.deltaY / 200), { x: event.offsetX, y: event.offsetY });
    this.#view.x += event.deltaX / this.#view.scale;
    this.#view.y += event.deltaY / this.#view.scale;
    this.#place();
  }

  #drag(event) {
    if (event.target.closest('button')) return;
    let from = event;
    this.#canvas.setPointerCapture(event.pointerId);
    const moved = (to) => {
      this.#view.x -= (to.clientX - from.clientX) / this.#view.scale;
      this.#view.y -= (to.clientY - from.clientY) / this.#view.scale;
      from = to;
      this.#place();
    };
    this.#canvas.addEventListener('pointermove', moved);
    const end = () => this.#canvas.removeEventListener('pointermove', moved);
    this.#canvas.addEventListener('pointerup', end, { once: true });
    this.#canvas.addEventListener('pointercancel', end, { once: true });
  }

  #key(event, zooms) {
    if (event.target !== this.#canvas) return;
    const step = 60 / this.#view.scale;
    const moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
    const zoom = { '+': zooms.in, '=': zooms.in, '-': zooms.out, 0: zooms.fit }[event.key];
    const [x, y] = moves[event.key] ?? [];
    if (zoom) zoom();
    else if (x !== undefined) {
      this.#view.x += x;
      this.#view.y += y;
      this.#place();
    } else return;
    event.preventDefault();
  }
}

const count = ({ nodes }) => nodes.reduce((sum, node) => sum + count(node), 1);
