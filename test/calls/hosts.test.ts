import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { UserPhone } from '../../sandbox/phone/phone.ts';
import type { Person } from '../../sandbox/telegram/person.ts';
import { type LineId, UserId } from '../../src/machines/model/ids.ts';
import type { Service } from '../../src/service.ts';
import { hasBaresip } from '../peers/baresip.ts';
import { hasKamailio } from '../peers/kamailio.ts';
import { eventually } from '../support/eventually.ts';
import { heardInFile, openSipHouse, passwordOf, type SipHouse } from '../support/sip-house.ts';
import { openStage, type Stage } from '../support/stage.ts';

const userSaysHz = 700;
const patSaysHz = 440;

interface Caller {
  readonly person: Person;
  readonly phone: UserPhone;
  /** Of the PBX. */
  readonly number: string;
  readonly line: LineId;
}

describe.skipIf(!hasBaresip || !hasKamailio)('two hosts share the people of an installation', () => {
  let stage: Stage;
  let house: SipHouse;
  let hosts: readonly [Service, Service];
  /** One on each host. */
  let callers: readonly [Caller, Caller];
  beforeAll(async () => {
    house = await openSipHouse(['101', '102', '200']);
    stage = await openStage({ shards: 6 });
    hosts = [stage.service, await stage.addHost('other')];
    await shared([4, 4]);
    callers = [await callerOn(hosts[0], '101'), await callerOn(hosts[1], '102')];
  }, 120_000);
  afterAll(async () => {
    await stage?.close();
    await house?.close();
  });

  const shared = (counts: readonly number[]) =>
    eventually(() => expect(hosts.map(({ hosting }) => hosting.ownership.shards.length)).toEqual(counts), {
      timeout: 20_000,
    });

  /** Somebody who is carried there, with a line. */
  const callerOn = async (host: Service, number: string): Promise<Caller> => {
    for (;;) {
      const { person, phone } = stage.addPerson(`Caller ${number}`);
      if (!host.hosting.carries(UserId(person.id))) continue;
      const line = await host.lines.add({
        name: 'Office',
        owner: UserId(person.id),
        login: number,
        password: passwordOf(number),
        domain: house.kamailio.domain,
        proxy: house.address('udp'),
        transport: 'udp',
        codecs: ['alaw'],
      });
      await host.lineActors.until(line, 'reachable', AbortSignal.timeout(10_000));
      return { person, phone, number, line };
    }
  };

  const talks = async ({ person, phone }: Caller) => {
    const pat = await house.telephone({ user: '200', toneHz: patSaysHz });
    phone.says({ frequencyHz: userSaysHz });
    person.sends('200', stage.chat);
    const call = await phone.rings();
    call.answer();
    await pat.until('CALL_INCOMING');
    await pat.answer();
    await pat.until('CALL_ESTABLISHED');
    await call.heard(patSaysHz, { forMs: 500 });
    return { pat, call };
  };

  test.each([0, 1] as const)(
    'who is on host %s writes a number, hears and is heard, and his keys arrive',
    async (at) => {
      const caller = callers[at];
      const { pat, call } = await talks(caller);
      const panel = await caller.person.waitsFor(({ buttons }) => buttons.flat().includes('#'));
      expect(await caller.person.presses(panel, '5')).toBeUndefined();
      expect((await pat.until('CALL_DTMF_START')).param).toBe('5');
      expect(hosts.map(({ engaged }) => engaged)).toEqual(at === 0 ? [1, 0] : [0, 1]);
      call.hangUp();
      await pat.until('CALL_CLOSED');
      expect(pat.heardFiles().some((file) => heardInFile(file, userSaysHz))).toBe(true);
      await pat.stop();
    },
  );

  test.each([0, 1] as const)(
    'who is on host %s is rung by a call from the PBX, which only that host takes',
    async (at) => {
      const { phone, number } = callers[at];
      const pat = await house.telephone({ user: '200', toneHz: patSaysHz });
      await pat.dial(number);
      const call = await phone.rings();
      expect(hosts.map(({ engaged }) => engaged)).toEqual(at === 0 ? [1, 0] : [0, 1]);
      phone.says({ frequencyHz: userSaysHz });
      call.answer();
      await pat.until('CALL_ESTABLISHED');
      await call.heard(patSaysHz, { forMs: 500 });
      call.hangUp();
      await pat.until('CALL_CLOSED');
      expect(pat.heardFiles().some((file) => heardInFile(file, userSaysHz))).toBe(true);
      await pat.stop();
    },
  );

  test.each([0, 1] as const)('who is on host %s calls the chat account himself: his host takes it', async (at) => {
    const { person, phone } = callers[at];
    await hosts[at].setCallback(UserId(person.id), false);
    const pat = await house.telephone({ user: '200', toneHz: patSaysHz });
    person.sends('200', stage.chat);
    await person.waitsFor(({ text }) => text === 'Press 📞 to call 200');
    phone.says({ frequencyHz: userSaysHz });
    const call = await phone.calls(stage.chat);
    await pat.until('CALL_INCOMING');
    await pat.answer();
    await call.heard(patSaysHz, { forMs: 500 });
    expect(hosts.map(({ engaged }) => engaged)).toEqual(at === 0 ? [1, 0] : [0, 1]);
    call.hangUp();
    await pat.until('CALL_CLOSED');
    expect(pat.heardFiles().some((file) => heardInFile(file, userSaysHz))).toBe(true);
    await hosts[at].setCallback(UserId(person.id), true);
    await pat.stop();
  });

  test('the settings bot answers both, whichever host reads it', async () => {
    for (const { person } of callers) {
      person.starts('@siptg_bot');
      person.sends('/softphone', '@siptg_bot');
      await person.waitsFor(({ buttons }) => buttons.flat().some((label) => label.includes('Office')));
    }
  });

  test('a host that leaves with a call up ends none: its idle people are elsewhere meanwhile, the others after it', async () => {
    const [stays, leaves] = callers;
    const { pat, call } = await talks(leaves);
    const left = hosts[1].stop(60_000);
    await eventually(() => expect(hosts[1].hosting.ownership.shards).toHaveLength(1));
    // Its reader may have moved too: who stays is served as before.
    stays.person.sends('/start', stage.chat);
    await stays.person.waitsFor(({ text }) => text.includes('number'));
    await call.heard(patSaysHz, { forMs: 1_000 });
    const panel = await leaves.person.waitsFor(({ buttons }) => buttons.flat().includes('#'));
    await leaves.person.presses(panel, '7');
    expect((await pat.until('CALL_DTMF_START')).param).toBe('7');
    call.hangUp();
    await pat.until('CALL_CLOSED');
    stage.clock.increment(60_000);
    await left;
    await eventually(() => expect(hosts[0].hosting.ownership.shards).toHaveLength(8), { timeout: 20_000 });
    await pat.stop();
    await hosts[0].lineActors.until(leaves.line, 'reachable', AbortSignal.timeout(10_000));
    const again = await talks(leaves);
    again.call.hangUp();
    await again.pat.until('CALL_CLOSED');
  });
});
