import type { Action } from '../../../src/machines/model/actions.ts';
import type { CallId } from '../../../src/machines/model/ids.ts';
import type { SoftphoneCommand } from '../../../src/machines/model/softphone.ts';
import type { ShownButton } from './chat.ts';
import type { World } from './world.ts';

/** Buttons that reach the softphone, by the names lines call them. */
export const buttonNames = [
  'key',
  'Start recording',
  'Stop recording',
  'Cancel',
  'Reconnect',
  'Leave',
  'Transfer',
  'Switch',
  'Decline',
  'End',
] as const;
type ButtonName = (typeof buttonNames)[number];

/** `Leave` is the `End` of the reconnection message. */
const nameOf = (action: Action): ButtonName | undefined => {
  switch (action.kind) {
    case 'key':
      return action.digit === '5' ? 'key' : undefined;
    case 'record':
      return action.wanted === 'start' ? 'Start recording' : 'Stop recording';
    case 'cancel':
      return 'Cancel';
    case 'reconnect':
      return 'Reconnect';
    case 'end':
      return action.version === undefined ? 'Leave' : 'End';
    case 'transfer':
      return 'Transfer';
    case 'switch':
      return 'Switch';
    case 'decline':
      return 'Decline';
    default:
      return undefined;
  }
};

/** What the switchboard makes of a press. */
const commandOf = (name: ButtonName, version: number, call: CallId): SoftphoneCommand => {
  switch (name) {
    case 'key':
      return { type: 'key.pressed', call, digit: '5' };
    case 'Start recording':
    case 'Stop recording':
      return { type: 'record', call, wanted: name === 'Start recording' ? 'start' : 'stop' };
    case 'Cancel':
    case 'Leave':
      return { type: 'giveUp', call };
    case 'Reconnect':
      return { type: 'reconnect', call };
    case 'Transfer':
      return { type: 'transfer', version };
    case 'Switch':
      return { type: 'switch', version };
    case 'Decline':
      return { type: 'decline', version };
    case 'End':
      return { type: 'end', version };
  }
};

/** The buttons that are shown now and reach the softphone, by name. */
export const shownButtons = (world: World): Map<ButtonName, ShownButton> => {
  const shown = new Map<ButtonName, ShownButton>();
  for (const button of world.chat.buttons) {
    const name = nameOf(button.action);
    // The message at the bottom of the chat is the one that is pressed.
    if (name) shown.set(name, button);
  }
  return shown;
};

/**
 * Presses a button as it is shown, or, where it is not, as a cached copy of an older message has it.
 * A shown one has to do something, the others nothing.
 */
export function press(world: World, name: string, old?: string, twice?: string): void {
  const button = name as ButtonName;
  if (!buttonNames.includes(button)) throw new Error(`there is no button ${name}`);
  const shown = old ? undefined : shownButtons(world).get(button);
  const isUnderWay = shown && (world.chat.pressed.has(shown.notice) || hasNothingToDo(world, button, shown));
  const version = old ? world.chat.version - 1 : world.chat.version;
  const call = shown?.call ?? ('c0' as CallId);
  const command = commandOf(button, version, call);

  const before = world.effects;
  world.sendIfStarted(command);
  const didSomething = world.effects > before;
  if (shown && !didSomething && !isUnderWay) world.complain(`${name} of ${stateOf(world, shown)} does nothing`);
  if (!shown && didSomething) world.complain(`${old ? 'an old ' : ''}${name} is not shown and does something`);
  // Of a pair's message one press counts (D-38, D-39); keys may be pressed again, and so may Reconnect.
  if (shown && didSomething && shown.slot === 'parallel') world.chat.pressed.add(shown.notice);
  if (!twice) return;

  const between = world.effects;
  world.sendIfStarted(command);
  if (shown?.slot === 'parallel' && world.effects > between) world.complain(`${name} on two devices is done twice`);
}

/** Digits in a reply to the keypad do what its keys do (B-9). */
export function replyWithKeys(world: World): void {
  const shown = shownButtons(world).get('key');
  const before = world.effects;
  world.sendIfStarted({ type: 'keys.sent', call: shown?.call ?? ('c0' as CallId), steps: ['1', '2'] });
  const didSomething = world.effects > before;
  if (shown && !didSomething && !hasNothingToDo(world, 'key', shown)) world.complain('a reply with keys does nothing');
  if (!shown && didSomething) world.complain('a reply with keys to no keypad does something');
}

/** The message a button is on, and how far its call is. */
function stateOf({ parties, phones }: World, { notice, call }: ShownButton): string {
  const voiceLeg = phones.newest?.state ?? 'unmade';
  return `the ${notice.kind} message (party ${parties.leg(call).state}, voice leg ${voiceLeg})`;
}

/** What the button asks for is under way already, or there is nobody left to do it to. */
function hasNothingToDo(
  { phones, parties, joined }: World,
  name: ButtonName,
  { call, slot, notice }: ShownButton,
): boolean {
  const own = parties.live.filter(({ id }) => !joined.has(id));
  const isEnding = [...phones.legs.values(), ...parties.legs.values()].some(({ state }) => state === 'ending');
  const isLeaving = isEnding && phones.live.length === 0 && own.length === 0;
  const hears = phones.live.some(({ state }) => state === 'connecting' || state === 'up');
  const isAbsent = !own.some(({ id }) => id === call);
  const { isIncoming, hasAnswered } = parties.leg(call);
  const isEarly = !isIncoming && !hasAnswered;
  switch (name) {
    case 'Reconnect':
      return (
        isLeaving ||
        (slot === 'panel' && isAbsent && own.length === 0) ||
        // Before the answer a press says only why nothing is done, and is answered by the bot.
        isEarly ||
        // Nobody is rung before the party that another host had is here.
        parties.resuming.has(call) ||
        phones.taken.some(({ state }) => state !== 'up') ||
        phones.isFlooded
      );
    case 'key':
      return isLeaving || !hears || own.length === 0;
    case 'Start recording':
    case 'Stop recording':
      // A press on these says only why nothing is done, and is answered by the bot.
      return (
        isLeaving || (notice.kind === 'panel' && (notice.recording === 'locked' || notice.recording === 'used-up'))
      );
    case 'Cancel':
      return isLeaving || parties.leg(call).state === 'ending';
    default:
      return isLeaving || (slot === 'parallel' && isEnding);
  }
}
