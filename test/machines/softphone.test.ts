import { beforeEach, describe, expect, test } from 'vitest';
import { type Actor, createActor, SimulatedClock } from 'xstate';
import type { KeysForParty } from '../../src/actors/dtmf-sender.ts';
import { softphone } from '../../src/actors/softphone.ts';
import { CallId, EpochMs, LineId, UserId, VoiceLegId } from '../../src/machines/model/ids.ts';
import type { PlanLimit } from '../../src/machines/model/refusals.ts';
import type { DtmfDigit } from '../../src/machines/model/tone.ts';
import type { softphoneMachine } from '../../src/machines/softphone.ts';
import { PlayedNetworks } from '../fakes/networks.ts';
import { byHand, PlayedRecorder } from '../fakes/recorder.ts';

const leg = VoiceLegId('leg');
const call = CallId('call');
const label = { call, lineName: 'Office', number: '200', startedAt: EpochMs(0) };
const dial = {
  type: 'dial',
  line: LineId('office'),
  label: { ...label, direction: 'outgoing' },
  target: { kind: 'number', user: '200' },
  voiceLeg: leg,
  switching: false,
  limitMs: undefined,
  recording: byHand,
} as const;
const partyCalled = {
  type: 'party.called',
  line: LineId('office'),
  label: { ...label, direction: 'incoming' },
  caller: { number: '200' },
  lineName: undefined,
  voiceLeg: leg,
  switching: false,
  limitMs: undefined,
  recording: byHand,
} as const;
const busy = { kind: 'busy', sip: { status: 486, reason: 'Busy Here' } } as const;

let clock: SimulatedClock;
let nets: PlayedNetworks;
let recorder: PlayedRecorder;
let shown: string[];
let deadlines: string[];
let asked: boolean[];
/** What was said would become of parties that came back. */
let promises: string[];
let concluded: string[];
let opened: string[];
let handedOver: unknown[];
let limit: PlanLimit | undefined;
let limitIsUnknown: boolean;
let phone: Actor<typeof softphoneMachine>;
const start = (callback: boolean) => {
  phone = createActor(
    softphone({
      notices: {
        say: (_: unknown, { kind, then }: { kind: string; then?: string }) => {
          shown.push(kind);
          if (then) promises.push(then);
        },
        show: (_: unknown, __: unknown, slot: string, { kind, ringing }: { kind: string; ringing?: boolean }) => {
          shown.push(`${slot}: ${kind}`);
          if (kind === 'reconnecting') asked.push(ringing === false);
        },
        unshow: (_: unknown, __: unknown, slot: string) => shown.push(`no ${slot}`),
        conclude: (_: unknown, __: unknown, { kind }: { kind: string }) => concluded.push(kind),
      },
      handOver: (
        _: unknown,
        { first, second, ringing }: { first: typeof dial; second: typeof dial; ringing: boolean },
      ) => handedOver.push([first.label.call, second.label.call, ringing]),
      journal: {
        opened: ({ label: { call: id } }: typeof dial) => opened.includes(id) || opened.push(id),
        answered: () => {},
        ended: () => undefined,
        givenUp: () => {},
      },
      sip: nets.sip,
      telegram: nets.telegram,
      media: nets.media,
      keys: {
        send: ({ call, steps }: KeysForParty) =>
          steps.forEach((step) => nets.media.sendDtmf(call, step as DtmfDigit, 'rfc2833')),
      },
      recordings: recorder,
      deadlines: {
        set: (_: unknown, kind: string, inMs: number) => deadlines.push(`${kind} in ${inMs} ms`),
        clear: (_: unknown, kind: string) => deadlines.push(`no ${kind}`),
      },
      limitOf: async () => {
        if (limitIsUnknown) throw new Error('the database is away');
        return limit;
      },
    } as never),
    { input: { user: UserId('1'), callback }, clock },
  );
  phone.start();
};

beforeEach(() => {
  clock = new SimulatedClock();
  nets = new PlayedNetworks();
  recorder = new PlayedRecorder();
  shown = [];
  deadlines = [];
  asked = [];
  promises = [];
  concluded = [];
  opened = [];
  handedOver = [];
  limit = undefined;
  limitIsUnknown = false;
  start(true);
});

const state = () => phone.getSnapshot().value;
const intoTalk = () => {
  phone.send(dial);
  nets.user(leg, { type: 'user.answered' });
  nets.user(leg, { type: 'user.connected' });
  nets.party(call, { type: 'party.answered' });
};

describe('Callback on', () => {
  test('nothing is dialled before the user answers', () => {
    phone.send(dial);
    expect(nets.told).toEqual(['ring user leg']);
    nets.user(leg, { type: 'user.answered' });
    expect(nets.told).toEqual(['ring user leg', 'invite 200 call']);
    expect(shown).toEqual(['status: callingYou', 'status: dialled', 'panel: panel']);
  });

  test('a user who does not answer for 60 s is left alone, and nothing is dialled', () => {
    phone.send(dial);
    clock.increment(59_999);
    expect(state()).toBe('callingBack');
    clock.increment(1);
    expect(nets.told).toEqual(['ring user leg', 'hang up user leg no-answer']);
    expect(shown.at(-1)).toBe('status: notAnswered');
    expect(state()).toBe('idle');
    expect(nets.watched).toBe(0);
  });

  test('privacy settings that forbid our call turn it into a call of the user’s', () => {
    phone.send(dial);
    nets.user(leg, { type: 'user.hungUp', cause: { kind: 'privacy' } });
    expect(shown.slice(1)).toEqual(['privacyHint', 'status: pressToCall']);
    expect(state()).toBe('awaitingUser');
  });
});

