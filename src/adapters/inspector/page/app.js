import { ChartView } from './chart.js';
import { Connection } from './connection.js';
import { byId, element, write } from './dom.js';
import { LadderView } from './ladder.js';
import { Panel } from './panel.js';
import { Steps } from './steps.js';
import { Tree } from './tree.js';

const connection = new Connection();
const charts = new Map();
const chart = new ChartView();
const ladder = new LadderView(connection);
const steps = new Steps(connection, (step) => light(step));
const panel = new Panel((seq) => void steps.pick(seq));
const tree = new Tree((id) => void choose(id));
/** The actor that is looked at, and how it stood last. */
let chosen;
let view;

connection.addEventListener('link', ({ detail: { link, words } }) => {
  byId('link').dataset.link = link;
  write(byId('link'), words);
});
connection.addEventListener('hello', ({ detail: { host, version, actors } }) => {
  write(byId('host'), `${host} · ${version}`);
  tree.begin(actors);
  // After a restart, or what it was is over meanwhile.
  const again = chosen !== undefined && tree.find(chosen) ? chosen : tree.first();
  if (again !== undefined) tree.choose(again);
});
connection.addEventListener('actors', ({ detail: { changed, gone } }) => {
  tree.change(changed, gone);
  if (chosen === undefined && tree.first() !== undefined && !byId('live').hidden) tree.choose(tree.first());
  if (gone.includes(chosen)) write(byId('now'), `${byId('now').textContent.replace(/ · over$/, '')} · over`);
});
connection.addEventListener('view', ({ detail }) => {
  if (detail.view.actor.id !== chosen) return;
  view = detail.view;
  steps.add(view.steps);
  panel.show(view, detail.now);
  if (steps.isLive) light(undefined);
  void offerCalls();
});

async function choose(id) {
  const actor = tree.find(id);
  if (!actor) return;
  chosen = id;
  view = undefined;
  panel.clear();
  steps.begin(id, !actor.parent);
  head(actor.name, `${actor.machine ?? 'operation'} · ${actor.state || actor.status}`);
  await draw(actor.machine);
  if (chosen === id) connection.tell({ type: 'watch', actor: id });
}

async function draw(machine) {
  const asks = chosen;
  if (machine && !charts.has(machine)) {
    const answer = await connection.ask('chart', machine);
    // None where the connection was lost meanwhile: it is asked for again.
    if (answer) charts.set(machine, answer);
  }
  // Another one may have been chosen while this was on its way.
  if (chosen === asks) chart.show(machine && charts.get(machine));
}

const head = (name, now) => {
  write(byId('name'), name);
  write(byId('now'), now);
};

/** How it was at a step, or how it is. */
function light(step) {
  const last = view?.steps.at(-1) ?? steps.list.at(-1);
  const states = step?.states ?? view?.states ?? [];
  chart.light(states, (step ?? last)?.edges ?? []);
  panel.mark(step?.seq);
  if (view) head(view.actor.name, `${view.actor.machine} · ${step ? innerOf(states) : view.actor.state}`);
}

const innerOf = (states) =>
  states.filter((path) => path && !states.some((other) => other.startsWith(`${path}.`))).join(', ');

let isAsking = false;
async function offerCalls() {
  if (isAsking || document.body.dataset.view !== 'ladder' || chosen === undefined) return;
  isAsking = true;
  ladder.offer((await connection.ask('calls', chosen)) ?? []);
  await ladder.refresh();
  // Once a second is often enough to read.
  setTimeout(() => {
    isAsking = false;
  }, 1_000);
}

byId('past').addEventListener('submit', (event) => {
  event.preventDefault();
  void openLog(byId('past-call').value.trim());
});

/** Of a call that may have ended days ago. */
async function openLog(call) {
  const histories = (await connection.ask('call', call)) ?? [];
  const history = histories.find(({ machine }) => machine === 'softphone') ?? histories[0];
  if (!history) return head('No such call', `nothing is kept of ${call}`);
  chosen = undefined;
  view = undefined;
  connection.tell({ type: 'unwatch' });
  panel.clear();
  await draw(history.machine);
  head(history.name, `${history.machine} · from the log of ${call}`);
  panel.replace(history.steps);
  byId('calls').replaceChildren(element('option', { value: call }, call));
  steps.open(history);
  await ladder.refresh();
}

function go(to) {
  document.body.dataset.view = to;
  for (const button of document.querySelectorAll('.views button')) {
    button.setAttribute('aria-pressed', String(button.dataset.to === to));
  }
  void offerCalls();
}
for (const button of document.querySelectorAll('.views button')) {
  button.addEventListener('click', () => go(button.dataset.to));
}
go('chart');

const theme = localStorage.getItem('theme');
if (theme) document.documentElement.dataset.theme = theme;
byId('theme').addEventListener('click', () => {
  const root = document.documentElement;
  const isDark = root.dataset.theme
    ? root.dataset.theme === 'dark'
    : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = isDark ? 'light' : 'dark';
  localStorage.setItem('theme', root.dataset.theme);
  void ladder.refresh();
});

connection.open();
