import { expect } from 'vitest';
import { ownUdpPorts } from '../../support/own-udp-ports.ts';
import type { Stage } from '../../support/stage.ts';

/** What calls have open at this moment, on either side: all of it zero when nothing is left. */
export function leftoversOf({ service, phone }: Stage) {
  return {
    ...service.sip.counters.open(),
    softphones: service.engaged,
    telegramCalls: phone.currentCalls.length,
    udpSockets: ownUdpPorts().length,
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
