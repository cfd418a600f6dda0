import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStage, type Stage } from '../support/stage.ts';
import { HostilePeer } from './support/hostile-peer.ts';

const hint = 'Send me a phone number, a SIP address such as bob@example.org, or a contact. I dial it for you.';
const refused = 'This cannot be dialled: it has characters that no number has, such as < > " ; or a second line.';

let stage: Stage;
let pbx: HostilePeer;
beforeAll(async () => {
  pbx = await HostilePeer.open();
  stage = await openStage();
  await stage.addLine({ domain: pbx.domain });
});
afterAll(async () => {
  await stage?.close();
  await pbx?.close();
});

const answers = () =>
  stage.olga
    .conversation(stage.chat)
    .filter(({ out }) => !out)
    .map(({ text }) => text);

/** Sends, and waits until the messages before `last` have been read: `last` is answered in any case. */
async function answersTo(...sends: (() => unknown)[]): Promise<string[]> {
  const before = answers().length;
  for (const send of sends) send();
  stage.olga.sends('last', stage.chat);
  await stage.olga.waitsUntil(() => answers().slice(before).includes('Dial “last”?'), 10_000);
  return answers().slice(before, -1);
}
const text = (words: string) => () => stage.olga.sends(words, stage.chat);

test('what is no number is not dialled: one hint says what is, and for an hour no other', async () => {
  const told = await answersTo(
    ...[
      'thanks!',
      'see you at 8, ok?',
      'привет',
      '١٢٣',
      '２００',
      'two words',
      '👍',
      '…',
      'я@пример',
      'a'.repeat(200),
    ].map(text),
    // What a sticker, a photo or a voice message says.
    text(''),
    () => stage.olga.sharesContact({ phone: '', firstName: 'Nobody' }, stage.chat),
  );
  expect(told).toEqual([hint]);
  expect(stage.phone.currentCalls).toEqual([]);
});

test.each(['2<00', '200"', '200;transport=tcp', '200\n300', '2\u000000', '/call a<b'])(
  '%j is refused with the reason',
  async (words) => {
    expect(await answersTo(text(words))).toEqual([refused]);
    expect(stage.phone.currentCalls).toEqual([]);
  },
);

test('one word is asked about, and not dialled before the button is pressed', async () => {
  const asked = await stage.olga.waitsFor(({ text: words }) => words === 'Dial “last”?');
  expect(asked.buttons).toEqual([['Call last']]);
  expect(stage.phone.currentCalls).toEqual([]);
});

test('an edit that makes a number of it changes nothing', async () => {
  const message = stage.olga.sends('oops!', stage.chat);
  expect(await answersTo(() => stage.olga.edits(message, '200'))).toEqual([]);
  expect(stage.phone.currentCalls).toEqual([]);
});

test('and nothing of all that reached the PBX', () => {
  expect(pbx.received.map(({ start }) => start)).toEqual([]);
});