describe('a caller who cannot be put through', () => {
  const other = {
    ...partyCalled,
    label: { ...partyCalled.label, call: CallId('other') },
    voiceLeg: VoiceLegId('next'),
  };

  test('hears busy, and is on record as missed', () => {
    intoTalk();
    phone.send(other);
    expect(nets.told).toContain('hang up party other busy');
    expect(opened).toEqual(['call', 'other']);
    expect(concluded).toEqual(['busy']);
  });

  test('because the user hears why nobody is there: that tone ends, and the user is rung', () => {
    phone.send(dial);
    nets.user(leg, { type: 'user.answered' });
    nets.party(call, { type: 'party.hungUp', cause: busy });
    phone.send(other);
    nets.user(leg, { type: 'user.hungUp', cause: { kind: 'normal' } });
    expect(nets.told.slice(-3)).toEqual(['ring party other', 'hang up user leg normal', 'ring user next~1']);
    expect(concluded).toEqual(['busy']);
  });
});

describe('Callback off', () => {
  beforeEach(() => start(false));

  test('the user’s call within 60 s is taken and the number dialled', () => {
    phone.send(dial);
    clock.increment(20_000);
    phone.send({ type: 'user.called', voiceLeg: VoiceLegId('his') });
    nets.user(VoiceLegId('his'), { type: 'user.answered' });
    expect(nets.told).toEqual(['answer user his', 'invite 200 call']);
  });

  test('after 60 s his call is declined with the hint', () => {
    phone.send(dial);
    clock.increment(60_000);
    expect(shown.at(-1)).toBe('status: offerExpired');
    phone.send({ type: 'user.called', voiceLeg: VoiceLegId('his') });
    expect(nets.told).toEqual(['hang up user his declined']);
    expect(shown.at(-1)).toBe('sendNumberFirst');
  });

  test('a newer number replaces the one that waits', () => {
    phone.send(dial);
    phone.send({ ...dial, label: { ...dial.label, call: CallId('newer') }, target: { kind: 'number', user: '300' } });
    phone.send({ type: 'user.called', voiceLeg: VoiceLegId('his') });
    nets.user(VoiceLegId('his'), { type: 'user.answered' });
    expect(nets.told.at(-1)).toBe('invite 300 newer');
  });
});

describe('progress', () => {
  test('ringing is heard as ringback, until early media takes its place', () => {
    phone.send(dial);
    nets.user(leg, { type: 'user.answered' });
    nets.party(call, { type: 'party.ringing' });
    nets.party(call, { type: 'party.earlyMedia' });
    nets.party(call, { type: 'party.answered' });
    expect(nets.told.slice(2)).toEqual([
      'ringback to leg',
      'no tone to leg',
      'leg hears call',
      'no tone to leg',
      'connect leg call',
    ]);
  });

  test('a 180 after an announcement brings no ringback over it', () => {
    phone.send(dial);
    nets.user(leg, { type: 'user.answered' });
    nets.party(call, { type: 'party.earlyMedia' });
    nets.party(call, { type: 'party.ringing' });
    expect(nets.told).not.toContain('ringback to leg');
  });

  test('busy is heard for 4 s, then the voice leg ends', () => {
    phone.send(dial);
    nets.user(leg, { type: 'user.answered' });
    nets.party(call, { type: 'party.hungUp', cause: busy });
    expect(nets.told.at(-1)).toBe('busy to leg');
    clock.increment(3_999);
    expect(nets.told.at(-1)).toBe('busy to leg');
    clock.increment(1);
    expect(nets.told.at(-1)).toBe('hang up user leg busy');
    expect(concluded).toEqual(['busy']);
    expect(state()).toBe('idle');
  });

  test('any other failure is congestion for 3 s', () => {
    phone.send(dial);
    nets.user(leg, { type: 'user.answered' });
    nets.party(call, { type: 'party.hungUp', cause: { kind: 'rejected', sip: { status: 503, reason: 'No' } } });
    expect(nets.told.at(-1)).toBe('congestion to leg');
    clock.increment(3_000);
    expect(nets.told.at(-1)).toBe('hang up user leg rejected');
  });

  test('a user who hangs up while it rings cancels the call', () => {
    phone.send(dial);
    nets.user(leg, { type: 'user.answered' });
    nets.user(leg, { type: 'user.hungUp', cause: { kind: 'normal' } });
    expect(nets.told.at(-1)).toBe('hang up party call normal');
    expect(state()).toBe('idle');
  });
});

describe('an incoming call', () => {
  test('rings on both sides at once, and the party is answered when the user has', () => {
    phone.send(partyCalled);
    expect(nets.told).toEqual(['ring party call', 'ring user leg']);
    nets.user(leg, { type: 'user.answered' });
    nets.party(call, { type: 'party.answered' });
    expect(nets.told.slice(2)).toEqual(['answer party call', 'no tone to leg', 'connect leg call']);
    expect(shown).toEqual(['caller: caller', 'panel: panel']);
  });

  test.each(['declined', 'busy', 'privacy', 'no-answer'] as const)(
    'F-INC-4 a user who is %s is told to the party',
    (kind) => {
      phone.send(partyCalled);
      nets.user(leg, { type: 'user.hungUp', cause: { kind } });
      expect(nets.told.at(-1)).toBe(`hang up party call ${kind}`);
      expect(concluded).toEqual([kind]);
    },
  );

  test('privacy settings that forbid our ring are explained', () => {
    phone.send(partyCalled);
    nets.user(leg, { type: 'user.hungUp', cause: { kind: 'privacy' } });
    expect(shown).toContain('privacyHint');
  });

  test('rings as long as the caller waits', () => {
    phone.send(partyCalled);
    clock.increment(85_000);
    expect(state()).toEqual({ withCall: { ringing: 'begun' } });
    nets.party(call, { type: 'party.hungUp', cause: { kind: 'cancelled' } });
    expect(nets.told.at(-1)).toBe('hang up user leg cancelled');
    expect(concluded).toEqual(['cancelled']);
  });
});

