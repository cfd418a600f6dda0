import type { Screen, WorkerKind, WorkerShown } from '../../../machines/model/settings-screens.ts';
import { backToLine, backToLines, button, type SayScreen } from './rendering.ts';
import { cutMiddle, longestLabel, plain } from './words.ts';

type Workers = Extract<Screen, { kind: 'workers' }>;

/** `✅ Frankfurt 1 · Germany` */
export const workerTitle = ({ kind, name, place }: WorkerShown): string =>
  `${marks[kind]} ${cutMiddle(plain(name), 40)}${place === '' ? '' : ` · ${cutMiddle(plain(place), 40)}`}`;

/** The list of workers (product §3.6): to choose from for a line, else to read. */
export const workers: SayScreen<Workers> = ({ line, chosen, workers: all }, phrase) => {
  const sorted = all.toSorted((one, other) => order.indexOf(one.kind) - order.indexOf(other.kind));
  const shown = sorted.slice(0, most);
  const more = sorted.length - shown.length;
  const explained = [
    '',
    phrase('workers-marks'),
    ...(all.length > 0 ? [phrase('workers-load')] : []),
    ...(all.some(({ kind }) => kind === 'shared') ? [phrase('workers-shared')] : []),
    ...(more > 0 ? [phrase('and-more', { count: more })] : []),
  ];
  if (line === undefined) {
    const listed = shown.map((worker) => `${workerTitle(worker)} · ${health(worker)}`);
    return {
      text: [phrase(all.length > 0 ? 'workers-all' : 'workers-none'), ...listed, ...explained].join('\n'),
      buttons: [[backToLines(phrase)]],
    };
  }
  const here = (id: string) => (id === chosen ? '▸ ' : '');
  return {
    text: [phrase('workers-choose'), phrase('workers-auto'), ...explained].join('\n'),
    buttons: [
      [button(`${here('auto')}${phrase('label-auto')}`, { do: 'worker', line, worker: 'auto' })],
      ...shown.map((worker) => [
        button(workerLabel(worker, here(worker.id)), { do: 'worker', line, worker: worker.id }),
      ]),
      [backToLine(line, phrase)],
    ],
  };
};

const marks: Readonly<Record<WorkerKind, string>> = { official: '✅', shared: '🌐', operator: '📡', private: '🔑' };
/** One's own first, other people's last. */
const order: readonly WorkerKind[] = ['private', 'official', 'operator', 'shared'];
const load: Readonly<Record<WorkerShown['load'], string>> = { low: '▰▱▱', medium: '▰▰▱', high: '▰▰▰' };
/** Telegram takes 100 buttons under a message. */
const most = 90;

const health = (worker: WorkerShown): string => (worker.healthy ? load[worker.load] : '⚠️');

/** Mark and load stay whole, however long the name is. */
function workerLabel(worker: WorkerShown, chosen: string): string {
  const [head, tail] = [`${chosen}${marks[worker.kind]} `, ` · ${health(worker)}`];
  const name = `${plain(worker.name)}${worker.place === '' ? '' : ` · ${plain(worker.place)}`}`;
  return `${head}${cutMiddle(name, longestLabel - Array.from(head + tail).length)}${tail}`;
}
