import { drawing } from './dom.js';
import { linesOf } from './layout.js';

/** A chart with places, as it is drawn; what is lit is a matter of classes. */
export function picture(graph) {
  const nodes = [];
  const walk = (node) => {
    nodes.push(nodeOf(node));
    for (const child of node.children ?? []) walk(child);
  };
  for (const child of graph.children) walk(child);
  const tip = (id) =>
    drawing(
      'marker',
      {
        id,
        viewBox: '0 0 10 10',
        refX: 9,
        refY: 5,
        markerWidth: 9,
        markerHeight: 9,
        markerUnits: 'userSpaceOnUse',
        orient: 'auto',
      },
      drawing('path', { d: 'M0 1 L10 5 L0 9 z' }),
    );
  const defs = drawing('defs', {}, tip('tip'), tip('tip-taken'));
  return drawing('svg', { role: 'img', 'aria-label': 'Chart' }, defs, ...nodes, ...graph.edges.map(edgeOf));
}

function nodeOf({ state, x = 0, y = 0, width, height, isOpen }) {
  const kind = [state.type, isOpen && 'open compound', 'node'].filter(Boolean).join(' ');
  const group = drawing('g', { class: kind, 'data-path': state.path, 'data-box': `${x} ${y} ${width} ${height}` });
  group.append(drawing('rect', { x, y, width, height, rx: 9 }));
  if (state.type === 'final')
    group.append(drawing('rect', { x: x + 3, y: y + 3, width: width - 6, height: height - 6, rx: 7, class: 'inner' }));
  group.append(drawing('text', { class: 'heading', x: x + 13, y: y + 22 }, state.key || '●'));
  for (const [index, line] of linesOf(state).entries()) {
    // Beside the name where states are drawn below it.
    const place = isOpen ? { x: x + 26 + state.key.length * 8, y: y + 22 } : { x: x + 13, y: y + 38 + index * 15 };
    if (!isOpen || index === 0) group.append(drawing('text', { class: 'invokes', ...place }, line));
  }
  if (state.description) group.append(drawing('title', {}, `${state.key}: ${state.description}`));
  return group;
}

function edgeOf({ from, ids, words, sections = [], labels = [] }) {
  const points = sections.flatMap(({ startPoint, bendPoints = [], endPoint }) => [startPoint, ...bendPoints, endPoint]);
  const group = drawing('g', { class: 'edge', 'data-ids': ids.join('\n'), 'data-from': from });
  group.append(drawing('path', { d: rounded(points), 'marker-end': 'url(#tip)' }));
  for (const { x = 0, y = 0, width, height, text } of labels) {
    group.append(drawing('rect', { class: 'back', x, y, width, height }));
    for (const [index, line] of text.split('\n').entries()) {
      group.append(drawing('text', { x: x + 3, y: y + 11 + index * 14 }, line));
    }
  }
  group.append(drawing('title', {}, words.join('\n')));
  return group;
}

/** Right angles with their corners taken off. */
function rounded(points) {
  const towards = (a, b, length) => {
    const distance = Math.hypot(b.x - a.x, b.y - a.y) || 1;
    const part = Math.min(length, distance / 2) / distance;
    return `${a.x + (b.x - a.x) * part} ${a.y + (b.y - a.y) * part}`;
  };
  return points
    .map((point, index) => {
      if (index === 0) return `M${point.x} ${point.y}`;
      if (index === points.length - 1) return `L${point.x} ${point.y}`;
      return `L${towards(point, points[index - 1], 7)} Q${point.x} ${point.y} ${towards(point, points[index + 1], 7)}`;
    })
    .join(' ');
}
