import { each, type Families, type Labels, one, type Reading } from './families.ts';

type Kinds<Value> = Readonly<Record<'sip' | 'telegram', Value>>;

/** Packets and milliseconds of all legs of a kind; each number only grows. */
export interface PacketTotals {
  readonly packetsIn: number;
  readonly packetsOut: number;
  readonly lostIn: number;
  readonly lostOut: number;
  readonly late: number;
  readonly duplicate: number;
  readonly refused: number;
  readonly unauthenticated: number;
  readonly replayed: number;
  readonly sendErrors: number;
  readonly fecMs: number;
  readonly concealedMs: number;
  readonly noiseMs: number;
  readonly corrections: number;
}

/** What the media plane knows of itself, about a second old: asking costs its threads nothing. */
export interface MediaSource {
  totals(): {
    readonly legs: Kinds<PacketTotals>;
    readonly clockSkips: number;
    readonly ticks: number;
    readonly lateTicks: number;
  };
  legs(): Kinds<number>;
  threads(): { readonly all: number; readonly alive: number };
  load(): readonly ({ readonly busyShare: number; readonly level: number } | undefined)[];
}

/** How a leg was that is over. */
export interface EndedLeg {
  readonly kind: 'sip' | 'telegram';
  readonly codec: string | undefined;
  readonly packetsIn: number;
  /** Shares, 0 to 1, of the packets either side sent. */
  readonly lossIn: number;
  readonly lossOut: number;
  readonly jitterMs: number;
  readonly delayMs: number;
  readonly roundTripMs: number | undefined;
  /** 1 to 4.5 (ITU-T G.107). */
  readonly mos: number;
}

const eachLeg = [{ leg: 'sip' }, { leg: 'telegram' }] as const;
const lossBuckets = [0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5];
const milliseconds = [1, 2, 5, 10, 20, 40, 60, 100, 200, 400].map((ms) => ms / 1_000);
const mosBuckets = [1.5, 2, 2.5, 2.8, 3.1, 3.4, 3.6, 3.8, 4, 4.2, 4.4];

/** The families of `media.md`. @returns to be told of each leg that is over */
export function mediaFamilies(
  families: Families,
  source: () => MediaSource | undefined,
): { legEnded(leg: EndedLeg): void } {
  packetFamilies(families, source);
  threadFamilies(families, source);
  const legs = families.counter({
    name: 'siptg_legs_total',
    help: 'Legs that are over, by the codec they heard last; none where nothing was heard',
    labels: ['leg', 'codec'],
  });
  const ofEnded = (name: string, help: string, buckets: readonly number[], known: readonly Labels[] = eachLeg) =>
    families.histogram(
      { name, help: `${help}, of each leg when it ends`, labels: Object.keys(known[0] ?? {}) },
      buckets,
      known,
    );
  const loss = ofEnded(
    'siptg_leg_loss_ratio',
    'Share of packets lost: in of the peer’s, out of ours as the peer reports it',
    lossBuckets,
    eachLeg.flatMap(({ leg }) => ['in', 'out'].map((direction) => ({ leg, direction }))),
  );
  const jitter = ofEnded('siptg_leg_jitter_seconds', 'Jitter of arrival (RFC 3550 A.8)', milliseconds);
  const delay = ofEnded('siptg_leg_delay_seconds', 'What the jitter buffer delays', milliseconds);
  const roundTrip = ofEnded(
    'siptg_leg_round_trip_seconds',
    'To the peer and back, where it reports by RTCP',
    milliseconds,
  );
  const mos = ofEnded('siptg_leg_mos', 'Estimated mean opinion score, 1 to 4.5 (ITU-T G.107)', mosBuckets);
  return {
    legEnded({ kind: leg, codec, packetsIn, lossIn, lossOut, jitterMs, delayMs, roundTripMs, mos: score }) {
      legs({ leg, codec: packetsIn === 0 ? 'none' : (codec ?? 'none') });
      if (packetsIn === 0) return;
      loss({ leg, direction: 'in' }, lossIn);
      loss({ leg, direction: 'out' }, lossOut);
      jitter({ leg }, jitterMs / 1_000);
      delay({ leg }, delayMs / 1_000);
      if (roundTripMs !== undefined) roundTrip({ leg }, roundTripMs / 1_000);
      mos({ leg }, score);
    },
  };
}

