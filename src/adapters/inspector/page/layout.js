/* global ELK */

const elk = new ELK({ workerUrl: 'elk-worker.js' });
const laid = new Map();

const options = {
  'elk.algorithm': 'layered',
  'elk.direction': 'RIGHT',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.json.edgeCoords': 'ROOT',
  'elk.json.shapeCoords': 'ROOT',
  'elk.layered.spacing.nodeNodeBetweenLayers': '36',
  'elk.layered.spacing.edgeNodeBetweenLayers': '16',
  'elk.spacing.nodeNode': '22',
  'elk.spacing.edgeNode': '14',
  'elk.spacing.edgeEdge': '10',
  'elk.spacing.edgeLabel': '4',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
};
const inside = { ...options, 'elk.padding': '[top=40,left=16,bottom=16,right=16]' };

/** Wider than most fonts draw it: what does not fit would be worse than what stands loose. */
const widthOf = (text, size) => Math.ceil(text.length * size * 0.58);

/**
 * A chart with places: `nodes` and `edges` of ELK with what they stand for.
 *
 * @param around active states, and edges that were taken: only what leads to and from them is drawn, for a chart that is
 *   too large to be read; undefined: all of it
 */
export function layout(chart, around) {
  const edges = around ? edgesAround(chart, around) : chart.edges;
  const wanted = around && new Set([...around.states, ...edges.flatMap(({ source, targets }) => [source, ...targets])]);
  const isWanted = ({ path, nodes }) => !wanted || wanted.has(path) || nodes.some(isWanted);
  const nodes = new Set();
  const nodeOf = (state) => {
    nodes.add(state.path);
    const inner = state.nodes.filter(isWanted).map(nodeOf);
    const lines = linesOf(state);
    const width = Math.max(64, 30 + widthOf(state.key, 14), ...lines.map((line) => 24 + widthOf(line, 11)));
    const minimum = { 'elk.nodeSize.constraints': 'MINIMUM_SIZE', 'elk.nodeSize.minimum': `(${width},60)` };
    return {
      id: `node:${state.path}`,
      state,
      isOpen: inner.length > 0,
      width,
      height: 36 + lines.length * 15,
      ...(inner.length > 0 && { children: inner, layoutOptions: { ...inside, ...minimum } }),
    };
  };
  const root = nodeOf(chart.root);
  const key = `${chart.machine} ${around ? `${[...nodes].join(' ')} ${edges.map(({ id }) => id).join(' ')}` : 'all'}`;
  if (!laid.has(key)) {
    // Charts around a call are many; those of whole machines are few.
    if (laid.size > 200) laid.clear();
    laid.set(key, elk.layout({ id: 'graph', children: [root], edges: merged(edges, nodes), layoutOptions: options }));
  }
  return laid.get(key).then((graph) => ({ key, graph }));
}

/** What may come next, and what was. */
function edgesAround({ edges }, { states, edges: taken }) {
  const active = new Set(states);
  return edges.filter(
    ({ id, source, targets }) =>
      taken.includes(id) || (active.has(source) && targets.some((path) => !active.has(path))),
  );
}

/** What it runs while it lasts. */
export const linesOf = ({ invokes }) => invokes.map((one) => `⟳ ${one.split(': ').at(-1)}`);

/** From state to state one line, whatever number of events leads along it. */
function merged(transitions, nodes) {
  const edges = new Map();
  for (const { id, source, targets, label, guard } of transitions) {
    for (const target of targets.filter((path) => nodes.has(path))) {
      const key = `${source}>${target}`;
      const edge = edges.get(key) ?? { id: `edge:${key}`, from: source, to: target, ids: [], words: [] };
      edge.ids.push(id);
      const words = guard ? `${label} [${guard}]` : label;
      if (!edge.words.includes(words)) edge.words.push(words);
      edges.set(key, edge);
    }
  }
  return [...edges.values()].map((edge) => {
    const shown = edge.words.length > 3 ? [...edge.words.slice(0, 2), `and ${edge.words.length - 2} more`] : edge.words;
    const lines = shown.map((line) => (line.length > 34 ? `${line.slice(0, 33)}…` : line));
    return {
      ...edge,
      sources: [`node:${edge.from}`],
      targets: [`node:${edge.to}`],
      labels: [
        {
          text: lines.join('\n'),
          width: Math.max(...lines.map((line) => widthOf(line, 11))) + 6,
          height: lines.length * 14,
        },
      ],
    };
  });
}
