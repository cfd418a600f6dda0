import type { HostShown, Hosts } from '../../../src/actors/ports/hosts.ts';
import type { UserId } from '../../../src/machines/model/ids.ts';
import { hostOf } from '../../../src/machines/model/shards.ts';

/** Hosts as the test says; knows who did what with them. */
export class ListedHosts implements Pick<Hosts, 'all' | 'setDraining'> {
  hosts: readonly HostShown[] = [];
  readonly deeds: string[] = [];

  async all(): Promise<readonly HostShown[]> {
    return this.hosts;
  }

  async setDraining(by: UserId | 'operator', host: string, on: boolean): Promise<boolean> {
    const isHe = ({ incarnation, isLive }: HostShown) => isLive && hostOf(incarnation) === host;
    if (!this.hosts.some(isHe)) return false;
    this.deeds.push(`${by} ${on ? 'drains' : 'resumes'} ${host}`);
    this.hosts = this.hosts.map((one) => (isHe(one) ? { ...one, draining: on } : one));
    return true;
  }
}
