import { expect, test } from 'vitest';
import { CallJournal, type EndedCall } from '../../src/actors/call-journal.ts';
import type { CallLog } from '../../src/actors/ports/call-log.ts';
import type { MeteredCall } from '../../src/actors/ports/call-meter.ts';
import type { HangupCause } from '../../src/machines/model/hangup-cause.ts';
import { CallId, EpochMs, LineId, UserId } from '../../src/machines/model/ids.ts';

const call = CallId('call');

/** What one call counts as, told by what happened to it. */
async function charged(happens: (journal: CallJournal, pass: (ms: number) => void) => void, isOutgoing = true) {
  const counted: EndedCall[] = [];
  const written: string[] = [];
  let now = 1_000;
  const log: Pick<CallLog, 'opened' | 'answered' | 'ended'> = {
    opened: async () => void written.push('opened'),
    answered: async () => void written.push('answered'),
    ended: async () => void written.push('ended'),
  };
  const journal = new CallJournal(
    log as CallLog,
    { now: () => EpochMs(now) },
    { report: () => {} },
    async (ended) => void counted.push(ended),
  );
  journal.opened({
    user: UserId('1'),
    line: LineId('office'),
    label: {
      call,
      direction: isOutgoing ? 'outgoing' : 'incoming',
      number: '200',
      lineName: 'Office',
      startedAt: EpochMs(0),
    },
    target: isOutgoing ? { kind: 'number', user: '200' } : undefined,
  });
  happens(journal, (ms) => {
    now += ms;
  });
  await journal.settled();
  expect(written.at(-1)).toBe('ended');
  return counted.map(({ talkedMs, failed }) => ({ talkedMs, failed }));
}

const busy: HangupCause = { kind: 'busy' };

test('a talk counts by its length, once', async () => {
  const counted = await charged((journal, pass) => {
    journal.answered(call);
    pass(90_000);
    journal.answered(call);
    pass(30_000);
    journal.ended(call, { kind: 'normal' });
    journal.ended(call, { kind: 'normal' });
  });
  expect(counted).toEqual([{ talkedMs: 120_000, failed: false }]);
});

test('a dialled call that reaches nobody counts as failed', async () => {
  expect(await charged((journal) => void journal.ended(call, busy))).toEqual([{ talkedMs: 0, failed: true }]);
});

test.each(['cancelled', 'normal', 'shutdown'] as const)('%s before the answer does not', async (kind) => {
  expect(await charged((journal) => void journal.ended(call, { kind }))).toEqual([{ talkedMs: 0, failed: false }]);
});

test('nor does a missed call of somebody else’s, nor a number that was never dialled', async () => {
  const missed = await charged((journal) => void journal.ended(call, { kind: 'declined' }), false);
  expect(missed).toEqual([{ talkedMs: 0, failed: false }]);
  expect(await charged((journal) => journal.givenUp(call))).toEqual([]);
});

test.each<[HangupCause, boolean]>([
  [{ kind: 'busy' }, true],
  [{ kind: 'declined' }, true],
  [{ kind: 'no-answer' }, true],
  [{ kind: 'rejected', sip: { status: 404, reason: 'Not Found' } }, true],
  [{ kind: 'connection-lost' }, true],
  [{ kind: 'peer-fault', detail: 'hash' }, true],
  [{ kind: 'normal' }, false],
  [{ kind: 'cancelled' }, false],
  [{ kind: 'shutdown' }, false],
  [{ kind: 'internal-fault', detail: 'bug' }, false],
])('a number that nobody answered, ended by %j: that it failed is %s', async (cause, failed) => {
  expect(await charged((journal) => journal.ended(call, cause))).toEqual([{ talkedMs: 0, failed }]);
});

test('a call that another host opened is not opened again, and counts from its answer there', async () => {
  const counted = await charged((journal, pass) => {
    journal.dropped(call);
    journal.resumed({ call, line: LineId('office'), isOutgoing: true, answeredAt: EpochMs(500) });
    pass(10_000);
    journal.ended(call, { kind: 'normal' });
  });
  expect(counted).toEqual([{ talkedMs: 10_500, failed: false }]);
});

test('a call that is another host’s now is not closed here, and does not count', async () => {
  const told: string[] = [];
  const log = { ended: async () => void told.push('ended') } as unknown as CallLog;
  const journal = new CallJournal(
    log,
    { now: () => EpochMs(0) },
    { report: () => {} },
    async () => void told.push('counted'),
  );
  journal.resumed({ call, line: LineId('office'), isOutgoing: true, answeredAt: undefined });
  journal.dropped(call);
  journal.ended(call, busy);
  await journal.settled();
  expect(told).toEqual([]);
});

test('each call is counted for operators, with its direction, once; a number that was not dialled too', async () => {
  const seen: MeteredCall[] = [];
  const journal = new CallJournal(
    { opened: async () => {}, answered: async () => {}, ended: async () => {} } as unknown as CallLog,
    { now: () => EpochMs(1_000) },
    { report: () => {} },
    // Nobody waits for the database to count.
    () => new Promise(() => {}),
    { callEnded: (ended) => seen.push(ended) },
  );
  const open = (id: string, direction: 'incoming' | 'outgoing') =>
    journal.opened({
      user: UserId('1'),
      line: LineId('office'),
      label: { call: CallId(id), direction, number: '200', lineName: 'Office', startedAt: EpochMs(0) },
      target: direction === 'outgoing' ? { kind: 'number', user: '200' } : undefined,
    });
  open('in', 'incoming');
  journal.answered(CallId('in'));
  journal.ended(CallId('in'), { kind: 'normal' });
  journal.ended(CallId('in'), { kind: 'normal' });
  open('out', 'outgoing');
  journal.ended(CallId('out'), busy);
  open('number', 'outgoing');
  journal.givenUp(CallId('number'));
  journal.givenUp(CallId('number'));
  journal.resumed({ call: CallId('taken up'), line: LineId('office'), isOutgoing: true, answeredAt: EpochMs(400) });
  journal.ended(CallId('taken up'), { kind: 'normal' });
  expect(seen).toEqual([
    { direction: 'incoming', talkedMs: 0, cause: { kind: 'normal' } },
    { direction: 'outgoing', talkedMs: undefined, cause: busy },
    { direction: 'outgoing', talkedMs: undefined, cause: undefined },
    { direction: 'outgoing', talkedMs: 600, cause: { kind: 'normal' } },
  ]);
});
