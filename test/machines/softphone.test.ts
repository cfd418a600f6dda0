import { beforeEach, describe, expect, test } from 'vitest';
import { type Actor, createActor, SimulatedClock } from 'xstate';
import { softphone } from '../../src/actors/softphone.ts';
import { CallId, EpochMs, LineId, UserId, VoiceLegId } from '../../src/machines/model/ids.ts';
import type { softphoneMachine } from '../../src/machines/softphone.ts';
import { PlayedNetworks } from '../fakes/networks.ts';

const leg = VoiceLegId('leg');
const call = CallId('call');
const label = { call, lineName: 'Office', number: '200', startedAt: EpochMs(0) };
const dial = {
  type: 'dial',
  line: LineId('office'),
  label: { ...label, direction: 'outgoing' },
  target: { kind: 'number', user: '200' },
  voiceLeg: leg,
} as const;
const partyCalled = {
  type: 'party.called',
  line: LineId('office'),
  label: { ...label, direction: 'incoming' },
  caller: { number: '200' },
  lineName: undefined,
  voiceLeg: leg,
} as const;
const busy = { kind: 'busy', sip: { status: 486, reason: 'Busy Here' } } as const;

let clock: SimulatedClock;
let nets: PlayedNetworks;
let shown: string[];
let concluded: string[];
let phone: Actor<typeof softphoneMachine>;
const start = (callback: boolean) => {
  phone = createActor(
    softphone({
      notices: {
        say: (_: unknown, { kind }: { kind: string }) => shown.push(kind),
        show: (_: unknown, __: unknown, slot: string, { kind }: { kind: string }) => shown.push(`${slot}: ${kind}`),
        conclude: (_: unknown, __: unknown, { kind }: { kind: string }) => concluded.push(kind),
      },
      journal: { opened: () => {}, answered: () => {}, ended: () => undefined },
      sip: nets.sip,
      telegram: nets.telegram,
      media: nets.media,
    } as never),
    { input: { user: UserId('1'), callback }, clock },
  );
  phone.start();
};

beforeEach(() => {
  clock = new SimulatedClock();
  nets = new PlayedNetworks();
  shown = [];
  concluded = [];
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

  test.each(['declined', 'busy', 'privacy', 'no-answer'] as const)('a user who is %s is told to the party', (kind) => {
    phone.send(partyCalled);
    nets.user(leg, { type: 'user.hungUp', cause: { kind } });
    expect(nets.told.at(-1)).toBe(`hang up party call ${kind}`);
    expect(concluded).toEqual([kind]);
  });

  test('privacy settings that forbid our ring are explained', () => {
    phone.send(partyCalled);
    nets.user(leg, { type: 'user.hungUp', cause: { kind: 'privacy' } });
    expect(shown).toContain('privacyHint');
  });

  test('rings as long as the caller waits', () => {
    phone.send(partyCalled);
    clock.increment(85_000);
    expect(state()).toEqual({ withCall: 'ringing' });
    nets.party(call, { type: 'party.hungUp', cause: { kind: 'cancelled' } });
    expect(nets.told.at(-1)).toBe('hang up user leg cancelled');
    expect(concluded).toEqual(['cancelled']);
  });
});

describe('talk', () => {
  test('keys go to the party', () => {
    intoTalk();
    phone.send({ type: 'key.pressed', call, digit: '5' });
    phone.send({ type: 'key.pressed', call: CallId('old'), digit: '6' });
    expect(nets.told.slice(-2)).toEqual(['key 5 to call', 'key-feedback to leg']);
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
    expect(state()).toEqual({ withCall: 'talking' });
    nets.audio(leg, { type: 'media.lost' });
    clock.increment(8_000);
    expect(nets.told.slice(-2)).toEqual(['hang up user leg connection-lost', 'hang up party call connection-lost']);
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

test('a second call is busy, a second number is refused, the user’s own call is declined', () => {
  intoTalk();
  phone.send({ ...partyCalled, label: { ...partyCalled.label, call: CallId('second') } });
  phone.send(dial);
  phone.send({ type: 'user.called', voiceLeg: VoiceLegId('his') });
  expect(nets.told.slice(-2)).toEqual(['hang up party second busy', 'hang up user his busy']);
  expect(shown.at(-1)).toBe('oneCallAtATime');
  expect(state()).toEqual({ withCall: 'talking' });
});

test('a telephone with nothing to do makes room after 10 s', () => {
  clock.increment(10_000);
  expect(phone.getSnapshot().status).toBe('done');
});
