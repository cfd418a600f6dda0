import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { UserPhone } from '../../sandbox/phone/phone.ts';
import type { Person } from '../../sandbox/telegram/person.ts';
import { LineBookRepository } from '../../src/db/line-book-repository.ts';
import { EpochMs, type LineId, UserId } from '../../src/machines/model/ids.ts';
import type { Service } from '../../src/service.ts';
import { hasBaresip } from '../peers/baresip.ts';
import { hasKamailio } from '../peers/kamailio.ts';
import { eventually } from '../support/eventually.ts';
import { openSipHouse, passwordOf, type SipHouse } from '../support/sip-house.ts';
import { openStage, type Stage } from '../support/stage.ts';

/** Each line has its own: a late farewell of an earlier one must not be taken for its. */
const numbers = Array.from({ length: 12 }, (_, at) => String(101 + at));
const userSaysHz = 700;
const patSaysHz = 440;
const quinnSaysHz = 620;

type Telephone = Awaited<ReturnType<SipHouse['telephone']>>;

/** Each in a house with lines `Home` on the first Worker and `Away` on another one, as far as a test wants them. */
describe.skipIf(!hasBaresip || !hasKamailio)('hosts of two Workers carry their lines', () => {
  let stage: Stage;
  let house: SipHouse;
  let first: Service;
  let other: Service;
  let book: LineBookRepository;
  const free = [...numbers];
  beforeAll(async () => {
    house = await openSipHouse([...numbers, '200', '201'], { tapped: ['200'] });
    stage = await openStage({ shards: 3 });
    first = stage.service;
    other = await stage.addHost('hel-1', 'hel');
    book = new LineBookRepository(stage.storage.database, stage.storage.box);
    await shared();
  }, 120_000);
  afterAll(async () => {
    await stage?.close();
    await house?.close();
  });

  /** Each has everything of its Worker. */
  const shared = () =>
    eventually(() => {
      expect(first.hosting.ownership.shards).toHaveLength(5);
      expect(other.hosting.ownership.shards).toHaveLength(3);
    });

  const engaged = () => [first.engaged, other.engaged];
  const idle = () =>
    eventually(() => {
      stage.clock.increment(1_000);
      expect(engaged()).toEqual([0, 0]);
    });

  const lineOf = async (person: Person, number: string, name: string, worker: string): Promise<LineId> => {
    const owner = UserId(person.id);
    const line = await first.lines.add({
      name,
      owner,
      login: number,
      password: passwordOf(number),
      domain: house.kamailio.domain,
      proxy: house.address('udp'),
      transport: 'udp',
      codecs: ['alaw'],
    });
    await book.edit(owner, line, { worker }, EpochMs(Date.now()));
    await book.apply(owner, line);
    const host = worker === 'main' ? first : other;
    await host.lineActors.until(line, 'reachable', AbortSignal.timeout(10_000));
    // Where numbers are judged this is heard a moment later.
    await eventually(() => expect(first.standings.of(line).reachability.state).toBe('reachable'));
    return line;
  };

  /** Somebody with these lines, who is gone after it. */
  const withLines = async (
    names: readonly ('Home' | 'Away')[],
    story: (one: { person: Person; phone: UserPhone; numberOf: Partial<Record<string, string>> }) => Promise<void>,
  ) => {
    const { person, phone } = stage.addPerson('Caller');
    const lines: LineId[] = [];
    const numberOf: Partial<Record<string, string>> = {};
    for (const name of names) {
      const number = free.shift() ?? '';
      numberOf[name] = number;
      lines.push(await lineOf(person, number, name, name === 'Home' ? 'main' : 'hel'));
    }
    try {
      await story({ person, phone, numberOf });
    } finally {
      for (const call of phone.currentCalls) call.hangUp();
      for (const telephone of telephones.splice(0)) await telephone.stop();
      for (const line of lines) await first.lines.remove(line);
      await idle();
    }
  };

  const telephones: Telephone[] = [];
  const telephone = async (user: string, toneHz: number) => {
    const started = await house.telephone({ user, toneHz });
    telephones.push(started);
    return started;
  };
  const pats = () => telephone('200', patSaysHz);
  const quinns = () => telephone('201', quinnSaysHz);

  /** They hear each other. */
  const answered = async (phone: UserPhone, pat: Telephone) => {
    phone.says({ frequencyHz: userSaysHz });
    const call = await phone.rings();
    call.answer();
    await pat.until('CALL_INCOMING');
    await pat.answer();
    await call.heard(patSaysHz, { forMs: 500 });
    await house.hearing('200').heard(userSaysHz, { forMs: 500 });
    return call;
  };

  test('a number goes out over the line of the other Worker, keys of the panel and replies to it arrive, and the panel goes', () =>
    withLines(['Away'], async ({ person, phone }) => {
      const pat = await pats();
      person.sends('200', stage.chat);
      const call = await answered(phone, pat);
      expect(engaged()).toEqual([0, 1]);
      const panel = await person.waitsFor(({ buttons }) => buttons.flat().includes('#'));
      expect(await person.presses(panel, '5')).toBeUndefined();
      expect((await pat.until('CALL_DTMF_START')).param).toBe('5');
      person.sends('78', stage.chat, { replyTo: panel });
      expect((await pat.until('CALL_DTMF_START')).param).toBe('7');
      expect((await pat.until('CALL_DTMF_START')).param).toBe('8');
      call.hangUp();
      await pat.until('CALL_CLOSED');
      await eventually(() => expect(person.conversation(stage.chat).map(({ id }) => id)).not.toContain(panel.id));
      const over = await person.waitsFor(({ buttons }) => buttons.flat().some((label) => label.includes('Redial')));
      await idle();
      await person.presses(over, over.buttons.flat().find((label) => label.includes('Redial')) ?? '');
      const again = await answered(phone, pat);
      expect(engaged()).toEqual([0, 1]);
      again.hangUp();
      await pat.until('CALL_CLOSED');
    }));

  test('a call from the PBX to the line of the other Worker rings the user, once, and they hear each other', () =>
    withLines(['Away'], async ({ phone, numberOf }) => {
      const pat = await pats();
      await pat.dial(numberOf.Away ?? '');
      phone.says({ frequencyHz: userSaysHz });
      const call = await phone.rings();
      // The first host may still be known to the PBX from before the line was given to the other one.
      expect(engaged().toSorted((one, other) => one - other)).toEqual([0, 1]);
      call.answer();
      await pat.until('CALL_ESTABLISHED');
      await call.heard(patSaysHz, { forMs: 500 });
      await house.hearing('200').heard(userSaysHz, { forMs: 500 });
      call.hangUp();
      await pat.until('CALL_CLOSED');
    }));

  test('Callback off: his own call is taken by the Worker of the line, and by the first one when he has no number waiting', () =>
    withLines(['Away'], async ({ person, phone }) => {
      await first.setCallback(UserId(person.id), false);
      const pat = await pats();
      person.sends('200', stage.chat);
      await person.waitsFor(({ text }) => text === 'Press 📞 to call 200');
      phone.says({ frequencyHz: userSaysHz });
      const call = await phone.calls(stage.chat);
      await pat.until('CALL_INCOMING');
      await pat.answer();
      await call.heard(patSaysHz, { forMs: 500 });
      await house.hearing('200').heard(userSaysHz, { forMs: 500 });
      expect(engaged()).toEqual([0, 1]);
      call.hangUp();
      await pat.until('CALL_CLOSED');
      await idle();
      stage.clock.increment(60_000);
      const without = await phone.calls(stage.chat);
      await without.ended;
      await person.waitsFor(({ text }) => text.startsWith('Send'));
    }));

  test('with a line on each Worker he is asked, the chosen one is dialled where it is, and so is its second call', () =>
    withLines(['Home', 'Away'], async ({ person, phone }) => {
      const pat = await pats();
      person.sends('200', stage.chat);
      const question = await person.waitsFor(({ buttons }) => buttons.flat().includes('Away'));
      await person.presses(question, 'Away');
      const call = await answered(phone, pat);
      expect(engaged()).toEqual([0, 1]);
      const quinn = await quinns();
      person.sends('201', stage.chat);
      const again = await person.waitsFor(
        ({ text, buttons }) => text.includes('201') && buttons.flat().includes('Away'),
      );
      await person.presses(again, 'Away');
      await quinn.until('CALL_INCOMING');
      await quinn.answer();
      const pair = await person.waitsFor(({ text }) => text.includes('Answered and on hold: 201'));
      await person.presses(pair, 'Switch');
      await call.heard(quinnSaysHz, { forMs: 300 });
      call.hangUp();
      await Promise.all([pat.until('CALL_CLOSED'), quinn.until('CALL_CLOSED')]);
    }));

  test.each([
    { busy: 'Away', free: 'Home', counts: [0, 1] },
    { busy: 'Home', free: 'Away', counts: [1, 0] },
  ] as const)(
    'while he talks over $busy, a call to $free is busy and told as missed, and a number for it is refused with the reason',
    ({ busy, free: other, counts }) =>
      withLines(['Home', 'Away'], async ({ person, phone, numberOf }) => {
        const pat = await pats();
        person.sends('200', stage.chat);
        await person.presses(await person.waitsFor(({ buttons }) => buttons.flat().includes(busy)), busy);
        const call = await answered(phone, pat);
        const quinn = await quinns();
        await quinn.dial(numberOf[other] ?? '');
        expect((await quinn.until('CALL_CLOSED')).param).toContain('486');
        await person.waitsFor(({ text }) => text.startsWith('Missed'));
        person.sends('201', stage.chat);
        const question = ({ text, buttons }: { text: string; buttons: readonly (readonly string[])[] }) =>
          text.includes('201') && buttons.flat().includes(other);
        await person.presses(await person.waitsFor(question), other);
        await person.waitsFor(({ text }) => text.includes(`“${other}” is not dialled`));
        expect(engaged()).toEqual(counts);
        await call.heard(patSaysHz, { forMs: 500 });
        call.hangUp();
        await pat.until('CALL_CLOSED');
        // And then it is free again.
        await idle();
        person.sends('200', stage.chat);
        const anew = ({ text, buttons }: { text: string; buttons: readonly (readonly string[])[] }) =>
          text.includes('200') && buttons.flat().includes(other) && buttons.flat().includes(busy);
        await person.presses(await person.waitsFor(anew), other);
        const second = await answered(phone, pat);
        expect(engaged()).toEqual([...counts].reverse());
        second.hangUp();
        await pat.until('CALL_CLOSED');
      }),
  );
});
