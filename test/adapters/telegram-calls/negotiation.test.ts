import { describe, expect, test } from 'vitest';
import { type NegotiateChannels, parseMessage } from '../../../src/adapters/telegram/calls/messages.ts';
import { Negotiation } from '../../../src/adapters/telegram/calls/negotiation.ts';
import { vectors } from './vectors.ts';

function negotiation(role: 'caller' | 'callee', ssrc = 5) {
  const sent: NegotiateChannels[] = [];
  const heard: string[] = [];
  let nextId = 900;
  const made = new Negotiation(role, ssrc, () => nextId++, {
    send: (json) => sent.push(channels(json)),
    onSending: (id) => heard.push(`sending ${id}`),
    onReceiving: (peerSsrc, id) => heard.push(`receiving ${peerSsrc} ${id}`),
    onRefused: () => heard.push('refused'),
  });
  return { made, sent, heard };
}

function channels(json: string): NegotiateChannels {
  const message = parseMessage(json);
  if (message?.type !== 'NegotiateChannels') throw new Error('not NegotiateChannels');
  return message;
}

const message = (exchangeId: string, ...contents: object[]) =>
  channels(JSON.stringify({ '@type': 'NegotiateChannels', exchangeId, contents }));

const opus = (ssrc: number, id = 111) => ({
  type: 'audio',
  ssrc: String(ssrc),
  payloadTypes: [
    { id: 9, name: 'G722', clockrate: 8000, channels: 1 },
    { id, name: 'opus', clockrate: 48_000, channels: 2 },
  ],
});
const video = (ssrc: number) => ({
  type: 'video',
  ssrc: String(ssrc),
  ssrcGroups: [{ semantics: 'FID', ssrcs: [String(ssrc), '9'] }],
  payloadTypes: [{ id: 96, name: 'VP8', clockrate: 90_000, channels: 0 }],
});

describe('the known flow between two native ends', () => {
  const flow = vectors.json.flow.filter(({ message: { '@type': type } }) => type === 'NegotiateChannels');
  const [callerOffer, calleeAnswer, calleeOffer, callerAnswer] = flow.map(({ message: known }) =>
    channels(JSON.stringify(known)),
  );

  test('as callee we answer its offer with its ssrc, and then make our own', () => {
    const { made, sent, heard } = negotiation('callee', 1_020_852_506);
    made.start();
    expect(sent).toEqual([]);
    if (callerOffer) made.receive(callerOffer);
    expect(sent[0]).toEqual(calleeAnswer);
    expect(sent[1]).toEqual({ ...calleeOffer, exchangeId: '900' });
    if (callerAnswer) made.receive({ ...callerAnswer, exchangeId: '900' });
    expect(heard).toEqual(['receiving 1520650124 111', 'sending 111']);
    expect(made.complete).toBe(true);
  });

  test('as caller we offer at once, and answer its offer', () => {
    const { made, sent, heard } = negotiation('caller', 1_520_650_124);
    made.start();
    expect(sent).toEqual([{ ...callerOffer, exchangeId: '900' }]);
    if (calleeAnswer) made.receive({ ...calleeAnswer, exchangeId: '900' });
    expect(made.complete).toBe(false);
    if (calleeOffer) made.receive(calleeOffer);
    expect(sent[1]).toEqual(callerAnswer);
    expect(heard).toEqual(['sending 111', 'receiving 1020852506 111']);
    expect(made.complete).toBe(true);
  });
});

test('payload ids belong to one direction each', () => {
  const { made, heard, sent } = negotiation('callee');
  made.receive(message('1', opus(77, 96)));
  made.receive(message('900', opus(5, 100)));
  expect(heard).toEqual(['receiving 77 96', 'sending 100']);
  expect(sent[0]?.audio).toEqual([{ ssrc: 77, payloadTypes: [{ id: 96, name: 'opus', clockRateHz: 48_000 }] }]);
});

test('a callee that offers before it answers is answered after it did (the web client does so)', () => {
  const { made, sent } = negotiation('caller');
  made.start();
  made.receive(message('1', opus(77)));
  expect(sent.length).toBe(1);
  made.receive(message('900', opus(5)));
  expect(sent.map(({ exchangeId }) => exchangeId)).toEqual(['900', '1']);
  expect(made.complete).toBe(true);
});

