import type { SipTime } from '../time.ts';
import { type Header, headerOf, headersOf } from '../wire/message.ts';
import { parametersOf } from '../wire/split.ts';

/** Smallest interval we take (RFC 4028 §5). */
const MIN_INTERVAL_S = 90;
/** A refresh that failed is tried again so much later, until the session expires. */
const REFRESH_RETRY_MS = 5_000;
/** Longer delays overflow Node's timers, which then fire at once. */
const MAX_DELAY_MS = 2_147_000_000;

/** What two sides agreed on (RFC 4028): the session ends unless it is refreshed within the interval. */
export interface SessionInterval {
  readonly intervalS: number;
  /** It is us who refresh. */
  readonly isRefresher: boolean;
}

/** Ends calls whose other side is gone without a word. */
export class SessionTimer {
  readonly #time: SipTime;
  readonly #events: SessionTimerEvents;
  #agreed: SessionInterval | undefined;
  #stopRefresh = () => {};
  #stopExpiry = () => {};

  constructor(time: SipTime, events: SessionTimerEvents) {
    this.#time = time;
    this.#events = events;
  }

  get agreed(): SessionInterval | undefined {
    return this.#agreed;
  }

  /** Begins anew with each 2xx to INVITE or UPDATE; undefined: one side does without. */
  restart(agreed: SessionInterval | undefined): void {
    this.stop();
    this.#agreed = agreed;
    if (agreed === undefined) return;
    const intervalMs = agreed.intervalS * 1_000;
    // RFC 4028 §10: half the interval, and the BYE a little before its end.
    if (agreed.isRefresher) this.#refreshAfter(intervalMs / 2);
    const expiresMs = intervalMs - Math.min(32_000, intervalMs / 3);
    this.#stopExpiry = this.#time.after(Math.min(expiresMs, MAX_DELAY_MS), () => this.#events.onExpired());
  }

  stop(): void {
    this.#stopRefresh();
    this.#stopExpiry();
    this.#agreed = undefined;
  }

  #refreshAfter(ms: number): void {
    this.#stopRefresh = this.#time.after(Math.min(ms, MAX_DELAY_MS), () => {
      // Success restarts everything, and with it replaces this.
      this.#refreshAfter(REFRESH_RETRY_MS);
      this.#events.onRefreshDue();
    });
  }
}

export interface SessionTimerEvents {
  /** May come again while an earlier refresh is still unanswered. */
  onRefreshDue(): void;
  onExpired(): void;
}

/** What our INVITE says. */
export const wishHeaders = (intervalS: number, minS: number = MIN_INTERVAL_S): string[] => [
  `Session-Expires: ${Math.max(intervalS, minS)}`,
  `Min-SE: ${minS}`,
];

/** What our re-INVITE or UPDATE says, so that the timer goes on with the same roles. */
export const refreshHeaders = (agreed: SessionInterval | undefined, minS: number = MIN_INTERVAL_S): string[] =>
  agreed === undefined
    ? []
    : [
        `Session-Expires: ${Math.max(agreed.intervalS, minS)};refresher=${agreed.isRefresher ? 'uac' : 'uas'}`,
        ...(minS > MIN_INTERVAL_S ? [`Min-SE: ${minS}`] : []),
      ];

/** The interval a 422 asks for (RFC 4028 §6). */
export const minIntervalOf = (headers: readonly Header[]): number | undefined => {
  const seconds = /^\d{1,9}/.exec(headerOf(headers, 'min-se') ?? '')?.[0];
  return seconds === undefined ? undefined : Number(seconds);
};

/** What a 2xx to our request agreed on. */
export const agreedInterval = (response: readonly Header[]): SessionInterval | undefined => {
  const said = sessionExpiresOf(response);
  return said && { intervalS: said.intervalS, isRefresher: said.refresher !== 'uas' };
};

/** What our 2xx to a request of the peer agreed on. */
export const grantedInterval = (response: readonly Header[]): SessionInterval | undefined => {
  const said = sessionExpiresOf(response);
  return said && { intervalS: said.intervalS, isRefresher: said.refresher === 'uas' };
};

/** How a request of the peer is answered: the headers of the 2xx and what they mean, or that the interval is too small. */
export const answerInterval = (
  request: readonly Header[],
  ownIntervalS: number,
  current: SessionInterval | undefined,
): { readonly headers: readonly Header[]; readonly agreed: SessionInterval | undefined } | 'too small' => {
  const asked = sessionExpiresOf(request);
  const isSupported = [...headersOf(request, 'supported'), ...headersOf(request, 'require')].some((value) =>
    value.split(',').some((tag) => tag.trim().toLowerCase() === 'timer'),
  );
  if (asked === undefined && !isSupported && current === undefined) return { headers: [], agreed: undefined };
  const wantedS = asked?.intervalS ?? current?.intervalS ?? ownIntervalS;
  // Who does not know timers does not know 422 either: a proxy put the header in, and gets no less than is sensible.
  if (asked !== undefined && asked.intervalS < MIN_INTERVAL_S && isSupported) return 'too small';
  const intervalS = Math.max(wantedS, MIN_INTERVAL_S, minIntervalOf(request) ?? 0);
  // The caller refreshes if it can (RFC 4028 §9, table 2), or as it was before.
  const usual = current?.isRefresher === true ? 'uas' : 'uac';
  const refresher = isSupported ? (asked?.refresher ?? usual) : 'uas';
  return {
    headers: [
      ['session-expires', `${intervalS};refresher=${refresher}`],
      ...(refresher === 'uac' ? [['require', 'timer'] satisfies Header] : []),
    ],
    agreed: { intervalS, isRefresher: refresher === 'uas' },
  };
};

export const tooSmall = { status: 422, reason: 'Session Interval Too Small', minHeader: `${MIN_INTERVAL_S}` } as const;

const sessionExpiresOf = (
  headers: readonly Header[],
): { readonly intervalS: number; readonly refresher: 'uac' | 'uas' | undefined } | undefined => {
  const [seconds = '', ...rest] = (headerOf(headers, 'session-expires') ?? '').split(';');
  if (!/^\s*\d{1,9}\s*$/.test(seconds)) return undefined;
  const refresher = parametersOf(rest).get('refresher')?.toLowerCase();
  return {
    intervalS: Number(seconds),
    refresher: refresher === 'uac' || refresher === 'uas' ? refresher : undefined,
  };
};
