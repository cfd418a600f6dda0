import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LineBookRepository } from '../../src/db/line-book-repository.ts';
import { EpochMs } from '../../src/machines/model/ids.ts';
import { hasBaresip } from '../peers/baresip.ts';
import { hasKamailio } from '../peers/kamailio.ts';
import { eventually } from '../support/eventually.ts';
import { openSipHouse, passwordOf, type SipHouse } from '../support/sip-house.ts';
import { openStage, type Stage } from '../support/stage.ts';

const patSaysHz = 440;

describe.skipIf(!hasBaresip || !hasKamailio)('a line whose settings change', () => {
  let stage: Stage;
  let house: SipHouse;
  beforeAll(async () => {
    house = await openSipHouse(['100', '101', '200']);
    stage = await openStage();
  });
  afterAll(async () => {
    await stage?.close();
    await house?.close();
  });

  test('a new login is registered at once and the old one is not any more, while the call of the old one goes on', async () => {
    const { olga, phone, chat, service, storage } = stage;
    const line = await stage.addLine({
      domain: house.kamailio.domain,
      proxy: house.address('udp'),
      password: passwordOf('100'),
    });
    const pat = await house.telephone({ user: '200', toneHz: patSaysHz });
    olga.sends('200', chat);
    const call = await phone.rings();
    call.answer();
    await pat.until('CALL_INCOMING');
    await pat.answer();
    await call.heard(patSaysHz, { forMs: 500 });

    const book = new LineBookRepository(storage.database, storage.box);
    await book.edit('operator', line, { login: '101', password: passwordOf('101') }, EpochMs(1));
    const states: string[] = [];
    const unwatch = service.lineActors.watch((changed, { state }) => changed === line && states.push(state));
    await book.apply('operator', line);
    await eventually(() => expect(states).toEqual(['reachable', 'registering', 'registering', 'reachable']));
    unwatch();
    await call.heard(patSaysHz, { forMs: 500 });
    expect(call.state).toBe('connected');
    call.hangUp();
    await pat.until('CALL_CLOSED');
    await stage.quiet();

    await pat.dial(`sip:100@${house.kamailio.domain}`);
    expect((await pat.until('CALL_CLOSED')).param).toMatch(/^4(04|80)/);
    await pat.dial(`sip:101@${house.kamailio.domain}`);
    const incoming = await phone.rings();
    incoming.decline();
    await pat.until('CALL_CLOSED');
  });
});