test("a callee's pending offer gives way to the caller's new one and is made again", () => {
  const { made, sent, heard } = negotiation('callee');
  made.receive(message('1', opus(77)));
  made.receive(message('2', opus(77), video(78)));
  expect(sent.map(({ exchangeId }) => exchangeId)).toEqual(['1', '900', '2', '901']);
  made.receive(message('901', opus(5)));
  made.receive(message('900', opus(5)));
  expect(heard.filter((fact) => fact.startsWith('sending'))).toEqual(['sending 111']);
  expect(made.complete).toBe(true);
});

test('a repeated offer gets the same answer and no further offer', () => {
  const { made, sent } = negotiation('callee');
  const offer = message('1', opus(77));
  for (let times = 0; times < 3; times++) made.receive(offer);
  expect(sent.map(({ exchangeId }) => exchangeId)).toEqual(['1', '900', '1', '1']);
});

test('a re-offer with video is answered with the audio only', () => {
  const { made, sent } = negotiation('caller');
  made.start();
  made.receive(message('900', opus(5)));
  made.receive(message('1', opus(77)));
  made.receive(message('2', video(78), opus(77)));
  expect(sent.at(-1)).toEqual({
    type: 'NegotiateChannels',
    exchangeId: '2',
    audio: [{ ssrc: 77, payloadTypes: [{ id: 111, name: 'opus', clockRateHz: 48_000 }] }],
  });
});

test.each([
  ['only video', [video(78)]],
  ['nothing', []],
  ['audio without Opus', [{ type: 'audio', ssrc: '77', payloadTypes: [{ id: 0, name: 'PCMU', clockrate: 8000 }] }]],
])('an offer of %s is answered with no content, and completes nothing', (_, contents) => {
  const { made, sent, heard } = negotiation('callee');
  made.receive(message('1', ...contents));
  expect(sent[0]).toEqual({ type: 'NegotiateChannels', exchangeId: '1', audio: [] });
  expect(heard).toEqual([]);
});

test.each([
  ['no content', []],
  ['a foreign ssrc', [opus(6)]],
])('an answer with %s refuses our audio', (_, contents) => {
  const { made, heard } = negotiation('caller');
  made.start();
  made.receive(message('900', ...contents));
  expect(heard).toEqual(['refused']);
});

test('an answer to an offer that was dropped counts for nothing', () => {
  const { made, sent, heard } = negotiation('callee');
  made.receive(message('1', opus(77)));
  made.receive(message('2', opus(77)));
  expect(sent.map(({ exchangeId }) => exchangeId)).toEqual(['1', '900', '2', '901']);
  // A web caller keeps what crossed its own offer, and answers it when that was answered.
  made.receive(message('900', opus(5, 96)));
  made.receive(message('900'));
  expect(made.complete).toBe(false);
  made.receive(message('901', opus(5, 97)));
  made.receive(message('900', opus(5, 96)));
  made.receive(message('901', opus(5, 96)));
  expect(heard.filter((fact) => !fact.startsWith('receiving'))).toEqual(['sending 97']);
  expect(sent.length).toBe(4);
});

test.each(['caller', 'callee'] as const)(
  'as %s we do not go on for ever with a peer that takes our answers for offers',
  (role) => {
    const { made, sent } = negotiation(role);
    made.start();
    made.receive(message('1', opus(77)));
    if (role === 'caller') made.receive(message('900', opus(5)));
    for (let times = 0; times < 100; times++) made.receive(message('1', opus(77)));
    expect(sent.filter(({ exchangeId }) => exchangeId === '1').length).toBe(4);
  },
);

/** As native callees: knows its last offer only, takes whatever else for an offer of ours, and then offers again. */
function forgetful(own: number) {
  let pending: string | undefined = '500';
  let nextId = 501;
  return {
    offer: message('500', opus(own)),
    replies: ({ exchangeId, audio }: NegotiateChannels): NegotiateChannels[] => {
      if (exchangeId === pending) {
        pending = undefined;
        return [];
      }
      pending = String(nextId++);
      return [{ type: 'NegotiateChannels', exchangeId, audio }, message(pending, opus(own))];
    },
  };
}

test.each(['caller', 'callee'] as const)('as %s we come to rest with a peer that forgets its offers', (role) => {
  const { made, sent } = negotiation(role);
  const peer = forgetful(77);
  made.start();
  made.receive(peer.offer);
  let told = 0;
  for (let next = sent[told++]; next && told < 2000; next = sent[told++])
    for (const reply of peer.replies(next)) made.receive(reply);
  expect(told).toBeLessThan(300);
});

test('a peer that never stops offering gets no answers and offers without end', () => {
  const { made, sent } = negotiation('callee');
  for (let id = 1; id <= 2000; id++) made.receive(message(String(id), opus(77)));
  expect(sent.length).toBe(264);
});
