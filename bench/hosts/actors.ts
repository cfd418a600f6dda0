import type { SimulatedClock } from 'xstate';
import { EventLog } from '../../src/actors/inspection/event-log.ts';
import { InspectionHub } from '../../src/actors/inspection/hub.ts';
import { LineActors } from '../../src/actors/lines.ts';
import type { Faults } from '../../src/actors/ports/faults.ts';
import type { Line, Lines } from '../../src/actors/ports/lines.ts';
import type { SoftphonesParts } from '../../src/actors/softphones.ts';
import { EpochMs, LineId, UserId } from '../../src/machines/model/ids.ts';

export const wall = { now: () => EpochMs(Date.now()) };

/** Nothing fails in a bench. */
export const faults: Faults = {
  report: (_, error) => {
    throw error;
  },
};

/** Does nothing, whatever is asked of it. */
const deaf = (): never =>
  new Proxy({}, { get: (_, name) => (name === 'watch' ? () => () => {} : () => undefined) }) as never;

/** Of softphones that are wired to nothing. */
export const softphoneParts = (clock: SimulatedClock): SoftphonesParts => ({
  ...{ sip: deaf(), telegram: deaf(), media: deaf(), notices: deaf(), journal: deaf(), keys: deaf() },
  ...{ recordings: deaf(), faults, clock },
  limitOf: async () => undefined,
  recordingFailed: () => {},
  handOver: () => {},
  users: { settings: async () => ({ callback: true }) } as never,
});

export const lineOf = (number: number): Line =>
  ({ id: LineId(`line${number}`), user: UserId(`${number}`), revision: 1, enabled: true }) as Line;

interface LineParts {
  readonly lines: Pick<Lines, 'enabled'>;
  readonly clock?: SimulatedClock;
  readonly inspection?: InspectionHub;
  readonly carries?: (line: Line) => boolean;
  readonly bound?: (line: LineId) => void;
}

/** Lines that were registered the moment they asked for it. */
export const lineActors = ({ lines, bound = () => {}, ...parts }: LineParts): LineActors =>
  new LineActors({
    lines: lines as Lines,
    registrar: {
      async bind(line) {
        bound(line);
        return { lifetimeMs: 600_000 };
      },
      unbind: async () => {},
      forget: () => {},
      watch: () => () => {},
    },
    faults,
    wallClock: wall,
    ...parts,
  });

/** As a host has it: every root is watched, and those of calls are logged, here to nowhere. */
export function watched(): { readonly inspection: InspectionHub; readonly log: EventLog } {
  const inspection = new InspectionHub(wall, faults);
  const log = new EventLog({
    rows: { append: async () => {} },
    faults,
    version: 'bench',
    newId: () => 'root',
    after: (_, then) => {
      const timer = setImmediate(then);
      return () => clearImmediate(timer);
    },
    mostWaiting: Infinity,
  });
  inspection.watch(log);
  return { inspection, log };
}
