import type { HostShown } from '../actors/ports/hosts.ts';
import { HostRepository } from '../db/hosting/hosts.ts';
import { clockWords } from '../machines/model/clocks.ts';
import { hostStateOf } from '../machines/model/host-state.ts';
import { bootOf, hostName, hostOf } from '../machines/model/shards.ts';
import type { Storage } from '../storage.ts';
import type { Commands } from './command.ts';
import { checked, type Form, WrongUsage } from './wrong-usage.ts';

const hostId: Form = { form: hostName, allowed: 'an id of host list' };

export const hostUsage = `\
  host list              the hosts of this installation, what they carry, and since when
  host drain <id>        takes nothing new any more, and gives away what is idle at once, the rest as calls end
  host undrain <id>      takes its share again
  host forget <id>       one that ended without a good-bye: what was its is free at once
           --json after each of them: the same for programs`;

export const hostCommands: Commands = {
  'host list': async (words) => {
    const isJson = asJson('host list', words);
    return async (storage) => {
      const hosts = await hostsOf(storage).all();
      if (isJson) return JSON.stringify(hosts.map(entry), null, 2);
      return hosts.map(row).join('\n') || 'No host runs.';
    };
  },
  'host drain': change(
    'host drain',
    (host) => `Host ${host} is draining: what is idle goes to the other hosts, the rest as calls end.`,
  ),
  'host undrain': change('host undrain', (host) => `Host ${host} takes its share again.`),
  'host forget': async ([id = '', ...words]) => {
    const host = checked('host forget', 'id', id, hostId);
    const isJson = asJson('host forget', words);
    return async (storage) => {
      const outcome = await hostsOf(storage).forget('operator', host);
      if (outcome === 'unknown') throw unknown('host forget', host);
      if (outcome === 'runs') {
        throw new WrongUsage(
          `host forget: host ${host} was seen within 15 s: drain it and stop it; only a silent one can be forgotten`,
        );
      }
      return isJson ? JSON.stringify({ host, did: 'forget' }) : `Host ${host} is forgotten, and what was its is free.`;
    };
  },
};

function change(command: 'host drain' | 'host undrain', said: (host: string) => string): Commands[string] {
  return async ([id = '', ...words]) => {
    const host = checked(command, 'id', id, hostId);
    const isJson = asJson(command, words);
    return async (storage) => {
      const isThere = await hostsOf(storage).setDraining('operator', host, command === 'host drain');
      if (!isThere) throw unknown(command, host);
      return isJson ? JSON.stringify({ host, did: command.slice('host '.length) }) : said(host);
    };
  };
}

const hostsOf = ({ database }: Storage) => new HostRepository(database);

const unknown = (command: string, host: string) =>
  new WrongUsage(
    `${command}: no host ${host} ${command === 'host forget' ? 'is known' : 'runs'}; host list has those there are`,
  );

function asJson(command: string, words: readonly string[]): boolean {
  const [wrong] = words.filter((word) => word !== '--json');
  if (wrong !== undefined) throw new WrongUsage(`${command}: found "${wrong}", allowed is --json`);
  return words.length > 0;
}

const entry = ({ incarnation, startedAt, seenAt, isLive, draining, ...rest }: HostShown) => ({
  id: hostOf(incarnation),
  boot: bootOf(incarnation),
  ...rest,
  since: new Date(startedAt).toISOString(),
  seen: new Date(seenAt).toISOString(),
  state: hostStateOf({ isLive, draining }),
  draining,
});

function row(host: HostShown): string {
  const { incarnation, version, worker, place, startedAt, seenAt, shards, load } = host;
  const { clockMs = 0, lines = 0, calls = 0 } = load;
  const state = hostStateOf(host);
  return [
    hostOf(incarnation),
    worker,
    place,
    `${version || '?'}/${bootOf(incarnation)}`,
    `since ${new Date(startedAt).toISOString()}`,
    `seen ${new Date(seenAt).toISOString()}`,
    counted(lines, 'line'),
    counted(calls, 'call'),
    counted(shards, 'shard'),
    state === 'live' ? '' : state,
    // Milliseconds come from the way to the database.
    Math.abs(clockMs) >= 100 && `clock ${clockWords(clockMs)} the database’s`,
  ]
    .filter(Boolean)
    .join('  ');
}

const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;
