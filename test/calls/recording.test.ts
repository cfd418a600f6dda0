import { rename } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { UserPhone } from '../../sandbox/phone/phone.ts';
import type { Person, PersonMessage } from '../../sandbox/telegram/person.ts';
import type { NewLine } from '../../src/db/line-repository.ts';
import type { LineId } from '../../src/machines/model/ids.ts';
import { type Baresip, hasBaresip } from '../peers/baresip.ts';
import { hasKamailio } from '../peers/kamailio.ts';
import { hasOpusTools, readOggOpus, shareWith } from '../support/ogg-audio.ts';
import { openSipHouse, passwordOf, type SipHouse } from '../support/sip-house.ts';
import { openStage, type Stage } from '../support/stage.ts';
import { stopwatch } from '../support/stopwatch.ts';

const olgaSaysHz = 700;
// Far from the tones of product §12.
const patSaysHz = 1_100;
const start = '🔴 Start recording';
const stop = '🟥 Stop recording';
const pending = '⌛ Stop recording';
const locked = '🔒 Recording locked';

describe.skipIf(!hasBaresip || !hasKamailio || !hasOpusTools)('a call is recorded', () => {
  let stage: Stage;
  let house: SipHouse;
  let uwe: { person: Person; phone: UserPhone };
  let pat: Baresip;
  beforeAll(async () => {
    house = await openSipHouse(['100', '200'], { tapped: ['200'] });
    stage = await openStage();
    uwe = stage.addPerson('Uwe');
  });
  afterAll(async () => {
    await stage?.close();
    await house?.close();
  });
  afterEach(async () => {
    await pat.stop();
    await stage.rest();
    for (const message of uwe.person.conversation(stage.chat)) uwe.person.deletes(message);
  });

  const line = (options: Partial<NewLine> = {}) =>
    stage.addLine({
      domain: house.kamailio.domain,
      proxy: house.address('udp'),
      password: passwordOf('100'),
      ...options,
    });
  /** A line of Olga's which Uwe talks on. */
  const lineOfUwe = async (options: Partial<NewLine>) => {
    const id = await line(options);
    await stage.cli('line', 'set', id, '--user', uwe.person.id);
    return id;
  };
  const dial = async ({ person, phone }: { person: Person; phone: UserPhone }) => {
    pat = await house.telephone({ user: '200', toneHz: patSaysHz });
    phone.says({ frequencyHz: olgaSaysHz });
    person.sends('200', stage.chat);
    const call = await phone.rings();
    call.answer();
    await pat.until('CALL_INCOMING');
    return call;
  };
  const talk = async (who: { person: Person; phone: UserPhone }) => {
    const call = await dial(who);
    await pat.answer();
    await call.heard(patSaysHz);
    return call;
  };
  const olga = () => ({ person: stage.olga, phone: stage.phone });
  const keypad = (person: Person, label: string): Promise<PersonMessage> =>
    person.waitsFor(({ buttons }) => buttons.flat().includes(label));
  const press = async (person: Person, label: string) => person.presses(await keypad(person, label), label);
  /** Recordings that have come into a conversation, the oldest first. */
  const filesIn = (person: Person, peer: string) =>
    person.conversation(peer).flatMap((message) => (message.file ? [{ message, file: message.file }] : []));
  const fileIn = async (person: Person, peer: string, count = 1) => {
    await person.waitsUntil(() => filesIn(person, peer).length >= count);
    const found = filesIn(person, peer).at(-1);
    if (!found) throw new Error('no file');
    return { ...found, sound: readOggOpus(found.file.bytes) };
  };
  /** Recordings of this line go to a channel of Olga's; the settings bot comes after that, since it leaves what nobody chose. */
  const chooseChannel = async (line: LineId) => {
    const { world } = stage.telegram;
    const { id } = world.addChat({ kind: 'channel', title: 'Recordings', creatorId: stage.olga.id });
    await stage.cli('line', 'set', line, `--chat=${id}`);
    world.addToChat(id, stage.olga.id, world.directory.byUsername('siptg_bot')?.id ?? '', true);
    return id;
  };

  test('AC-37 automatic, no separate chat: Uwe stops it, the file is in his chat with both voices; he starts again', async () => {
    await lineOfUwe({ recording: true });
    const call = await talk(uwe);
    await keypad(uwe.person, stop);
    await call.heard(patSaysHz, { forMs: 2_000 });
    await press(uwe.person, stop);
    const { file, message, sound } = await fileIn(uwe.person, stage.chat);
    expect(file).toMatchObject({ kind: 'audio', mime: 'audio/ogg', title: '200', performer: 'Office' });
    expect(message.text).toMatch(/^200 · Office\n.+ UTC · 00:0\d\nRecorded automatically$/);
    expect(sound.seconds).toBeGreaterThan(2);
    expect(shareWith(sound, olgaSaysHz)).toBeGreaterThan(0.8);
    expect(shareWith(sound, patSaysHz)).toBeGreaterThan(0.8);
    await press(uwe.person, start);
    await keypad(uwe.person, stop);
    call.hangUp();
    expect((await fileIn(uwe.person, stage.chat, 2)).message.text).toContain('Recorded by hand');
  });

  test('AC-38 automatic, separate channel: Uwe sees it locked and is told so, the file is in the channel; Olga may stop', async () => {
    const id = await lineOfUwe({ recording: true });
    const chat = await chooseChannel(id);
    const call = await talk(uwe);
    const panel = await keypad(uwe.person, locked);
    await call.heard(patSaysHz, { forMs: 1_000 });
    expect(await uwe.person.presses(panel, locked)).toBe('Recorded by order of the owner');
    call.hangUp();
    const { sound } = await fileIn(stage.olga, chat);
    expect(sound.seconds).toBeGreaterThan(1);
    expect(filesIn(uwe.person, stage.chat)).toEqual([]);
    await stage.quiet();
    await pat.stop();

    await stage.cli('line', 'set', id, '--user', 'owner');
    const hers = await talk(olga());
    await keypad(stage.olga, stop);
    await hers.heard(patSaysHz, { forMs: 1_000 });
    await press(stage.olga, stop);
    await fileIn(stage.olga, chat, 2);
    await keypad(stage.olga, start);
    hers.hangUp();
  });

  test('AC-41 AC-43 Reconnect during recording: ⌛ while away, 🟥 after; one file without the gap', async () => {
    await line({ recording: true });
    const tablet = new UserPhone(stage.olga.device());
    tablet.says({ frequencyHz: olgaSaysHz });
    const call = await talk(olga());
    await keypad(stage.olga, stop);
    await call.heard(patSaysHz, { forMs: 1_000 });
    await press(stage.olga, '🔄 Reconnect');
    await call.ended;
    const again = await tablet.rings();
    await keypad(stage.olga, pending);
    await house.hearing('200').heardSilence({ forMs: 2_000, withinMs: 8_000 });
    stage.clock.increment(30_000);
    again.answer();
    await Promise.all([again.heard(patSaysHz), house.hearing('200').heard(olgaSaysHz)]);
    await keypad(stage.olga, stop);
    await again.heard(patSaysHz, { forMs: 1_000 });
    again.hangUp();
    const { sound } = await fileIn(stage.olga, stage.chat);
    expect(sound.seconds).toBeGreaterThan(2);
    // Nothing of the time while she was away: both are heard all along, but for the tones of the return.
    expect(shareWith(sound, olgaSaysHz)).toBeGreaterThan(0.75);
    expect(shareWith(sound, patSaysHz)).toBeGreaterThan(0.75);
    expect(filesIn(stage.olga, stage.chat)).toHaveLength(1);
    tablet.close();
  });

  test('AC-41 Stop pressed while she is away: the file is delivered at once', async () => {
    await line({ recording: true });
    const tablet = new UserPhone(stage.olga.device());
    const call = await talk(olga());
    await keypad(stage.olga, stop);
    await call.heard(patSaysHz, { forMs: 500 });
    await press(stage.olga, '🔄 Reconnect');
    await call.ended;
    await tablet.rings();
    await press(stage.olga, pending);
    await fileIn(stage.olga, stage.chat);
    expect(stage.service.sip.counters.open().dialogs).toBe(1);
    await pat.hangUp();
    await stage.quiet();
    tablet.close();
  });

  test('AC-79 automatic, separate channel, Reconnect: locked while away and after; one file, in the channel', async () => {
    const chat = await chooseChannel(await lineOfUwe({ recording: true }));
    const call = await talk(uwe);
    await keypad(uwe.person, locked);
    const tablet = new UserPhone(uwe.person.device());
    await press(uwe.person, '🔄 Reconnect');
    await call.ended;
    const again = await tablet.rings();
    expect(await press(uwe.person, locked)).toBe('Recorded by order of the owner');
    again.answer();
    await again.heard(patSaysHz, { forMs: 500 });
    expect(await press(uwe.person, locked)).toBe('Recorded by order of the owner');
    again.hangUp();
    await fileIn(stage.olga, chat);
    await stage.quiet();
    expect(filesIn(stage.olga, chat)).toHaveLength(1);
    tablet.close();
  });

  test('AC-80 by hand, twice: two files of those lengths, 20 s and 3 s, each within 5 s; pressed while it rings: ⌛, and writing starts with the answer', {
    timeout: 90_000,
  }, async () => {
    await line();
    const call = await dial(olga());
    await press(stage.olga, start);
    await keypad(stage.olga, pending);
    await pat.answer();
    await pat.until('CALL_ESTABLISHED');
    const answered = performance.now();
    await call.heard(patSaysHz);
    await keypad(stage.olga, stop);
    await call.heard(patSaysHz, { forMs: 20_000, withinMs: 25_000 });
    await press(stage.olga, stop);
    const stopped = performance.now();
    const sinceStopped = stopwatch();
    const first = await fileIn(stage.olga, stage.chat);
    expect(sinceStopped()).toBeLessThan(5_000);
    expect(first.sound.seconds).toBeGreaterThan(20);
    expect(Math.abs(first.sound.seconds - (stopped - answered) / 1_000)).toBeLessThan(1);
    expect(shareWith(first.sound, 425), 'ringback is not in it').toBeLessThan(0.1);
    await press(stage.olga, start);
    const startedAgain = performance.now();
    await keypad(stage.olga, stop);
    await call.heard(patSaysHz, { forMs: 3_000 });
    await press(stage.olga, stop);
    const stoppedAgain = performance.now();
    const sinceStoppedAgain = stopwatch();
    const second = await fileIn(stage.olga, stage.chat, 2);
    expect(sinceStoppedAgain()).toBeLessThan(5_000);
    expect(Math.abs(second.sound.seconds - (stoppedAgain - startedAgain) / 1_000)).toBeLessThan(1);
    call.hangUp();
    await stage.quiet();
    expect(filesIn(stage.olga, stage.chat)).toHaveLength(2);
  });

  test('AC-40 the recorder cannot write: ⚠️, the call goes on; a press tries again', async () => {
    await line();
    const call = await talk(olga());
    const away = `${stage.storage.recordings}.away`;
    await rename(stage.storage.recordings, away);
    try {
      await press(stage.olga, start);
      await keypad(stage.olga, '⚠️ Start recording');
      await stage.olga.waitsFor(({ text }) => text.includes('The recording failed'));
    } finally {
      await rename(away, stage.storage.recordings);
    }
    await call.heard(patSaysHz);
    await press(stage.olga, '⚠️ Start recording');
    await keypad(stage.olga, stop);
    await call.heard(patSaysHz, { forMs: 500 });
    call.hangUp();
    await fileIn(stage.olga, stage.chat);
  });

  test('AC-40 the recorder cannot write while Uwe talks: he is told why, and so is Olga, whose line it is', async () => {
    stage.olga.starts('@siptg_bot');
    await lineOfUwe({ recording: true });
    const away = `${stage.storage.recordings}.away`;
    await rename(stage.storage.recordings, away);
    try {
      const call = await talk(uwe);
      const reason = 'the directory for recordings does not exist';
      await uwe.person.waitsFor(({ text }) => text.endsWith(`The recording failed: ${reason}`));
      await stage.olga.waitsFor(({ text }) => text === `Office: a call could not be recorded: ${reason}`);
      await call.heard(patSaysHz, { forMs: 500 });
      call.hangUp();
    } finally {
      await rename(away, stage.storage.recordings);
    }
  });
});

