import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { PeerId } from '../../sandbox/telegram/world/model.ts';
import { LineBookRepository } from '../../src/db/line-book-repository.ts';
import type { LineId } from '../../src/machines/model/ids.ts';
import { hasBaresip } from '../peers/baresip.ts';
import { hasKamailio } from '../peers/kamailio.ts';
import { hasOpusTools, readOggOpus, shareWith } from '../support/ogg-audio.ts';
import { type SettingsPicks, settingsPicks } from '../support/settings-picks.ts';
import { openSipHouse, passwordOf, type SipHouse } from '../support/sip-house.ts';
import { openStage, type Stage } from '../support/stage.ts';

const olgaSaysHz = 700;
const patSaysHz = 1_100;
const button = 'Chat for recordings';

describe.skipIf(!hasBaresip || !hasKamailio || !hasOpusTools)('Olga chooses where recordings come', () => {
  let stage: Stage;
  let house: SipHouse;
  let olga: SettingsPicks;
  let line: LineId;
  let botId: string;
  beforeAll(async () => {
    house = await openSipHouse(['100', '200'], { tapped: ['200'] });
    stage = await openStage();
    olga = settingsPicks(stage, stage.olga);
    botId = stage.telegram.world.directory.byUsername('siptg_bot')?.id ?? '';
    line = await stage.addLine({
      domain: house.kamailio.domain,
      proxy: house.address('udp'),
      password: passwordOf('100'),
    });
  });
  afterAll(async () => {
    await stage?.close();
    await house?.close();
  });
  afterEach(async () => {
    await olga.line('🟢 Office');
    const { buttons } = await olga.press(button);
    if (buttons.flat().includes('Clear')) await olga.press('Clear');
  });

  const make = (kind: 'group' | 'channel', title: string): PeerId =>
    stage.telegram.world.addChat({ kind, title, creatorId: stage.olga.id }).id;
  const isIn = (chat: PeerId) => stage.telegram.world.chats.chat(chat).members.has(botId);
  /** Everything that was ever said by the bot in a chat, as far as it is still there. */
  const saidIn = (chat: PeerId) => stage.olga.conversation(chat).filter(({ fromId }) => fromId === botId);
  const chosen = async () =>
    (await new LineBookRepository(stage.storage.database, stage.storage.box).find(line))?.recordingsChat;

  test('AC-08 F-SET-7 two keys appear; a channel where the bot may post is proved by posting and deleting, and kept', async () => {
    const channel = make('channel', 'Recordings');
    await olga.line('🟢 Office');
    await olga.press(button);
    expect(olga.keys()).toEqual(['Select chat', 'Select channel']);
    const changes: string[] = [];
    const unwatch = stage.olga.watch((event) => {
      const peerId = event.type === 'delete' ? event.peerId : event.message.peerId;
      if (peerId === channel) changes.push(event.type);
    });
    const screen = await olga.picksChat('Select channel', channel);
    unwatch();
    expect(screen.text).toMatch(/^Recordings will come to Recordings\.\n/);
    expect(screen.text).toContain('\nChat for recordings: Recordings');
    expect(changes).toEqual(['message', 'delete']);
    expect(saidIn(channel)).toEqual([]);
    expect(olga.keys()).toEqual([]);
    expect(await chosen()).toBe(channel);
  });

  test('AC-08 F-SET-7 a channel where the bot may not post: the old one stays, and the reason is shown', async () => {
    const good = make('channel', 'Recordings');
    const bad = make('channel', 'Nothing for bots');
    await olga.line('🟢 Office');
    await olga.press(button);
    await olga.picksChat('Select channel', good);
    const offered = await olga.press(button);
    expect(offered.buttons.flat()).toContain('Clear');
    const refused = await olga.picksChat('Select channel', bad, { addsBot: false });
    expect(refused.text).toMatch(/^Nothing for bots cannot take recordings, the old choice stays: .*\w/);
    expect(refused.text).toContain('\nChat for recordings: Recordings');
    expect(await chosen()).toBe(good);
    expect(olga.keys()).toEqual([]);
  });

  test('F-SET-7 a group is chosen, and cleared', async () => {
    const group = make('group', 'Our team');
    await olga.line('🟢 Office');
    await olga.press(button);
    expect((await olga.picksChat('Select chat', group)).text).toContain('\nChat for recordings: Our team');
    expect(isIn(group)).toBe(true);
    expect(saidIn(group)).toEqual([]);
    await olga.press(button);
    const cleared = await olga.press('Clear');
    expect(cleared.text).toContain('Recordings come to the user’s conversation with the chat account.');
    expect(await chosen()).toBeUndefined();
    await expect.poll(() => isIn(group)).toBe(false);
  });

  test('F-SET-7 a recording comes to the channel that was chosen, with both voices', async () => {
    const channel = make('channel', 'Recordings');
    await olga.line('🟢 Office');
    await olga.press(button);
    await olga.picksChat('Select channel', channel);
    expect((await olga.press('☑️ Call recording')).buttons.flat()).toContain('✅ Call recording');
    const pat = await house.telephone({ user: '200', toneHz: patSaysHz });
    stage.phone.says({ frequencyHz: olgaSaysHz });
    stage.olga.sends('200', stage.chat);
    const call = await stage.phone.rings();
    call.answer();
    await pat.until('CALL_INCOMING');
    await pat.answer();
    await call.heard(patSaysHz, { forMs: 2_000 });
    call.hangUp();
    await stage.quiet();
    await pat.stop();
    const message = await stage.olga.waitsFor(({ peerId, file }) => peerId === channel && file !== undefined, 15_000);
    expect(message.file).toMatchObject({ kind: 'audio', title: '200', performer: 'Office' });
    const sound = readOggOpus(message.file?.bytes ?? Buffer.alloc(0));
    expect(sound.seconds).toBeGreaterThan(2);
    expect(shareWith(sound, olgaSaysHz)).toBeGreaterThan(0.5);
    expect(shareWith(sound, patSaysHz)).toBeGreaterThan(0.5);
    expect(stage.olga.conversation(stage.chat).filter(({ file }) => file)).toEqual([]);
  });

  test('in groups the bot says nothing; it leaves those that nobody chose, and stays where recordings come', async () => {
    const kept = make('group', 'Our team');
    await olga.line('🟢 Office');
    await olga.press(button);
    await olga.picksChat('Select chat', kept);
    const other = make('group', 'Chatter');
    stage.telegram.world.addToChat(other, stage.olga.id, botId);
    await expect.poll(() => isIn(other)).toBe(false);
    expect(saidIn(other).filter(({ text }) => text !== '')).toEqual([]);

    for (const text of ['/softphone', '/start', 'hello @siptg_bot', '200']) stage.olga.sends(text, kept);
    // What it hears later has it heard after these.
    await olga.open();
    expect(isIn(kept)).toBe(true);
    expect(saidIn(kept)).toEqual([]);
  });
});
