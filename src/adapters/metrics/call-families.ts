import type { CallMeter, MeteredCall, ReconnectionResult } from '../../actors/ports/call-meter.ts';
import type { HangupCause } from '../../machines/model/hangup-cause.ts';
import type { Families } from './families.ts';

export type Direction = MeteredCall['direction'];

/** How a ring of the user ended. */
export type RingResult = 'answered' | HangupCause['kind'];

/** Set-up of the two legs of calls. */
export interface LegMeter {
  /** Outgoing: from the INVITE until it rings, or is answered without; incoming: until our 180. */
  setUp(direction: Direction, ms: number): void;
  /** From the ring until the answer. */
  rang(direction: Direction, ms: number): void;
  /** `ms`: from our request until then. */
  userRang(result: RingResult, ms: number): void;
  /** From the user's answer until both hear each other. */
  userConnected(ms: number): void;
}

/** `record`: it could not be stored; `deliver`: a try to deliver it failed. */
export type RecordingStage = 'record' | 'deliver';

/** What goes wrong beside calls. */
export interface TroubleMeter {
  recordingFailed(stage: RecordingStage): void;
  floodWait(api: 'mtproto' | 'bot', seconds: number): void;
  peerFlood(): void;
  /** How long after its time a deadline was told. */
  deadlineTold(lateMs: number): void;
}

const seconds = { short: [0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32], ring: [1, 2, 4, 6, 10, 15, 20, 30, 45, 60, 90] };
const talkSeconds = [5, 15, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200];
const lateSeconds = [0.3, 0.5, 1, 2, 5, 10, 30, 60, 300];

export function callFamilies(families: Families): CallMeter & LegMeter & TroubleMeter {
  const calls = families.counter({
    name: 'siptg_calls_total',
    help: 'Calls that are over: answered, or why not; with the class of the SIP status that ended them',
    labels: ['direction', 'outcome', 'code'],
  });
  const talks = families.histogram(
    {
      name: 'siptg_call_talk_seconds',
      help: 'How long answered calls lasted, by how they ended: hung-up, lost, fault, shutdown',
      labels: ['direction', 'end'],
    },
    talkSeconds,
  );
  const setUps = families.histogram(
    {
      name: 'siptg_call_setup_seconds',
      help: 'From the INVITE until the telephone rings or is answered (outgoing), or until our 180 (incoming)',
      labels: ['direction'],
    },
    seconds.short,
  );
  const rings = families.histogram(
    {
      name: 'siptg_call_ring_seconds',
      help: 'From the ring until the answer, of answered calls',
      labels: ['direction'],
    },
    seconds.ring,
  );
  const userRings = families.histogram(
    {
      name: 'siptg_telegram_ring_seconds',
      help: 'Rings of users in Telegram: from the request until the answer, or until it was clear why there is none',
      labels: ['result'],
    },
    seconds.ring,
  );
  const connects = families.histogram(
    {
      name: 'siptg_telegram_connect_seconds',
      help: 'From a user’s answer until there is sound both ways (ICE, DTLS)',
    },
    seconds.short,
  );
  const reconnections = families.counter({
    name: 'siptg_reconnections_total',
    help: 'Lost or moved voice legs: won is back, lost is given up; ended where somebody hung up meanwhile',
    labels: ['result'],
  });
  const recordings = families.counter({
    name: 'siptg_recording_failures_total',
    help: 'Recordings that could not be stored (record), and tries to deliver one that failed (deliver)',
    labels: ['stage'],
  });
  const floodWaits = families.counter({
    name: 'siptg_telegram_flood_waits_total',
    help: 'Requests that Telegram refused with a wait, of the chat account (mtproto) and of the settings bot (bot)',
    labels: ['api'],
  });
  const floodSeconds = families.counter({
    name: 'siptg_telegram_flood_wait_seconds_total',
    help: 'How long Telegram wanted to wait, all told',
    labels: ['api'],
  });
  const peerFloods = families.counter({
    name: 'siptg_telegram_peer_floods_total',
    help: 'How often Telegram limited the chat account as a spammer (PEER_FLOOD)',
  });
  const lateness = families.histogram(
    {
      name: 'siptg_deadline_lateness_seconds',
      help: 'How late deadlines are told that nobody cleared; at least 0.25 by design',
    },
    lateSeconds,
  );
  for (const result of ['won', 'lost', 'ended']) reconnections({ result }, 0);
  for (const stage of ['record', 'deliver']) recordings({ stage }, 0);
  for (const api of ['mtproto', 'bot']) {
    floodWaits({ api }, 0);
    floodSeconds({ api }, 0);
  }

  return {
    callEnded(call: MeteredCall) {
      const { direction, talkedMs, cause } = call;
      calls({ direction, ...outcomeOf(call) });
      if (talkedMs !== undefined)
        talks({ direction, end: ends[cause?.kind ?? 'normal'] ?? 'hung-up' }, talkedMs / 1_000);
    },
    reconnection: (result: ReconnectionResult) => reconnections({ result }),
    setUp: (direction, ms) => setUps({ direction }, ms / 1_000),
    rang: (direction, ms) => rings({ direction }, ms / 1_000),
    userRang: (result, ms) => userRings({ result }, ms / 1_000),
    userConnected: (ms) => connects({}, ms / 1_000),
    recordingFailed: (stage) => recordings({ stage }),
    floodWait(api, wanted) {
      floodWaits({ api });
      floodSeconds({ api }, Math.max(0, wanted));
    },
    peerFlood: () => peerFloods(),
    deadlineTold: (lateMs) => lateness({}, Math.max(0, lateMs) / 1_000),
  };
}

/** How a talk ended otherwise than by a hang-up. */
const ends: Partial<Record<HangupCause['kind'], string>> = {
  'connection-lost': 'lost',
  'peer-fault': 'fault',
  'internal-fault': 'fault',
  shutdown: 'shutdown',
};

/** A status is the network's to choose: only its class is told. */
const outcomeOf = ({ talkedMs, cause }: MeteredCall): { readonly outcome: string; readonly code: string } => {
  if (talkedMs !== undefined) return { outcome: 'answered', code: '2xx' };
  if (cause === undefined) return { outcome: 'not-dialled', code: 'none' };
  const status = 'sip' in cause ? cause.sip?.status : undefined;
  const isKnown = status !== undefined && status >= 300 && status < 700;
  return { outcome: cause.kind, code: isKnown ? `${Math.floor(status / 100)}xx` : 'none' };
};