describe('talk', () => {
  test('of the longest length the plan allows: a warning 10 s before, then its end and the reason', () => {
    phone.send({ ...dial, limitMs: 120_000 });
    nets.user(leg, { type: 'user.answered' });
    nets.user(leg, { type: 'user.connected' });
    nets.party(call, { type: 'party.answered' });
    clock.increment(109_999);
    expect(nets.told.filter((told) => told.includes('limit-warning'))).toEqual([]);
    clock.increment(1);
    expect(nets.told.at(-1)).toBe('limit-warning to leg');
    clock.increment(9_999);
    expect(nets.told.some((told) => told.startsWith('hang up'))).toBe(false);
    clock.increment(1);
    expect(nets.told).toContain('hang up party call normal');
    expect(nets.told).toContain('hang up user leg normal');
    expect(shown).toContain('callTimeUp');
    expect(state()).toBe('idle');
  });

  test('keys go to the party', () => {
    intoTalk();
    phone.send({ type: 'key.pressed', call, digit: '5' });
    phone.send({ type: 'key.pressed', call: CallId('old'), digit: '6' });
    expect(nets.told.at(-1)).toBe('key 5 to call');
  });

  test.each([
    [
      'the party',
      () => nets.party(call, { type: 'party.hungUp', cause: { kind: 'normal' } }),
      'hang up user leg normal',
    ],
    ['the user', () => nets.user(leg, { type: 'user.hungUp', cause: { kind: 'normal' } }), 'hang up party call normal'],
  ])('ends on both sides when %s hangs up', (_, hangUp, last) => {
    intoTalk();
    hangUp();
    expect(nets.told.at(-1)).toBe(last);
    expect(state()).toBe('idle');
    expect(nets.watched).toBe(0);
  });

  test('both hanging up at once is one end', () => {
    intoTalk();
    nets.obedient = false;
    nets.user(leg, { type: 'user.hungUp', cause: { kind: 'normal' } });
    nets.party(call, { type: 'party.hungUp', cause: { kind: 'normal' } });
    expect(state()).toBe('idle');
    expect(concluded).toHaveLength(1);
  });

  test('a voice leg silent for 10 s in all is lost; one that comes back in time is not', () => {
    intoTalk();
    nets.audio(leg, { type: 'media.lost' });
    clock.increment(7_999);
    nets.audio(leg, { type: 'media.back' });
    clock.increment(60_000);
    expect(state()).toEqual({ withCall: { talking: 'begun' } });
    nets.audio(leg, { type: 'media.lost' });
    clock.increment(8_000);
    expect(state()).toEqual({ withCall: { away: { open: 'ringing' } } });
  });

  test('silence that began before the answer counts as well', () => {
    phone.send(dial);
    nets.user(leg, { type: 'user.answered' });
    nets.audio(call, { type: 'media.lost' });
    nets.party(call, { type: 'party.answered' });
    clock.increment(28_000);
    expect(nets.told).toContain('hang up party call connection-lost');
  });

  test('a party silent for 30 s in all is lost', () => {
    intoTalk();
    nets.audio(call, { type: 'media.lost' });
    clock.increment(28_000);
    expect(nets.told.slice(-2)).toEqual(['hang up party call connection-lost', 'hang up user leg connection-lost']);
  });

  test('shutdown ends both sides', () => {
    intoTalk();
    phone.send({ type: 'shutdown' });
    expect(nets.told.slice(-3)).toContain('hang up party call shutdown');
    expect(nets.told.slice(-3)).toContain('hang up user leg shutdown');
    expect(state()).toBe('idle');
  });

  test('a network that never confirms an end does not wedge the telephone', () => {
    intoTalk();
    nets.obedient = false;
    nets.user(leg, { type: 'user.hungUp', cause: { kind: 'normal' } });
    expect(state()).toEqual({ withCall: { clearing: 'party' } });
    clock.increment(40_000);
    expect(state()).toBe('idle');
  });
});

describe('the party transfers the user (D-47)', () => {
  const transfers = async () => {
    intoTalk();
    nets.told.length = 0;
    shown.length = 0;
    nets.party(call, { type: 'party.transfers', target: { kind: 'number', user: '900' } });
    for (let turn = 0; turn < 6; turn++) await Promise.resolve();
  };

  test('the one it named is called when the plan allows a call', async () => {
    await transfers();
    expect(nets.told).toContain('transfer call to call~1');
    expect(state()).toEqual({ withCall: 'following' });
  });

  test('nobody is called when the plan allows none: 603 to the party, the user is told and talks on', async () => {
    limit = { status: 402, reason: 'Total calls duration is exceeded' };
    await transfers();
    expect(nets.told).toEqual(['no transfer of call']);
    expect(shown).toEqual(['refused']);
    expect(state()).toEqual({ withCall: { talking: 'again' } });
  });
});

