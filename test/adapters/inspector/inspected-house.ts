import { InspectionHub } from '../../../src/actors/inspection/hub.ts';
import { Inspector } from '../../../src/actors/inspection/inspector.ts';
import { type InspectorServer, startInspector } from '../../../src/adapters/inspector/server.ts';
import { testOf } from '../../../src/cli/replay-test.ts';
import { CallId, EpochMs } from '../../../src/machines/model/ids.ts';
import { office, openHouse } from '../../actors/house.ts';

/** A house whose actors can be looked at, and the server that shows them. */
export interface InspectedHouse {
  readonly house: ReturnType<typeof openHouse>;
  readonly hub: InspectionHub;
  readonly inspector: Inspector;
  readonly server: InspectorServer;
  readonly faults: unknown[];
  /** The same actors on the same port, as after a network that was away; another token: as after a restart. */
  reopen(token?: string): Promise<InspectorServer>;
  close(): Promise<void>;
}

export const ownToken = 'a-token-that-nobody-guesses';

export async function openInspectedHouse(): Promise<InspectedHouse> {
  const faults: unknown[] = [];
  let last = 0;
  // Never twice the same, so that there is one order.
  const clock = {
    now() {
      last = Math.max(last + 1, Date.now());
      return EpochMs(last);
    },
  };
  const hub = new InspectionHub(clock, { report: (_, error) => void faults.push(error) });
  const inspector = new Inspector({ host: 'house', version: '1.2.3', clock, logsOf: async () => [], testOf });
  hub.watch(inspector.live);
  const house = openHouse({ inspection: hub });
  const failed = (error: unknown) => void faults.push(error);
  let server = await startInspector({ inspector, port: 0, token: ownToken, failed });
  await house.lineActors.follow();
  await house.settled();
  return {
    house,
    hub,
    inspector,
    get server() {
      return server;
    },
    faults,
    async reopen(token = ownToken) {
      const port = Number(new URL(server.url).port);
      await server.close();
      server = await startInspector({ inspector, port, token, failed });
      return server;
    },
    close: () => server.close(),
  };
}

export const pat = CallId('0b5c2f0e-pat');

/** Pat calls Olga: she is rung, answers and is heard, and Pat hangs up. */
export function callOf({ house }: Pick<InspectedHouse, 'house'>) {
  const { nets } = house;
  const leg = () =>
    String(
      nets.told
        .find((told) => told.startsWith('ring user'))
        ?.split(' ')
        .at(-1),
    );
  return {
    async offered() {
      nets.offerParty({ callId: pat, lineId: office.id, caller: { number: '+4930123456' } });
      await house.settled();
    },
    async answered() {
      nets.user(leg() as never, { type: 'user.answered' });
      nets.user(leg() as never, { type: 'user.connected' });
      await house.settled();
    },
    async established() {
      nets.party(pat, { type: 'party.answered' });
      await house.settled();
    },
    async hungUp() {
      nets.party(pat, { type: 'party.hungUp', cause: { kind: 'normal' } });
      await house.settled();
    },
  };
}