function packetFamilies(families: Families, source: () => MediaSource | undefined): void {
  const ofPackets = (
    name: string,
    help: string,
    label: string | undefined,
    read: (totals: PacketTotals) => Readonly<Record<string, number>>,
  ) =>
    families.readCounter({ name, help, labels: label === undefined ? ['leg'] : ['leg', label] }, () => {
      const { legs } = source()?.totals() ?? {};
      if (legs === undefined) return undefined;
      return Object.entries(legs).flatMap(([leg, totals]) =>
        label === undefined
          ? [[{ leg }, Object.values(read(totals))[0] ?? 0] satisfies Reading]
          : each(label, read(totals), { leg }),
      );
    });
  ofPackets('siptg_rtp_packets_total', 'RTP packets', 'direction', ({ packetsIn, packetsOut }) => ({
    in: packetsIn,
    out: packetsOut,
  }));
  ofPackets(
    'siptg_rtp_packets_lost_total',
    'RTP packets lost: in of the peers’, out of ours as peers report it',
    'direction',
    ({ lostIn, lostOut }) => ({ in: lostIn, out: lostOut }),
  );
  ofPackets(
    'siptg_rtp_packets_discarded_total',
    'RTP packets that came and were not played; foreign is none of this leg',
    'reason',
    ({ late, duplicate, refused: foreign, unauthenticated, replayed }) => ({
      ...{ late, duplicate, foreign, unauthenticated, replayed },
    }),
  );
  ofPackets(
    'siptg_rtp_made_up_seconds_total',
    'Sound in place of packets: recovered (fec), concealed, or noise in a silence',
    'how',
    ({ fecMs, concealedMs, noiseMs }) => ({
      fec: fecMs / 1_000,
      concealed: concealedMs / 1_000,
      noise: noiseMs / 1_000,
    }),
  );
  ofPackets('siptg_rtp_delay_corrections_total', 'Corrections of the playing delay', undefined, ({ corrections }) => ({
    corrections,
  }));
  ofPackets('siptg_rtp_send_errors_total', 'RTP packets that the system did not take', undefined, ({ sendErrors }) => ({
    sendErrors,
  }));
}

function threadFamilies(families: Families, source: () => MediaSource | undefined): void {
  families.readGauge(
    { name: 'siptg_legs', help: 'Legs that there are: parties (sip) and users (telegram)', labels: ['leg'] },
    () => each('leg', source()?.legs() ?? { sip: 0, telegram: 0 }),
  );
  families.readGauge(
    { name: 'siptg_media_threads', help: 'Media threads, and those that beat', labels: ['state'] },
    () => {
      const { all = 0, alive = 0 } = source()?.threads() ?? {};
      return each('state', { all, alive });
    },
  );
  const ofThreads = (name: string, help: string, read: (load: { busyShare: number; level: number }) => number) =>
    families.readGauge({ name, help, labels: ['thread'] }, () =>
      source()
        ?.load()
        .flatMap((load, thread) => (load ? [[{ thread: `${thread}` }, read(load)] satisfies Reading] : [])),
    );
  ofThreads('siptg_media_thread_busy_ratio', 'Share of its time that a media thread works', (load) => load.busyShare);
  ofThreads(
    'siptg_media_thread_level',
    '0: full quality; 2 and 3: coders take their cheapest way',
    (load) => load.level,
  );
  families.readCounter({ name: 'siptg_media_ticks_total', help: 'Beats of 20 ms' }, () =>
    one(source()?.totals().ticks ?? 0),
  );
  families.readCounter({ name: 'siptg_media_late_ticks_total', help: 'Beats more than 10 ms late' }, () =>
    one(source()?.totals().lateTicks ?? 0),
  );
  families.readCounter({ name: 'siptg_media_clock_skips_total', help: 'How often more than 60 ms were given up' }, () =>
    one(source()?.totals().clockSkips ?? 0),
  );
}