describe('a transfer by the party that cannot be followed is declined', () => {
  const transfers = () => nets.party(call, { type: 'party.transfers', target: { kind: 'number', user: '900' } });

  test('because it cannot be known whether the plan allows a call: they talk on', async () => {
    limitIsUnknown = true;
    intoTalk();
    transfers();
    await expect.poll(() => nets.told.at(-1)).toBe('no transfer of call');
    expect(state()).toEqual({ withCall: { talking: 'again' } });
  });

  test('because the user changes his device meanwhile', () => {
    intoTalk();
    transfers();
    phone.send({ type: 'reconnect', call });
    expect(nets.told).toContain('no transfer of call');
  });

  test.each(['connection-lost', 'normal'] as const)('because the voice leg ends meanwhile (%s)', (kind) => {
    intoTalk();
    transfers();
    nets.user(leg, { type: 'user.hungUp', cause: { kind } });
    expect(nets.told).toContain('no transfer of call');
  });

  test('because another call is there', () => {
    phone.send({ ...dial, switching: true });
    nets.user(leg, { type: 'user.answered' });
    nets.party(call, { type: 'party.answered' });
    phone.send({ ...partyCalled, switching: true, label: { ...partyCalled.label, call: CallId('other') } });
    transfers();
    expect(nets.told.at(-1)).toBe('no transfer of call');
  });
});

test('keys typed for a call that is over reach no other', () => {
  intoTalk();
  nets.told.length = 0;
  phone.send({ type: 'keys.sent', call: CallId('earlier'), steps: ['1'] });
  expect(nets.told).toEqual([]);
  phone.send({ type: 'keys.sent', call, steps: ['2'] });
  expect(nets.told).toEqual(['key 2 to call']);
});

