import type { HostState, HostView } from '../../../machines/model/host-state.ts';
import type { Screen } from '../../../machines/model/settings-screens.ts';
import type { Phrase } from '../phrasebook.ts';
import { backToLines, button, type ScreenRendering } from './rendering.ts';
import { brief } from './words.ts';

/** Hosts for their operator. */
export const hosts: ScreenRendering<Extract<Screen, { kind: 'hosts' | 'host' }>> = {
  hosts: ({ hosts: all }, phrase) => {
    const shown = all.slice(0, most);
    const more = all.length - shown.length;
    return {
      text: [
        phrase(all.length > 0 ? 'hosts-all' : 'hosts-none'),
        ...shown.map((host) => `${titled(host)} · ${where(host)} · ${carried(host, phrase)}`),
        ...(more > 0 ? [phrase('and-more', { count: more })] : []),
        ...(all.length > 0 ? ['', phrase('hosts-dots')] : []),
      ].join('\n'),
      buttons: [
        ...shown.map((host) => [button(titled(host), { do: 'host', host: host.id })]),
        [button(phrase('label-refresh'), { do: 'hosts' }), backToLines(phrase)],
      ],
    };
  },
  host: ({ host }, phrase) => ({
    text: [
      titled(host),
      phrase(`host-${host.state}`),
      phrase('host-since', moment(host.startedAt)),
      phrase('host-seen', moment(host.seenAt)),
      '',
      phrase('host-worker', { worker: where(host) }),
      phrase('host-version', { version: brief(host.version), boot: host.boot }),
      `${carried(host, phrase)} · ${phrase('host-shards', { count: host.shards })}`,
      ...(host.busy === undefined ? [] : [phrase('host-busy', { percent: Math.round(host.busy * 100) })]),
      ...clock(host, phrase),
    ].join('\n'),
    buttons: [
      ...(host.state === 'silent' ? [] : [[change(host, phrase)]]),
      [button(phrase('label-refresh'), { do: 'host', host: host.id }), button(phrase('label-back'), { do: 'hosts' })],
    ],
  }),
};

const dots: Readonly<Record<HostState, string>> = { live: '🟢', draining: '🟡', silent: '🔴' };
/** Rows of a message, which has 4096 characters. */
const most = 25;
/** Less comes from the way to the database. */
const noticedMs = 100;

const titled = ({ state, id }: HostView): string => `${dots[state]} ${id}`;
const where = ({ worker, place }: HostView): string => (place === '' ? worker : `${worker} · ${brief(place)}`);

const carried = ({ lines, calls }: HostView, phrase: Phrase): string =>
  `${phrase('host-lines', { count: lines })} · ${phrase('host-calls', { count: calls })}`;

/** It carries what is wanted: a press that is done again after a crash changes nothing more. */
const change = ({ id, state }: HostView, phrase: Phrase) =>
  button(phrase(state === 'draining' ? 'label-resume' : 'label-drain'), {
    do: 'drain',
    host: id,
    on: state !== 'draining',
  });

function clock({ clockMs }: HostView, phrase: Phrase): string[] {
  if (Math.abs(clockMs) < noticedMs) return [];
  return [
    phrase(clockMs > 0 ? 'host-clock-behind' : 'host-clock-ahead', {
      seconds: Math.round(Math.abs(clockMs) / 100) / 10,
    }),
  ];
}

/** To the second: that is how a press on Refresh shows. */
const moment = (at: number) => ({ date: new Date(at), time: new Date(at).toISOString().slice(11, 19) });
