import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** The local port of each UDP socket of this process, with all its threads: each media leg has at least one. */
export function ownUdpPorts(): number[] {
  const ports = new Map(['udp', 'udp6'].flatMap(portsByInode));
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    const inode = /^socket:\[(\d+)\]$/.exec(target(fd))?.[1];
    return ports.get(inode ?? '') ?? [];
  });
}

function portsByInode(family: string): [string, number][] {
  const rows = readFileSync(`/proc/self/net/${family}`, 'utf8').trim().split('\n').slice(1);
  return rows.map((row) => {
    const columns = row.trim().split(/\s+/);
    return [columns[9] ?? '', Number.parseInt(columns[1]?.split(':')[1] ?? '', 16)];
  });
}

/** A descriptor may be gone before it is looked at. */
function target(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return '';
  }
}