describe('reconnection', () => {
  const again = VoiceLegId('leg~1');
  const byButton = () => {
    intoTalk();
    nets.told.length = 0;
    shown.length = 0;
    phone.send({ type: 'reconnect', call });
  };

  test('by button: the party is held and hears tones, the user is rung, and talk goes on', async () => {
    byButton();
    // The re-INVITE goes its own way beside the rest.
    await Promise.resolve();
    expect(nets.told.filter((told) => told !== 'hold call')).toEqual([
      'reconnection to call',
      'hang up user leg connection-lost',
      'ring user leg~1',
    ]);
    expect(nets.told).toContain('hold call');
    nets.told.length = 0;
    nets.user(again, { type: 'user.answered' });
    await Promise.resolve();
    expect(nets.told).toContain('resume call');
    expect(nets.told.filter((told) => told !== 'resume call')).toEqual([
      'no tone to call',
      'connect leg~1 call',
      'back-on-line to leg~1',
      'back-on-line to call',
    ]);
    expect(shown).toEqual(['reconnection: reconnecting', 'no reconnection', 'no panel', 'panel: panel']);
    expect(state()).toEqual({ withCall: { talking: 'again' } });
  });

  test('Reconnect of an earlier call does not move this one', () => {
    intoTalk();
    nets.told.length = 0;
    phone.send({ type: 'reconnect', call: CallId('earlier') });
    expect(nets.told).toEqual([]);
    expect(state()).toEqual({ withCall: { talking: 'begun' } });
  });

  test('Callback off: nobody is rung, the user’s own call continues the talk', () => {
    start(false);
    phone.send(dial);
    phone.send({ type: 'user.called', voiceLeg: leg });
    nets.user(leg, { type: 'user.answered' });
    nets.party(call, { type: 'party.answered' });
    phone.send({ type: 'reconnect', call });
    clock.increment(30_000);
    expect(nets.told.filter((told) => told.startsWith('ring user'))).toEqual([]);
    phone.send({ type: 'user.called', voiceLeg: VoiceLegId('his') });
    nets.user(VoiceLegId('his'), { type: 'user.answered' });
    expect(nets.told).toContain('connect his call');
  });

  test('nobody comes back for 60 s: the party gets BYE at 60 s', () => {
    byButton();
    clock.increment(59_999);
    expect(nets.told.some((told) => told.startsWith('hang up party'))).toBe(false);
    clock.increment(1);
    expect(nets.told).toContain('hang up party call connection-lost');
    expect(shown).toContain('notRestored');
    expect(state()).toBe('idle');
  });

  test('the deadline that outlives this process ends it as well, and is kept only while it is open', () => {
    byButton();
    expect(deadlines).toEqual(['reconnect-window in 60000 ms']);
    phone.send({ type: 'deadline.passed' });
    expect(nets.told).toContain('hang up party call connection-lost');
    expect(shown).toContain('notRestored');
    expect(deadlines).toEqual(['reconnect-window in 60000 ms', 'no reconnect-window']);
  });

  test.each(['privacy', 'blocked'] as const)('the ring is refused for %s: the user is asked to call', (kind) => {
    byButton();
    nets.user(again, { type: 'user.hungUp', cause: { kind } });
    clock.increment(20_000);
    expect(asked).toEqual([false, true]);
    expect(nets.told.filter((told) => told.startsWith('ring user'))).toEqual(['ring user leg~1']);
    phone.send({ type: 'user.called', voiceLeg: VoiceLegId('his') });
    nets.user(VoiceLegId('his'), { type: 'user.answered' });
    expect(nets.told).toContain('connect his call');
  });

  test('Telegram wants us to wait: he is asked to call, and rung when the wait is over', () => {
    byButton();
    nets.user(again, { type: 'user.hungUp', cause: { kind: 'flood', retryAfterMs: 30_000 } });
    clock.increment(29_999);
    phone.send({ type: 'reconnect', call });
    expect(asked).toEqual([false, true]);
    expect(nets.told.filter((told) => told.startsWith('ring user'))).toEqual(['ring user leg~1']);
    clock.increment(1);
    expect(nets.told.at(-1)).toBe('ring user leg~2');
    expect(asked).toEqual([false, true, false]);
  });

  const isLost = (count: number) =>
    nets.user(legNumber(count), { type: 'user.hungUp', cause: { kind: 'connection-lost' } });
  const isBack = (count: number) => nets.user(legNumber(count), { type: 'user.answered' });
  const legNumber = (count: number) => (count === 0 ? leg : VoiceLegId(`leg~${count}`));
  const losesFiveTimes = (everyMs: number) => {
    intoTalk();
    for (let count = 0; count < 5; count++) {
      isLost(count);
      isBack(count + 1);
      clock.increment(everyMs);
    }
    nets.told.length = 0;
    shown.length = 0;
  };

  test('lost for the sixth time in 10 minutes: the call ends, and the user is told', () => {
    losesFiveTimes(100_000);
    clock.increment(99_999);
    isLost(5);
    expect(nets.told).toContain('hang up party call connection-lost');
    expect(shown).toContain('notRestored');
    expect(state()).toBe('idle');
  });

  test('a loss of 10 minutes ago does not count any more', () => {
    losesFiveTimes(100_000);
    clock.increment(100_000);
    isLost(5);
    expect(nets.told).toContain('ring user leg~6');
    isBack(6);
    // Only the oldest had aged.
    isLost(6);
    expect(nets.told).toContain('hang up party call connection-lost');
  });

  const other = CallId('other');
  /** The talk was lost five times; then another party called, and the user is with it. */
  const fiveLossesAndAnother = () => {
    phone.send({ ...dial, switching: true });
    nets.user(leg, { type: 'user.answered' });
    nets.party(call, { type: 'party.answered' });
    for (let count = 0; count < 5; count++) {
      isLost(count);
      isBack(count + 1);
    }
    phone.send({ ...partyCalled, switching: true, label: { ...partyCalled.label, call: other } });
    phone.send({ type: 'switch', version: 1 });
    nets.party(other, { type: 'party.answered' });
  };

  test('losses of a call that waits beside another grow old as well, and are not the other one’s', () => {
    fiveLossesAndAnother();
    clock.increment(600_000);
    phone.send({ type: 'switch', version: 3 });
    nets.party(other, { type: 'party.hungUp', cause: { kind: 'normal' } });
    nets.told.length = 0;
    isLost(5);
    expect(nets.told).toContain('ring user leg~6');
    expect(shown).not.toContain('notRestored');
  });

  test('losses of the first are not those of the second, which is left', () => {
    fiveLossesAndAnother();
    nets.party(call, { type: 'party.hungUp', cause: { kind: 'normal' } });
    isLost(5);
    expect(nets.told).toContain('ring user leg~6');
  });

  test('the age of an earlier call’s loss excuses none of this one', () => {
    intoTalk();
    isLost(0);
    nets.party(call, { type: 'party.hungUp', cause: { kind: 'normal' } });
    const next = CallId('next');
    const numbered = (count: number) => VoiceLegId(count === 0 ? 'other' : `other~${count}`);
    phone.send({ ...dial, label: { ...dial.label, call: next }, voiceLeg: numbered(0) });
    nets.user(numbered(0), { type: 'user.answered' });
    nets.party(next, { type: 'party.answered' });
    clock.increment(590_000);
    for (let count = 0; count < 5; count++) {
      nets.user(numbered(count), { type: 'user.hungUp', cause: { kind: 'connection-lost' } });
      nets.user(numbered(count + 1), { type: 'user.answered' });
    }
    clock.increment(10_000);
    nets.user(numbered(5), { type: 'user.hungUp', cause: { kind: 'connection-lost' } });
    expect(nets.told).toContain('hang up party next connection-lost');
  });

  test('losses of an earlier call do not count', () => {
    losesFiveTimes(0);
    nets.party(call, { type: 'party.hungUp', cause: { kind: 'normal' } });
    nets.user(legNumber(5), { type: 'user.hungUp', cause: { kind: 'normal' } });
    const [next, nextLeg] = [CallId('next'), VoiceLegId('other')];
    phone.send({ ...dial, label: { ...dial.label, call: next }, voiceLeg: nextLeg });
    nets.user(nextLeg, { type: 'user.answered' });
    nets.party(next, { type: 'party.answered' });
    nets.user(nextLeg, { type: 'user.hungUp', cause: { kind: 'connection-lost' } });
    expect(nets.told).toContain('ring user other~1');
  });

  test('declining the ring is not an end (D-33); the button rings again', () => {
    byButton();
    nets.user(again, { type: 'user.hungUp', cause: { kind: 'declined' } });
    clock.increment(20_000);
    expect(nets.told.filter((told) => told.startsWith('ring user'))).toEqual(['ring user leg~1']);
    phone.send({ type: 'reconnect', call });
    expect(nets.told.at(-1)).toBe('ring user leg~2');
    phone.send({ type: 'giveUp', call });
    expect(nets.told).toContain('hang up party call normal');
    expect(state()).toBe('idle');
  });

  test('the party hanging up ends it, and the ring', () => {
    byButton();
    nets.party(call, { type: 'party.hungUp', cause: { kind: 'normal' } });
    expect(nets.told.at(-1)).toBe('hang up user leg~1 normal');
    expect(state()).toBe('idle');
    expect(nets.watched).toBe(0);
  });

  test('the user calls while we ring him: our ring stops, talk goes on', () => {
    byButton();
    phone.send({ type: 'user.called', voiceLeg: VoiceLegId('his') });
    expect(nets.told.slice(-2)).toEqual(['hang up user leg~1 connection-lost', 'answer user his']);
    nets.user(VoiceLegId('his'), { type: 'user.answered' });
    expect(nets.told).toContain('connect his call');
  });

  test('a sixth loss ends the call', () => {
    intoTalk();
    for (let losses = 1; losses <= 5; losses++) {
      const lost = losses === 1 ? leg : VoiceLegId(`leg~${losses - 1}`);
      nets.user(lost, { type: 'user.hungUp', cause: { kind: 'connection-lost' } });
      nets.user(VoiceLegId(`leg~${losses}`), { type: 'user.answered' });
      expect(state()).toEqual({ withCall: { talking: 'again' } });
    }
    nets.user(VoiceLegId('leg~5'), { type: 'user.hungUp', cause: { kind: 'connection-lost' } });
    expect(shown).toContain('notRestored');
    expect(state()).toBe('idle');
  });
});

