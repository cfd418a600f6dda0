import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { CodecName } from '../../src/actors/ports/rtp-legs.ts';
import { type BaresipOptions, hasBaresip } from '../peers/baresip.ts';
import { hasKamailio } from '../peers/kamailio.ts';
import { eventually } from '../support/eventually.ts';
import { heardInFile, openSipHouse, passwordOf, type SipHouse } from '../support/sip-house.ts';
import { openStage, type Stage } from '../support/stage.ts';

const olgaSaysHz = 700;
const patSaysHz = 1_000;
type Codec = NonNullable<BaresipOptions['codecs']>[number];
const inBaresip: Readonly<Record<CodecName, Codec>> = {
  opus: 'opus/48000/2',
  alaw: 'PCMA/8000/1',
  mulaw: 'PCMU/8000/1',
  g722: 'G722/16000/1',
  gsm: 'GSM/8000/1',
};
const all = Object.keys(inBaresip) as CodecName[];

describe.skipIf(!hasBaresip || !hasKamailio)('the codecs of a line', () => {
  let stage: Stage;
  let house: SipHouse;
  beforeAll(async () => {
    house = await openSipHouse(['100', '200']);
    stage = await openStage();
    stage.phone.says({ frequencyHz: olgaSaysHz });
  });
  afterAll(async () => {
    await stage?.close();
    await house?.close();
  });
  afterEach(() => stage.rest());

  const addLine = (codecs: readonly CodecName[]) =>
    stage.addLine({
      domain: house.kamailio.domain,
      proxy: house.address('udp'),
      password: passwordOf('100'),
      codecs: [...codecs],
    });
  const telephone = (codecs: readonly CodecName[]) =>
    house.telephone({ user: '200', toneHz: patSaysHz, codecs: codecs.map((codec) => inBaresip[codec]) });
  /** As the foreign telephone says it. */
  const usedBy = ({ log }: { log: string }) =>
    [...log.matchAll(/Set audio (?:en|de)coder: (\w+)/g)].map(([, name]) => name);

  test.each(all)('%s: both hear each other', async (codec) => {
    await addLine([codec]);
    const pat = await telephone(all);
    stage.olga.sends('200', stage.chat);
    const call = await stage.phone.rings();
    call.answer();
    await pat.until('CALL_INCOMING');
    await pat.answer();
    await call.heard(patSaysHz, { forMs: 1_000 });
    call.hangUp();
    await pat.until('CALL_CLOSED');
    await eventually(() => expect(pat.heardFiles().some((file) => heardInFile(file, olgaSaysHz))).toBe(true));
    expect(new Set(usedBy(pat))).toEqual(new Set([inBaresip[codec].split('/')[0]]));
    await pat.stop();
  });

  test.each(all)('whoever calls offers all, and the line prefers %s: that one is used', async (codec) => {
    const others = all.filter((other) => other !== codec);
    await addLine([codec, ...others]);
    // The caller would like it least.
    const pat = await telephone([...others, codec]);
    await pat.dial(`sip:100@${house.kamailio.domain}`);
    const call = await stage.phone.rings();
    call.answer();
    await pat.until('CALL_ESTABLISHED');
    await call.heard(patSaysHz, { forMs: 500 });
    expect(new Set(usedBy(pat))).toEqual(new Set([inBaresip[codec].split('/')[0]]));
    await pat.hangUp();
    await call.ended;
    await eventually(() => expect(pat.heardFiles().some((file) => heardInFile(file, olgaSaysHz))).toBe(true));
    await pat.stop();
  });
});
