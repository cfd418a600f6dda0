import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { expect } from 'vitest';
import type { Stage } from '../../support/stage.ts';

/** What calls have open at this moment, on either side: all of it zero when nothing is left. */
export function leftoversOf({ service, phone }: Stage) {
  return {
    ...service.sip.counters.open(),
    softphones: service.engaged,
    telegramCalls: phone.currentCalls.length,
    udpSockets: udpSockets(),
    exceptions: service.sip.counters.totals().exceptions ?? 0,
  };
}

/** Waits until there is no more of anything than before; the machines' clock runs meanwhile, for tones that end a call. */
export async function restAs(before: ReturnType<typeof leftoversOf>, stage: Stage, timeout = 10_000): Promise<void> {
  const more = () => {
    stage.clock.increment(500);
    const now = leftoversOf(stage);
    return Object.fromEntries(
      Object.entries(now).filter(([name, count]) => count > before[name as keyof typeof before]),
    );
  };
  await expect.poll(more, { timeout, interval: 20, message: 'left over' }).toEqual({});
}

/** Of this process, with all its threads: each media leg has at least one, and so has each telephone. */
function udpSockets(): number {
  const inodes = new Set(
    ['udp', 'udp6'].flatMap((family) =>
      readFileSync(`/proc/self/net/${family}`, 'utf8')
        .split('\n')
        .slice(1)
        .flatMap((row) => row.trim().split(/\s+/)[9] ?? []),
    ),
  );
  return readdirSync('/proc/self/fd').filter((fd) => inodes.has(/^socket:\[(\d+)\]$/.exec(target(fd))?.[1] ?? ''))
    .length;
}

/** A descriptor may be gone before it is looked at. */
function target(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return '';
  }
}