describe('a second call', () => {
  const other = CallId('other');
  const secondCalls = { ...partyCalled, switching: true, label: { ...partyCalled.label, call: other, number: '300' } };
  const secondDialled = {
    ...dial,
    label: { ...dial.label, call: other, number: '300', startedAt: EpochMs(1) },
    target: { kind: 'number', user: '300' },
  } as const;
  const intoSwitchingTalk = () => {
    phone.send({ ...dial, switching: true });
    nets.user(leg, { type: 'user.answered' });
    nets.user(leg, { type: 'user.connected' });
    nets.party(call, { type: 'party.answered' });
    nets.told.length = 0;
    shown.length = 0;
  };
  const failed = { leftMs: undefined, second: secondDialled.label, cause: busy } as const;
  const version = () => phone.getSnapshot().children.pair?.getSnapshot().context.version ?? 0;
  const press = (type: 'switch' | 'transfer' | 'decline' | 'end') => phone.send({ type, version: version() });
  const parallel = () => phone.getSnapshot().children.pair?.getSnapshot().value;

  test('waits with beeps to the user alone; Decline sends it 486 and stops the beeps', () => {
    intoSwitchingTalk();
    phone.send(secondCalls);
    expect(nets.told).toEqual(['ring party other', 'second-call to leg']);
    expect(shown).toEqual(['caller: caller', 'parallel: parallel']);
    press('decline');
    expect(nets.told.slice(2)).toEqual(['no tone to leg', 'hang up party other declined']);
    expect(state()).toEqual({ withCall: { talking: 'again' } });
    expect(concluded).toEqual(['declined']);
  });

  test('Switch: the first is held with music, the second answered and heard; again and again', async () => {
    intoSwitchingTalk();
    phone.send(secondCalls);
    press('switch');
    nets.party(other, { type: 'party.answered' });
    await Promise.resolve();
    expect(nets.told).toEqual(
      expect.arrayContaining(['answer party other', 'hold call', 'connect leg other', 'music to call']),
    );
    for (let times = 0; times < 10; times++) {
      nets.told.length = 0;
      press('switch');
      await Promise.resolve();
      const [heard, held] = times % 2 === 0 ? ['call', 'other'] : ['other', 'call'];
      expect(nets.told).toEqual(
        expect.arrayContaining([`hold ${held}`, `resume ${heard}`, `connect leg ${heard}`, `music to ${held}`]),
      );
    }
    phone.send({ type: 'key.pressed', call: other, digit: '7' });
    expect(nets.told.at(-1)).toBe('key 7 to other');
  });

  test('a press made on an older state does nothing', () => {
    intoSwitchingTalk();
    phone.send(secondCalls);
    phone.send({ type: 'decline', version: version() - 1 });
    expect(parallel()).toBe('waiting');
  });

  test('Transfer: the second is answered, both are handed over, the user is out', () => {
    intoSwitchingTalk();
    phone.send(secondCalls);
    press('transfer');
    nets.party(other, { type: 'party.answered' });
    expect(handedOver).toEqual([['call', 'other', false]]);
    expect(nets.told.at(-1)).toBe('hang up user leg normal');
    expect(nets.told.filter((told) => told.startsWith('hang up party'))).toEqual([]);
    expect(state()).toBe('idle');
    expect(concluded).toEqual([]);
  });

  test('dialled beside the first: the first stays heard; it answers unasked, is held, one beep', async () => {
    intoSwitchingTalk();
    phone.send(secondDialled);
    expect(nets.told).toEqual(['invite 300 other']);
    nets.party(other, { type: 'party.answered' });
    await Promise.resolve();
    expect(nets.told).toEqual(expect.arrayContaining(['hold other', 'music to other', 'back-on-line to leg']));
    expect(nets.told).not.toContain('connect leg other');
  });

  test('dialled, Switch: its ringback is heard, the first held; End cancels it and the first is back', async () => {
    intoSwitchingTalk();
    phone.send(secondDialled);
    press('switch');
    await Promise.resolve();
    expect(nets.told).toEqual(expect.arrayContaining(['hold call', 'leg hears other', 'ringback to leg']));
    press('end');
    await Promise.resolve();
    expect(nets.told).toEqual(
      expect.arrayContaining(['hang up party other cancelled', 'resume call', 'connect leg call']),
    );
    expect(state()).toEqual({ withCall: { talking: 'again' } });
  });

  test('dialled and busy: the first was heard throughout; after a Switch 4 s of tone, then the first', async () => {
    intoSwitchingTalk();
    phone.send(secondDialled);
    nets.party(other, { type: 'party.hungUp', cause: busy });
    expect(nets.told).toEqual(['invite 300 other']);
    expect(state()).toEqual({ withCall: { talking: 'again' } });
    phone.send({ ...secondDialled, label: { ...secondDialled.label, call: CallId('third') } });
    press('switch');
    nets.party(CallId('third'), { type: 'party.hungUp', cause: busy });
    expect(nets.told.at(-1)).toBe('busy to leg');
    clock.increment(4_000);
    await Promise.resolve();
    expect(nets.told).toContain('resume call');
    expect(state()).toEqual({ withCall: { talking: 'begun' } });
  });

  test('the current party hangs up: the held one is heard by itself; the held one hangs up: talk goes on', () => {
    intoSwitchingTalk();
    phone.send(secondCalls);
    press('switch');
    nets.party(other, { type: 'party.answered' });
    nets.party(other, { type: 'party.hungUp', cause: { kind: 'normal' } });
    expect(nets.told).toContain('connect leg call');
    expect(state()).toEqual({ withCall: { talking: 'again' } });

    phone.send({ ...secondCalls, label: { ...secondCalls.label, call: CallId('third') } });
    press('switch');
    nets.party(CallId('third'), { type: 'party.answered' });
    nets.party(call, { type: 'party.hungUp', cause: { kind: 'normal' } });
    expect(shown).toContain('heldHungUp');
    expect(state()).toEqual({ withCall: { talking: 'again' } });
    nets.party(CallId('third'), { type: 'party.hungUp', cause: { kind: 'normal' } });
    expect(state()).toBe('idle');
    expect(nets.watched).toBe(0);
  });

  test('the user hangs up with one held: both end', () => {
    intoSwitchingTalk();
    phone.send(secondCalls);
    press('switch');
    nets.party(other, { type: 'party.answered' });
    nets.user(leg, { type: 'user.hungUp', cause: { kind: 'normal' } });
    expect(nets.told).toEqual(expect.arrayContaining(['hang up party other normal', 'hang up party call normal']));
    expect(state()).toBe('idle');
  });

  test('the user hangs up with one waiting: that one rings', () => {
    intoSwitchingTalk();
    phone.send(secondCalls);
    nets.user(leg, { type: 'user.hungUp', cause: { kind: 'normal' } });
    expect(nets.told).toEqual(expect.arrayContaining(['hang up party call normal', 'ring user leg~1']));
    expect(nets.told).not.toContain('hang up party other normal');
    expect(state()).toEqual({ withCall: { ringing: 'again' } });
  });

  test.each([
    ['waiting', () => phone.send(secondCalls), 'hang up party other no-answer'],
    ['being called', () => phone.send(secondDialled), 'hang up party other no-answer'],
    [
      'held by its answer',
      () => {
        phone.send(secondDialled);
        nets.party(other, { type: 'party.answered' });
      },
      'hang up party other no-answer',
    ],
    [
      'held after Switch and Switch',
      () => {
        phone.send(secondCalls);
        press('switch');
        nets.party(other, { type: 'party.answered' });
        press('switch');
      },
      'hang up party other no-answer',
    ],
    [
      'the first, held while she talks to the second',
      () => {
        phone.send(secondCalls);
        press('switch');
        nets.party(other, { type: 'party.answered' });
      },
      'hang up party call no-answer',
    ],
  ])('AC-47 Reconnect drops the call that is not heard: %s', (_, begin, dropped) => {
    intoSwitchingTalk();
    begin();
    const kept = dropped.includes('other') ? call : other;
    phone.send({ type: 'reconnect', call: kept });
    expect(nets.told.filter((told) => told.startsWith('hang up party'))).toEqual([dropped]);
    expect(concluded).toEqual(['no-answer']);
    expect(state()).toEqual({ withCall: { away: { open: 'ringing' } } });
    nets.user(VoiceLegId('leg~1'), { type: 'user.answered' });
    expect(nets.told).toContain(`connect leg~1 ${kept}`);
  });

  test('AC-47 a loss while he hears the second ringing keeps the first, who had answered, and cancels the second', async () => {
    intoSwitchingTalk();
    phone.send(secondDialled);
    press('switch');
    nets.user(leg, { type: 'user.hungUp', cause: { kind: 'connection-lost' } });
    expect(nets.told.filter((told) => told.startsWith('hang up party'))).toEqual(['hang up party other no-answer']);
    expect(concluded).toEqual(['no-answer']);
    nets.told.length = 0;
    nets.user(VoiceLegId('leg~1'), { type: 'user.answered' });
    await Promise.resolve();
    expect(nets.told).toContain('resume call');
    expect(nets.told).toContain('connect leg~1 call');
  });

  test('Reconnect while the one he heard is being ended is for the one he goes back to', async () => {
    intoSwitchingTalk();
    phone.send(secondCalls);
    press('switch');
    nets.party(other, { type: 'party.answered' });
    nets.obedient = false;
    press('end');
    phone.send({ type: 'reconnect', call: other });
    nets.user(leg, { type: 'user.hungUp', cause: { kind: 'connection-lost' } });
    nets.party(other, { type: 'party.hungUp', cause: { kind: 'normal' } });
    nets.user(VoiceLegId('leg~1'), { type: 'user.answered' });
    expect(nets.told).toContain('connect leg~1 call');
    expect(nets.told).not.toContain('hang up party call no-answer');
  });

  test('a party whose answer comes while the user is away is held then', async () => {
    intoSwitchingTalk();
    phone.send(secondCalls);
    press('switch');
    phone.send({ type: 'reconnect', call: other });
    nets.told.length = 0;
    nets.party(other, { type: 'party.answered' });
    await Promise.resolve();
    expect(nets.told).toContain('hold other');
  });

  test('AC-47 a loss with a second one waiting opens the window for the first; the second gets 480 and does not ring', () => {
    intoSwitchingTalk();
    phone.send(secondCalls);
    nets.user(leg, { type: 'user.hungUp', cause: { kind: 'connection-lost' } });
    expect(nets.told).toContain('hang up party other no-answer');
    expect(nets.told.filter((told) => told.startsWith('hang up party call'))).toEqual([]);
    expect(state()).toEqual({ withCall: { away: { open: 'ringing' } } });
  });

  test('Reconnect moves nothing while the number is still being called', () => {
    phone.send({ ...dial, switching: true });
    nets.user(leg, { type: 'user.answered' });
    phone.send(secondCalls);
    nets.told.length = 0;
    phone.send({ type: 'reconnect', call });
    expect(nets.told).toEqual([]);
  });

  test('two callers before an answer: the first rings; when it gives up the second rings on', () => {
    phone.send({ ...partyCalled, switching: true });
    phone.send(secondCalls);
    expect(nets.told).toEqual(['ring party call', 'ring user leg', 'ring party other']);
    nets.party(call, { type: 'party.hungUp', cause: { kind: 'cancelled' } });
    expect(concluded).toEqual(['cancelled']);
    nets.user(leg, { type: 'user.answered' });
    expect(nets.told.at(-1)).toBe('answer party other');
  });

  test('a third call is busy, a third number refused', () => {
    intoSwitchingTalk();
    phone.send(secondCalls);
    phone.send({ ...secondCalls, label: { ...secondCalls.label, call: CallId('third') } });
    expect(nets.told.at(-1)).toBe('hang up party third busy');
    phone.send(secondDialled);
    expect(shown.at(-1)).toBe('thirdNumber');
  });

  test('Transfer ends the recording (D-26); a party that comes back by a failed one is recorded anew, in another file', async () => {
    const recorded = { ...dial, switching: true, recording: { ...byHand, automatic: true } };
    phone.send(recorded);
    nets.user(leg, { type: 'user.answered' });
    nets.party(call, { type: 'party.answered' });
    recorder.tells({ type: 'recorder.started' });
    const first = recorder.last?.recording;
    phone.send({ ...secondDialled, switching: true });
    press('transfer');
    expect(recorder.told).toEqual(['start by owner', 'deliver']);
    nets.user(leg, { type: 'user.hungUp', cause: { kind: 'normal' } });

    const { type: _, ...back } = recorded;
    phone.send({ type: 'recalled', call: back, ...failed });
    const { recordings, inHand } = phone.getSnapshot().context;
    expect(recordings[inHand?.label.call as CallId]).toBe('start');
    nets.user(VoiceLegId('leg~1'), { type: 'user.answered' });
    recorder.tells({ type: 'recorder.started' });
    expect(recorder.told).toEqual(['start by owner', 'deliver', 'start by owner']);
    expect(recorder.last?.recording).not.toBe(first);
    expect(phone.getSnapshot().context.recordings[call]).toBe('stop');
  });

  test('a party that comes back to a user who talks to another is ended, and he is told so', () => {
    intoSwitchingTalk();
    phone.send({ type: 'recalled', call: { ...dial, label: secondDialled.label }, ...failed });
    expect(promises).toEqual(['ended']);
    expect(nets.told).toEqual(['hang up party other normal']);
  });

  test('B-16 Callback off: a party that comes back waits for the user’s call, and he is told so', () => {
    start(false);
    phone.send({ type: 'recalled', call: { ...dial, switching: true }, ...failed });
    expect(promises).toEqual(['waiting']);
    expect(nets.told.filter((told) => told.startsWith('ring user'))).toEqual([]);
  });

  test('a recalled party is held until the user answers', async () => {
    phone.send({ type: 'recalled', call: { ...dial, switching: true }, ...failed });
    expect(shown[0]).toBe('transferFailed');
    expect(nets.told).toContain('ring user leg~1');
    nets.user(VoiceLegId('leg~1'), { type: 'user.answered' });
    await Promise.resolve();
    expect(nets.told).toEqual(expect.arrayContaining(['resume call', 'connect leg~1 call']));
  });
});

test('our callback ring is on its way and the user calls: that counts as answering (D-54)', () => {
  phone.send(dial);
  phone.send({ type: 'user.called', voiceLeg: VoiceLegId('his') });
  nets.user(VoiceLegId('his'), { type: 'user.answered' });
  expect(nets.told).toEqual(['ring user leg', 'hang up user leg normal', 'answer user his', 'invite 200 call']);
});

test('a second call is busy, a second number is refused, the user’s own call is declined', () => {
  intoTalk();
  phone.send({ ...partyCalled, label: { ...partyCalled.label, call: CallId('second') } });
  phone.send(dial);
  phone.send({ type: 'user.called', voiceLeg: VoiceLegId('his') });
  expect(nets.told.slice(-2)).toEqual(['hang up party second busy', 'hang up user his busy']);
  expect(shown.at(-1)).toBe('notInPlan');
  expect(state()).toEqual({ withCall: { talking: 'begun' } });
});

test('a telephone with nothing to do makes room after 10 s', () => {
  clock.increment(10_000);
  expect(phone.getSnapshot().status).toBe('done');
});
