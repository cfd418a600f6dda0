import { expect, test } from 'vitest';
import { Person } from '../../../sandbox/telegram/person.ts';
import { World } from '../../../sandbox/telegram/world/world.ts';

function scene() {
  const world = new World();
  const [olga, uwe] = ['olga_p', 'uwe_u'].map((username) => {
    const user = world.directory.addUser({ firstName: username, username });
    return new Person(world, user.id);
  });
  if (!olga || !uwe) throw new Error('nobody there');
  return { world, olga, uwe };
}

test('waiting ends with a message that is there already, comes later, or is edited to fit', async () => {
  const { olga, uwe } = scene();
  uwe.sends('already there', '@olga_p');
  expect(await olga.waitsFor(({ text }) => text === 'already there')).toMatchObject({ out: false, fromId: uwe.id });
  const later = olga.waitsFor(({ text }) => text === 'edited');
  const sent = uwe.sends('first form', olga.id);
  uwe.edits(sent, 'edited');
  expect(await later).toMatchObject({ text: 'edited' });
});

test('waiting in vain says what there was instead', async () => {
  const { olga, uwe } = scene();
  uwe.sends('something else', olga.id);
  await expect(olga.waitsFor(({ text }) => text === 'this', 20)).rejects.toThrow(
    'waited 20 ms in vain; there is: ← something else',
  );
});

test('waiting for a condition notices deletions, and passes on what the condition throws', async () => {
  const { olga, uwe } = scene();
  const sent = uwe.sends('soon gone', olga.id);
  const gone = olga.waitsUntil(() => olga.conversation(uwe.id).length === 0);
  uwe.deletes(sent);
  await gone;
  const failing = olga.waitsUntil(() => {
    throw new Error('cannot look');
  });
  await expect(failing).rejects.toThrow('cannot look');
});

test('answers, forwarded words and contacts arrive as such', () => {
  const { olga, uwe } = scene();
  const question = uwe.sends('when?', olga.id);
  const [received] = olga.conversation(uwe.id);
  olga.replies(received?.id ?? 0, 'now');
  olga.forwards(received?.id ?? 0, uwe.id);
  olga.sharesContact({ phone: '49301234', firstName: 'Pat' }, '@uwe_u');
  expect(uwe.conversation('@olga_p').slice(1)).toMatchObject([
    { text: 'now', replyToId: question.id },
    { text: 'when?', copy: { forwardedFrom: { userId: uwe.id } } },
    { contact: { phone: '49301234', firstName: 'Pat' } },
  ]);
});

test('only buttons that are there can be pressed, and nobody answers for people', async () => {
  const { olga, uwe, world } = scene();
  const plain = uwe.sends('no buttons', olga.id);
  expect(plain.buttons).toEqual([]);
  const [received] = olga.conversation(uwe.id);
  await expect(olga.presses(received?.id ?? 0, 'Yes')).rejects.toThrow('no button “Yes” to press; there is: none');
  await expect(olga.presses(999, 'Yes')).rejects.toThrow('MESSAGE_ID_INVALID');
  world.faults.botAnswerTimeoutMs = 10;
  const bot = world.directory.addBot({ username: 'mute_bot' });
  olga.starts(bot.id);
  const rows = [[{ kind: 'callback' as const, text: 'Yes', data: 'y' }]];
  world.messaging.send(bot.id, olga.id, { text: '?', markup: { kind: 'inline', rows } });
  const question = await olga.waitsFor(({ text }) => text === '?');
  await expect(olga.presses(question, 'Yes')).rejects.toThrow('BOT_RESPONSE_TIMEOUT');
});
