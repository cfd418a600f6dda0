import { type AnyEventObject, createActor, type InspectionEvent, SimulatedClock } from 'xstate';
import { type SoftphoneParts, softphone } from '../../src/actors/softphone.ts';
import { CallId, EpochMs, LineId, UserId, VoiceLegId } from '../../src/machines/model/ids.ts';

const user = UserId('1001');

type Tell = (fact: AnyEventObject) => void;
const party = new Map<string, Tell>();
const phone = new Map<string, Tell>();
const watched = (legs: Map<string, Tell>) => (leg: string, tell: Tell) => {
  legs.set(leg, tell);
  return () => void legs.delete(leg);
};

/** Does nothing, whatever is asked of it; `watch` is its own. */
const port = (watch: unknown): never =>
  new Proxy({}, { get: (_, name) => (name === 'watch' ? watch : () => undefined) }) as never;
const deaf = port(() => () => {});
export const machine = softphone({
  sip: port(watched(party)),
  telegram: port(watched(phone)),
  media: deaf,
  notices: deaf,
  journal: deaf,
  keys: deaf,
  recordings: deaf,
  deadlines: deaf,
  limitOf: async () => undefined,
  recordingFailed: () => {},
  handOver: () => {},
} satisfies SoftphoneParts);

export const input = { user, callback: true };
const order = { user, owner: user, language: 'en', chat: undefined, stereo: false, automatic: false, locked: false };

/** A party calls, is answered, talked to, and hangs up. */
export function playCall(number: number, inspect?: (event: InspectionEvent) => void): void {
  const clock = new SimulatedClock();
  const actor = createActor(machine, { input, clock, ...(inspect && { inspect }) }).start();
  const [id, leg] = [CallId(`c${number}`), VoiceLegId(`v${number}`)];
  actor.send({
    type: 'party.called',
    line: LineId('office'),
    label: { call: id, direction: 'incoming', number: '+4930123', lineName: 'Office', startedAt: EpochMs(number) },
    caller: { number: '+4930123' },
    lineName: undefined,
    voiceLeg: leg,
    switching: true,
    limitMs: undefined,
    recording: { ...order, limitMs: undefined },
  });
  phone.get(leg)?.({ type: 'user.answered' });
  phone.get(leg)?.({ type: 'user.connected' });
  party.get(id)?.({ type: 'party.answered' });
  for (let key = 0; key < 5; key++) actor.send({ type: 'key.pressed', call: id, digit: '1' });
  party.get(id)?.({ type: 'party.hungUp', cause: { kind: 'normal' } });
  clock.increment(60_000);
  phone.get(leg)?.({ type: 'user.hungUp', cause: { kind: 'normal' } });
  clock.increment(60_000);
  if (actor.getSnapshot().status !== 'done') throw new Error('the call is not over');
}
