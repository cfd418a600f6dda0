import { byId, save, shortOf, timeOf, write } from './dom.js';

const lanes = ['party', 'siptg', 'user', 'media'];
const titles = { party: 'Party (SIP)', siptg: 'siptg', user: 'User (Telegram)', media: 'Media' };
const kinds = { sip: '--accent', telegram: '--good', media: '--warm', event: '--muted' };
const left = 108;
const rowHeight = 28;
const top = 46;

/** What one call was, message by message. */
export class LadderView {
  #ladder;
  #connection;
  #width = 0;

  constructor(connection) {
    this.#connection = connection;
    byId('calls').addEventListener('change', () => void this.refresh());
    byId('svg').addEventListener('click', () => this.#export('svg', 'image/svg+xml', (ladder) => svgOf(ladder, 760)));
    byId('mermaid').addEventListener('click', () => this.#export('mmd', 'text/plain', mermaidOf));
    byId('test').addEventListener('click', () => void this.#copy());
    new ResizeObserver(([{ contentRect }]) => {
      if (contentRect.width === this.#width) return;
      this.#width = contentRect.width;
      this.#draw();
    }).observe(byId('rungs'));
  }

  /** The newest first; the one that is chosen stays. */
  offer(calls) {
    const select = byId('calls');
    const known = [...select.options].map(({ value }) => value);
    const wanted = calls.toReversed();
    if (known.join() === wanted.join()) return;
    const chosen = calls.length > known.length ? wanted[0] : select.value;
    select.replaceChildren(...wanted.map((call) => new Option(call, call, false, call === chosen)));
  }

  async refresh() {
    const call = byId('calls').value;
    this.#ladder = call ? await this.#connection.ask('ladder', call) : undefined;
    this.#draw();
  }

  #draw() {
    const entries = this.#ladder?.entries ?? [];
    const rungs = byId('rungs');
    if (entries.length === 0) {
      rungs.textContent = byId('calls').value ? 'Nothing is known of this call.' : 'This actor has no calls.';
      return;
    }
    rungs.innerHTML = svgOf(this.#ladder, Math.max(320, Math.min(this.#width || 760, 980)));
  }

  #export(ending, type, textOf) {
    if (!this.#ladder) return;
    save(`call-${this.#ladder.call}.${ending}`, type, textOf(this.#ladder));
  }

  async #copy() {
    const call = byId('calls').value;
    const text = call && (await this.#connection.ask('test', call));
    if (!text) return write(byId('done'), 'nothing to copy');
    try {
      await navigator.clipboard.writeText(text);
      write(byId('done'), 'copied: paste it into test/calls');
    } catch {
      save(`call-${call}.test.ts`, 'text/plain', text);
      write(byId('done'), 'saved as a file');
    }
  }
}

const escaped = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** Stands alone: its colours are those of the page at this moment. */
function svgOf({ entries }, width) {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const isNarrow = width < 560;
  const start = isNarrow ? 62 : left;
  const xs = Object.fromEntries(
    lanes.map((lane, index) => [lane, start + ((width - start) * (index + 0.5)) / lanes.length]),
  );
  const height = top + entries.length * rowHeight + 16;
  const text = (x, y, size, fill, words, more = '') =>
    `<text x="${x}" y="${y}" font-size="${size}" fill="${fill}" ${more}>${escaped(words)}</text>`;
  const heads = lanes.flatMap((lane) => [
    `<line x1="${xs[lane]}" y1="${top - 10}" x2="${xs[lane]}" y2="${height - 8}" stroke="${colour('--line')}" stroke-width="1.5"/>`,
    text(
      xs[lane],
      22,
      isNarrow ? 11 : 13,
      colour('--text'),
      isNarrow ? titles[lane].split(' ')[0] : titles[lane],
      'text-anchor="middle" font-weight="600"',
    ),
  ]);
  const rows = entries.flatMap(({ at, from, to, kind, label }, index) => {
    const y = top + index * rowHeight + 14;
    const ink = colour(kinds[kind]);
    const time = text(4, y + 4, isNarrow ? 10 : 12, colour('--muted'), isNarrow ? timeOf(at).slice(3, 11) : timeOf(at));
    const words = shortOf(label);
    if (from === to) {
      const limit = isNarrow ? 22 : 40;
      return [
        time,
        `<circle cx="${xs[from]}" cy="${y}" r="3.5" fill="${ink}"/>`,
        text(
          xs[from] + 9,
          y + 4,
          isNarrow ? 10 : 12,
          ink,
          words.length > limit ? `${words.slice(0, limit - 1)}…` : words,
        ),
      ];
    }
    const [a, b] = [xs[from], xs[to]];
    const back = b > a ? -8 : 8;
    return [
      time,
      `<line x1="${a}" y1="${y + 4}" x2="${b}" y2="${y + 4}" stroke="${ink}" stroke-width="1.5"/>`,
      `<path d="M${b} ${y + 4} l${back} -4 v8 z" fill="${ink}"/>`,
      text((a + b) / 2, y, isNarrow ? 10 : 12, ink, words, 'text-anchor="middle"'),
    ];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif">`,
    `<rect width="${width}" height="${height}" fill="${colour('--ground')}"/>`,
    ...heads,
    ...rows,
    '</svg>',
  ].join('\n');
}

/** https://mermaid.js.org/syntax/sequenceDiagram.html */
function mermaidOf({ entries }) {
  const said = entries.map(({ from, to, label }) => {
    // A semicolon ends a line there, a hash begins a sign.
    const words = shortOf(label).replace(/[;#]/g, ' ');
    return from === to ? `  Note over ${from}: ${words}` : `  ${from}->>${to}: ${words}`;
  });
  const heads = lanes.map((lane) => `  participant ${lane} as ${titles[lane]}`);
  return ['sequenceDiagram', ...heads, ...said, ''].join('\n');
}
