import { each, type Families, one, type Reading } from './families.ts';

/** What the SIP side knows of itself. */
export interface SipSource {
  /** Since the start: `received INVITE`, `sent 200`, `malformed` and the like. */
  totals(): Readonly<Record<string, number>>;
  /** How many calls are in each state. */
  callStates(): Readonly<Record<string, number>>;
}

/** How many lines are in each state, off to refused. */
export type LineStates = () => Readonly<Record<string, number>>;

/** Requests of RFC 3261 and its extensions; what else peers may call a request is `other`. */
const methods: ReadonlySet<string> = new Set([
  ...['INVITE', 'ACK', 'BYE', 'CANCEL', 'REGISTER', 'OPTIONS', 'PRACK', 'UPDATE', 'INFO'],
  ...['REFER', 'NOTIFY', 'SUBSCRIBE', 'MESSAGE', 'PUBLISH'],
]);

/** One each for what is counted under a name of its own. */
const singles = [
  ['siptg_sip_parse_failures_total', 'malformed', 'SIP messages that could not be read'],
  ['siptg_sip_exceptions_total', 'exceptions', 'SIP messages on which our own code failed: each is a bug'],
  ['siptg_sip_refused_requests_total', 'refused', 'Requests refused before any call saw them'],
  ['siptg_sip_silenced_requests_total', 'silenced', 'Requests of strangers that got no answer, being too many'],
  ['siptg_sip_dropped_requests_total', 'dropped', 'Requests of known nuisances that got no answer'],
  ['siptg_sip_unmatched_responses_total', 'unmatched', 'Responses to no request of ours'],
  ['siptg_sip_late_answers_total', 'late answers', 'Answers to calls that this process does not have'],
  ['siptg_sip_send_failures_total', 'send failures', 'SIP messages that the system did not take'],
] as const;

/** The families of `sip.md` §11. `source` and `lines` are undefined before there is anything. */
export function sipFamilies(
  families: Families,
  source: () => SipSource | undefined,
  lines: () => LineStates | undefined,
): void {
  families.readCounter(
    {
      name: 'siptg_sip_messages_total',
      help: 'SIP messages by method or status: ours without their repetitions, those of peers with them',
      labels: ['direction', 'kind', 'name'],
    },
    () => messagesOf(source()?.totals() ?? {}),
  );
  families.readCounter(
    {
      name: 'siptg_sip_retransmissions_total',
      help: 'SIP messages again: ours (out), and those of peers that were known already (in)',
      labels: ['direction'],
    },
    () => {
      const { retransmitted = 0, absorbed = 0 } = source()?.totals() ?? {};
      return each('direction', { out: retransmitted, in: absorbed });
    },
  );
  for (const [name, counted, help] of singles) {
    families.readCounter({ name, help }, () => one(source()?.totals()[counted] ?? 0));
  }
  families.readGauge({ name: 'siptg_sip_calls', help: 'SIP legs by state', labels: ['state'] }, () =>
    each('state', source()?.callStates() ?? {}),
  );
  families.readGauge(
    {
      name: 'siptg_lines',
      help: 'Lines that this host registers, by how they stand at their registrars',
      labels: ['state'],
    },
    () => each('state', lines()?.() ?? {}),
  );
}

function messagesOf(totals: Readonly<Record<string, number>>): Reading[] {
  const sums = new Map<string, { labels: Reading[0]; count: number }>();
  for (const [counted, count] of Object.entries(totals)) {
    const [, way, what = ''] = /^(received|sent) (.+)$/.exec(counted) ?? [];
    if (way === undefined) continue;
    const labels = { direction: way === 'sent' ? 'out' : 'in', ...named(what) };
    const key = Object.values(labels).join(' ');
    sums.set(key, { labels, count: (sums.get(key)?.count ?? 0) + count });
  }
  return [...sums.values()].map(({ labels, count }) => [labels, count] as const);
}

const named = (what: string): { readonly kind: string; readonly name: string } => {
  if (/^[1-6]\d\d$/.test(what)) return { kind: 'response', name: what };
  if (/^\d+$/.test(what)) return { kind: 'response', name: 'other' };
  return { kind: 'request', name: methods.has(what) ? what : 'other' };
};
