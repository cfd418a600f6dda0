import { beforeEach, describe, expect, test } from 'vitest';
import { ClientTransactions } from '../../../src/adapters/sip/client-transactions.ts';
import { SipCounters } from '../../../src/adapters/sip/counters.ts';
import type { Flow } from '../../../src/adapters/sip/net/flow.ts';
import { ServerTransactions } from '../../../src/adapters/sip/server-transactions.ts';
import { SteppedTime } from './stepped-time.ts';

const flowOver = (transport: 'UDP' | 'TCP'): Flow => ({
  transport,
  remote: { host: '192.0.2.1', port: 5060 },
  local: { host: '192.0.2.2', port: 5060 },
  isOpen: true,
  send: async () => {},
});
const bytes = (text: string) => Buffer.from(text);

describe('our requests', () => {
  let time: SteppedTime;
  let counters: SipCounters;
  let sentAtMs: number[];
  let sent: string[];
  let cancelled: string[];
  let transactions: ClientTransactions;
  beforeEach(() => {
    time = new SteppedTime();
    counters = new SipCounters();
    sentAtMs = [];
    sent = [];
    cancelled = [];
    transactions = new ClientTransactions(time, counters, {
      transmit: (_flow, packet) => {
        sentAtMs.push(time.now());
        sent.push(packet.toString());
      },
      onCancelUnanswered: (branch) => cancelled.push(branch),
    });
  });

  test('an INVITE over UDP is repeated at doubling intervals until 32 s', () => {
    transactions.open('b', 'INVITE', bytes('invite'), flowOver('UDP'));
    time.pass(60_000);
    expect(sentAtMs).toEqual([500, 1_500, 3_500, 7_500, 15_500, 31_500]);
    expect(transactions.size).toBe(0);
  });

  test('another request is repeated at most every 4 s', () => {
    transactions.open('b', 'BYE', bytes('bye'), flowOver('UDP'));
    time.pass(60_000);
    expect(sentAtMs).toEqual([500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500]);
  });

  test('nothing is repeated over TCP', () => {
    transactions.open('b', 'INVITE', bytes('invite'), flowOver('TCP'));
    time.pass(60_000);
    expect(sentAtMs).toEqual([]);
    expect(transactions.size).toBe(0);
  });

  test('a provisional answer ends the repetition of an INVITE, and slows that of others', () => {
    transactions.open('i', 'INVITE', bytes('invite'), flowOver('UDP'));
    transactions.open('o', 'OPTIONS', bytes('options'), flowOver('UDP'));
    time.pass(600);
    expect(transactions.receive('i', 'INVITE', 180)).toBe('news');
    expect(transactions.receive('o', 'OPTIONS', 100)).toBe('news');
    time.pass(10_000);
    expect(sent).toEqual(['invite', 'options', 'options', 'options', 'options']);
    expect(sentAtMs.slice(2)).toEqual([1_500, 5_500, 9_500]);
  });

  test('a final answer is news once; repeated failures get the same ACK', () => {
    transactions.open('b', 'INVITE', bytes('invite'), flowOver('UDP'));
    expect(transactions.receive('b', 'INVITE', 486)).toBe('news');
    transactions.acknowledge('b', bytes('ack'));
    expect(transactions.receive('b', 'INVITE', 486)).toBe('repetition');
    expect(transactions.receive('b', 'INVITE', 486)).toBe('repetition');
    expect(sent).toEqual(['ack', 'ack']);
    expect(counters.of('absorbed')).toBe(2);
  });

  test('each repeated 200 to an INVITE is news, because it wants an ACK', () => {
    transactions.open('b', 'INVITE', bytes('invite'), flowOver('UDP'));
    expect(transactions.receive('b', 'INVITE', 200)).toBe('news');
    expect(transactions.receive('b', 'INVITE', 200)).toBe('news');
    expect(transactions.unfinished).toBe(0);
  });

  test('an answer is remembered for 32 s and then unmatched', () => {
    transactions.open('b', 'BYE', bytes('bye'), flowOver('UDP'));
    transactions.receive('b', 'BYE', 200);
    time.pass(31_900);
    expect(transactions.receive('b', 'BYE', 200)).toBe('repetition');
    time.pass(200);
    expect(transactions.receive('b', 'BYE', 200)).toBe('unmatched');
    expect(time.pending).toBe(0);
  });

  test('a cancelled INVITE without an end is given up after 32 s', () => {
    transactions.open('b', 'INVITE', bytes('invite'), flowOver('UDP'));
    transactions.receive('b', 'INVITE', 180);
    time.pass(60_000);
    transactions.open('b', 'CANCEL', bytes('cancel'), flowOver('UDP'));
    transactions.receive('b', 'CANCEL', 200);
    time.pass(31_900);
    expect(cancelled).toEqual([]);
    time.pass(200);
    expect(cancelled).toEqual(['b']);
    expect(transactions.unfinished).toBe(0);
  });
});

describe('requests of others', () => {
  let time: SteppedTime;
  let sentAtMs: number[];
  let transactions: ServerTransactions;
  beforeEach(() => {
    time = new SteppedTime();
    sentAtMs = [];
    transactions = new ServerTransactions(time, new SipCounters(), () => sentAtMs.push(time.now()));
  });

  test('a repeated request is answered again and not passed on', () => {
    expect(transactions.open('k', 'OPTIONS', flowOver('UDP'))).toBe(true);
    expect(transactions.open('k', 'OPTIONS', flowOver('UDP'))).toBe(false);
    expect(sentAtMs).toEqual([]);
    transactions.reply('k', 200, bytes('ok'));
    expect(transactions.open('k', 'OPTIONS', flowOver('UDP'))).toBe(false);
    expect(sentAtMs).toHaveLength(1);
    time.pass(33_000);
    expect(transactions.open('k', 'OPTIONS', flowOver('UDP'))).toBe(true);
  });

  test('a failure to INVITE is repeated until the ACK', () => {
    transactions.open('k', 'INVITE', flowOver('UDP'));
    transactions.reply('k', 486, bytes('busy'));
    time.pass(5_000);
    expect(sentAtMs).toEqual([500, 1_500, 3_500]);
    transactions.acknowledge('k');
    time.pass(31_000);
    expect(sentAtMs).toHaveLength(3);
    expect(transactions.size).toBe(1);
    time.pass(2_000);
    expect(transactions.size).toBe(0);
  });

  test('a failure that nobody acknowledges is given up after 32 s', () => {
    transactions.open('k', 'INVITE', flowOver('UDP'));
    transactions.reply('k', 486, bytes('busy'));
    time.pass(60_000);
    expect(sentAtMs.at(-1)).toBe(31_500);
    expect(transactions.size).toBe(0);
    expect(time.pending).toBe(0);
  });

  test('a ringing INVITE is remembered as long as it rings', () => {
    transactions.open('k', 'INVITE', flowOver('UDP'));
    transactions.reply('k', 180, bytes('ringing'));
    time.pass(120_000);
    expect(transactions.open('k', 'INVITE', flowOver('UDP'))).toBe(false);
    expect(sentAtMs).toHaveLength(1);
    expect(transactions.unfinished).toBe(1);
  });
});
