import { expect, test } from 'vitest';
import { hasSipp, startSipp } from '../../peers/sipp.ts';
import { LossyRelay } from './lossy-relay.ts';
import { Phone } from './phone.ts';

/** SIP_LOSS_CALLS=100 makes it a longer one. */
const calls = Number(process.env['SIP_LOSS_CALLS'] ?? 20);
const atOnce = 20;
/**
 * Requests are sent again after 0.5, 1.5, 3.5 and 7.5 s (RFC 3261 §17.1), and so are 200s to INVITE (§13.3.1.4). With two
 * copies lost each way at most, an INVITE is answered within 3.5 s and its 200 is there 1.5 s later; the BYE has its 200
 * within 7.5 s. Nothing comes near the 32 s at which a side gives up.
 */
const losses = { share: 0.2, copiesAtMost: 2 };

test.skipIf(!hasSipp)(
  'with a fifth of the packets lost each way every call is made, and ends on both sides',
  { timeout: 30_000 * Math.ceil(calls / atOnce) },
  async () => {
    const party = await startSipp({
      scenario: 'uas_answer_lossy_network',
      calls,
      extra: ['-timeout', `${30 * Math.ceil(calls / atOnce)}s`, '-deadcall_wait', '0'],
    });
    const relay = await LossyRelay.to(party.port, losses);
    const phone = await Phone.start({ domain: 'test.lan', proxy: `127.0.0.1:${relay.port}` });
    const callOne = async () => {
      const call = phone.dial('600');
      await call.until('party.answered');
      call.hangUp();
      return call;
    };
    for (let begun = 0; begun < calls; begun += atOnce) {
      const made = await Promise.all(Array.from({ length: Math.min(atOnce, calls - begun) }, callOne));
      for (const { kinds } of made) expect(kinds.slice(-2)).toEqual(['party.answered', 'party.hungUp']);
    }
    await phone.isAtRest();
    // Each of its calls went all the way to the BYE.
    await party.done;
    expect(relay.lost).toBeGreaterThan(calls);
    await phone.stop();
    relay.close();
    await party.stop();
  },
);