describe.skipIf(!hasBaresip || !hasKamailio || !hasOpusTools)('a line whose owner has no right to record', () => {
  let stage: Stage;
  let house: SipHouse;
  beforeAll(async () => {
    house = await openSipHouse(['100', '200']);
    const poor = { name: 'poor', callSwitching: true, recording: false, fragmentMs: 15_000 };
    const standard = { ...poor, assignment: true, paidWorkers: true };
    stage = await openStage({ plans: { plans: new Map([['poor', standard]]), standard } });
  });
  afterAll(async () => {
    await stage?.close();
    await house?.close();
  });

  test('AC-39 nothing is recorded by itself; a fragment stops after 15 s and arrives; another start in the call is refused', {
    timeout: 60_000,
  }, async () => {
    const { olga, phone, chat } = stage;
    await stage.addLine({
      domain: house.kamailio.domain,
      proxy: house.address('udp'),
      password: passwordOf('100'),
      recording: true,
    });
    const pat = await house.telephone({ user: '200', toneHz: patSaysHz });
    phone.says({ frequencyHz: olgaSaysHz });
    olga.sends('200', chat);
    const call = await phone.rings();
    call.answer();
    await pat.until('CALL_INCOMING');
    await pat.answer();
    await call.heard(patSaysHz, { forMs: 500 });
    const panel = await olga.waitsFor(({ buttons }) => buttons.flat().includes(start));
    await olga.presses(panel, start);
    await olga.waitsFor(({ text }) => text === 'The recording has stopped: the plan allows 15 s of a call.', 25_000);
    const { file } = await olga.waitsFor((message) => message.file !== undefined);
    const { seconds } = readOggOpus(file?.bytes ?? Buffer.alloc(0));
    expect(seconds).toBeCloseTo(15, 1);
    await olga.waitsFor(({ buttons }) => buttons.flat().includes(start));
    const again = await olga.waitsFor(({ buttons }) => buttons.flat().includes(start));
    await expect.poll(() => olga.presses(again, start)).toBe('The recording limit of this call is used up');
    call.hangUp();
    await stage.quiet();
    expect(olga.conversation(chat).filter((message) => message.file)).toHaveLength(1);
    await pat.stop();
  });
});
