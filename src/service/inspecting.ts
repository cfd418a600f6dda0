import type { InspectionHub } from '../actors/inspection/hub.ts';
import { Inspector } from '../actors/inspection/inspector.ts';
import type { RootLog } from '../actors/ports/call-events.ts';
import type { WallClock } from '../actors/ports/clock.ts';
import type { Faults } from '../actors/ports/faults.ts';
import { startInspector } from '../adapters/inspector/server.ts';
import { testOf } from '../cli/replay-test.ts';
import type { CallId } from '../machines/model/ids.ts';
import { productVersion } from '../product-version.ts';
import type { Opened } from './opened.ts';
import type { Outside, OutsideOptions } from './outside.ts';
import { tappedChats, tappedMedia, tappedSip, tappedTelegram } from './taps.ts';

/** Developers may look at the machines (`INSPECT=1`). */
export interface InspectOptions {
  /** Of loopback; 0: any free one. */
  readonly port: number;
  /** A new one by default. */
  readonly token?: string;
  /** The page's address: it holds the token, so it is told to the person who started the process, and written to no log of ours. */
  readonly told: (url: string) => void;
}

export interface InspectingParts {
  readonly options: InspectOptions | undefined;
  readonly hub: InspectionHub;
  readonly host: string;
  readonly clock: WallClock;
  readonly faults: Faults;
  readonly logsOf: (call: CallId) => Promise<readonly RootLog[]>;
  readonly opened: Opened;
}

/** What passes through it is told to the inspector, where there is one. */
export interface Inspecting {
  options<T extends Pick<OutsideOptions, 'sip'>>(options: T): T;
  outside(outside: Outside): Outside;
}

/** Starts the inspector if it is asked for. @throws InspectorPortTaken */
export async function startInspecting(parts: InspectingParts): Promise<Inspecting> {
  const { options, hub, host, clock, faults, logsOf, opened } = parts;
  if (!options) return { options: (same) => same, outside: (same) => same };
  const inspector = new Inspector({ host, version: productVersion, clock, logsOf, testOf });
  hub.watch(inspector.live);
  const server = await startInspector({
    inspector,
    port: options.port,
    ...(options.token !== undefined && { token: options.token }),
    failed: (error) => faults.report('inspector', error),
  });
  opened.closedBy(() => server.close());
  options.told(server.url);
  const note = inspector.note.bind(inspector);
  return {
    options: (given) => ({ ...given, sip: tappedSip(given.sip, note) }),
    outside: (given) => ({
      ...given,
      telegram: tappedTelegram(given.telegram, note),
      chats: tappedChats(given.chats, note),
      media: { ...given.media, media: tappedMedia(given.media.media, note) },
    }),
  };
}
