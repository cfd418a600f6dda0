import { expect, test } from 'vitest';
import type { Content, NegotiateChannels } from '../../../sandbox/phone/messages.ts';
import { ChannelNegotiation, cameraContent } from '../../../sandbox/phone/negotiation.ts';
import type { CallRole } from '../../../sandbox/phone/sealed-packets.ts';

const side = (role: CallRole) => {
  const sent: NegotiateChannels[] = [];
  const outgoing: (Content | undefined)[] = [];
  const incoming: (Content | undefined)[] = [];
  const negotiation = new ChannelNegotiation(
    role,
    { payloadId: 111, everyCodec: false },
    {
      send: (message) => void sent.push(message),
      outgoing: async (content) => void outgoing.push(content),
      incoming: async (content) => void incoming.push(content),
    },
  );
  return { negotiation, sent, outgoing, incoming };
};

const offerOf = (content: Content, exchangeId = '77'): NegotiateChannels => ({
  '@type': 'NegotiateChannels',
  exchangeId,
  contents: [content],
});
const theirs: Content = { ...side('callee').negotiation.own, ssrc: '4242' };

test('the callee answers first and then offers its own channel', async () => {
  const { negotiation, sent, incoming } = side('callee');
  await negotiation.handle(offerOf(theirs));
  expect(sent.map(({ exchangeId }) => exchangeId === '77')).toEqual([true, false]);
  expect(sent[0]!.contents).toEqual([theirs]);
  expect(sent[1]!.contents).toEqual([negotiation.own]);
  expect(incoming).toEqual([theirs]);
});

test('of what the peer offers only Opus and known extensions are accepted', async () => {
  const { negotiation, sent } = side('callee');
  const [opus] = theirs.payloadTypes;
  const everything: Content = {
    ...theirs,
    payloadTypes: [{ ...opus!, id: 9, name: 'G722', clockrate: 8_000 }, opus!],
    rtpExtensions: [{ id: 4, uri: 'urn:ietf:params:rtp-hdrext:sdes:mid' }, ...theirs.rtpExtensions],
    ssrcGroups: [],
  };
  await negotiation.handle({ ...offerOf(everything), contents: [everything, cameraContent()] });
  expect(sent[0]!.contents).toEqual([theirs]);
});

test('an offer without audio gets an empty answer', async () => {
  const { negotiation, sent, incoming } = side('callee');
  await negotiation.handle(offerOf(cameraContent()));
  expect(sent[0]!.contents).toEqual([]);
  expect(incoming).toEqual([undefined]);
});

test('the caller answers an offer that comes too early once its own is answered', async () => {
  const { negotiation, sent, outgoing } = side('caller');
  negotiation.offer();
  await negotiation.handle(offerOf(theirs));
  expect(sent).toHaveLength(1);
  await negotiation.handle(sent[0]!);
  expect(outgoing).toEqual([negotiation.own]);
  expect(sent[1]).toEqual(offerOf(theirs));
});

test('when offers cross the callee gives way, answers and offers again', async () => {
  const { negotiation, sent } = side('callee');
  await negotiation.handle(offerOf(theirs, '1'));
  const dropped = sent[1]!;
  await negotiation.handle(offerOf(theirs, '2'));
  expect(sent.map(({ exchangeId }) => exchangeId).slice(2)).toEqual(['2', expect.not.stringMatching(/^[12]$/u)]);
  expect(sent[3]!.exchangeId).not.toBe(dropped.exchangeId);

  // The caller may still answer what was dropped: were that taken for an offer, both would answer for ever.
  await negotiation.handle(dropped);
  expect(sent).toHaveLength(4);
});

test('a repeated offer gets the same answer and changes nothing', async () => {
  const { negotiation, sent, incoming } = side('callee');
  await negotiation.handle(offerOf(theirs));
  await negotiation.handle(sent[1]!);
  await negotiation.handle(offerOf(theirs));
  expect(sent[2]).toEqual(sent[0]);
  expect(sent).toHaveLength(3);
  expect(incoming).toHaveLength(1);
});

test('a refused channel is known to be refused', async () => {
  const { negotiation, sent, outgoing } = side('caller');
  negotiation.offer();
  await negotiation.handle({ ...sent[0]!, contents: [] });
  expect(outgoing).toEqual([undefined]);
});
