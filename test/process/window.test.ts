import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { backends } from '../adapters/jobs/places.ts';
import { hasBaresip } from '../peers/baresip.ts';
import { hasKamailio } from '../peers/kamailio.ts';
import { eventually } from '../support/eventually.ts';
import { openSipHouse, type SipHouse } from '../support/sip-house.ts';
import { type HouseOfHosts, openHouseOfHosts, type Subscriber } from './support/house-of-hosts.ts';
import type { Running } from './support/running.ts';

const patSaysHz = 440;
const olgaSaysHz = 700;
const windowMs = 60_000;

describe.skipIf(!hasBaresip || !hasKamailio).each(backends)(
  'a host killed in the reconnection window, with jobs on %s',
  (kind) => {
    let pbx: SipHouse;
    let house: HouseOfHosts;
    let host: Running;
    let olga: Subscriber;
    beforeAll(async () => {
      pbx = await openSipHouse(['101', '200'], { tapped: ['200'] });
      house = await openHouseOfHosts(kind, pbx);
      host = await house.start('a');
      olga = await house.subscriber('101', 'a');
      await house.isRegistered(olga.line, 'a');
    }, 120_000);
    afterAll(async () => {
      await house?.close();
      await pbx?.close();
    });

    /** Bursts of 350 and 440 Hz with 2.4 s between them (product §12), now or after her party was found again. */
    const hearsReconnection = async () => {
      await pbx.hearing('200').heard(440, { forMs: 50, withinMs: 20_000 });
      await pbx.hearing('200').heardSilence({ forMs: 1_000, withinMs: 8_000 });
    };
    /** She talks to Pat, presses Reconnect, declines the ring; then the host is killed and started again. */
    const interrupted = async () => {
      const { person, phone } = olga;
      const pat = await pbx.telephone({ user: '200', toneHz: patSaysHz });
      phone.says({ frequencyHz: olgaSaysHz });
      person.sends('200', house.chat);
      const call = await phone.rings();
      call.answer();
      await pat.until('CALL_INCOMING');
      await pat.answer();
      await pat.until('CALL_ESTABLISHED');
      await call.heard(patSaysHz, { forMs: 500 });
      const panel = await person.waitsFor(({ buttons }) => buttons.flat().includes('🔄 Reconnect'));
      const openedAt = performance.now();
      await person.presses(panel, '🔄 Reconnect');
      await call.ended;
      (await phone.rings()).decline();
      await hearsReconnection();
      host.signal('SIGKILL');
      await host.exited;
      host = await house.start('a');
      return { pat, openedAt };
    };

    /** The log of the host that died leads into the window (AC-63), that of the one that came after it to the end of the call. */
    const logsLeadToTheEnd = () =>
      eventually(async () => {
        const ends = await house.loggedEnds();
        expect(ends).toHaveLength(2);
        const [killed, last] = ends;
        expect(killed?.matches({ withCall: 'away' })).toBe(true);
        expect(last?.matches('idle') || last?.matches('gone')).toBe(true);
      });

    test('AC-50 calling back works: both hear each other in the same dialog', { timeout: 120_000 }, async () => {
      const { pat } = await interrupted();
      await hearsReconnection();
      const call = await olga.phone.calls(house.chat);
      await call.heard(patSaysHz, { forMs: 500, withinMs: 10_000 });
      await pbx.hearing('200').heard(olgaSaysHz, { forMs: 500 });
      expect(pat.events.filter(({ type }) => type === 'CALL_INCOMING')).toHaveLength(1);
      call.hangUp();
      await pat.until('CALL_CLOSED');
      await pat.stop();
      await logsLeadToTheEnd();
    });

    test('AC-50 nobody calls back: the window ends at its original time', { timeout: 150_000 }, async () => {
      const { pat, openedAt } = await interrupted();
      const isClosed = () => expect(pat.events.some(({ type }) => type === 'CALL_CLOSED')).toBe(true);
      await eventually(isClosed, { timeout: windowMs, interval: 50 });
      const tookMs = performance.now() - openedAt;
      expect(tookMs).toBeGreaterThan(windowMs - 1_000);
      expect(tookMs).toBeLessThan(windowMs + 1_500);
      await pat.stop();
    });
  },
);
