import type { PhoneCall } from '../../../sandbox/phone/call.ts';
import { UserPhone } from '../../../sandbox/phone/phone.ts';
import type { CallDevice } from '../../../sandbox/telegram/device.ts';
import type { Person, PersonMessage } from '../../../sandbox/telegram/person.ts';
import { UserId } from '../../../src/machines/model/ids.ts';
import { SlowLine } from '../../peers/slow-line.ts';
import { eventually } from '../../support/eventually.ts';
import { passwordOf, type SipHouse } from '../../support/sip-house.ts';
import type { Stage } from '../../support/stage.ts';
import { isHeld, unanswered } from './on-the-wire.ts';
import { Party } from './party.ts';

/** How things stand when nothing is under way any more. */
export type Standing = 'over' | 'talk' | 'two calls' | 'joined';

export interface Talk {
  readonly call: PhoneCall;
  readonly panel: PersonMessage;
}

export interface SecondCall extends Talk {
  /** The message about both calls. */
  readonly second: PersonMessage;
}

/** Olga with a phone and a tablet; Pat and Quinn with telephones at a PBX that is far away. Others live the same beside her. */
export interface Scene {
  readonly stage: Stage;
  readonly line: SlowLine;
  readonly olga: Person;
  readonly phone: UserPhone;
  readonly tablet: UserPhone;
  /** What the tablet is to Telegram. */
  readonly tabletDevice: CallDevice;
  readonly pat: Party;
  readonly quinn: Party;
  /** Where Olga is called. */
  readonly address: string;
  /** Olga has sent Pat's number and taken the call; Pat's telephone rings. */
  ringing(): Promise<PhoneCall>;
  /** Pat has answered. */
  talking(): Promise<Talk>;
  /** Quinn calls as well. */
  waiting(): Promise<SecondCall>;
  /** And she has switched to Quinn: Pat is held. */
  twoCalls(): Promise<SecondCall>;
  /** The message with `Cancel` of a party who is being called. */
  cancellable(): Promise<PersonMessage>;
  /** The newest message with this button, once there is one. */
  message(label: string): Promise<PersonMessage>;
  /** Waits until it stands as one of these, with nothing under way. `hears`: whom she hears then, if it matters */
  settlesAs(expected: readonly Standing[], hears?: Party): Promise<Standing>;
  /** Everybody hangs up. */
  allHangUp(): Promise<void>;
  close(): void;
}

/** The users of the PBX that a scene needs: Olga's line, Pat, Quinn. */
export const usersOf = (index: number): [string, string, string] => [`10${index}`, `20${index}`, `30${index}`];

export async function openScene(stage: Stage, house: SipHouse, index: number): Promise<Scene> {
  const { chat } = stage;
  const [login, ...numbers] = usersOf(index);
  const line = await SlowLine.to(house.kamailio.udpPort);
  const { person: olga, phone } = stage.addPerson('Olga');
  const tabletDevice = olga.device();
  const tablet = new UserPhone(tabletDevice);
  await stage.addLine({
    owner: UserId(olga.id),
    login,
    domain: house.kamailio.domain,
    proxy: line.address,
    password: passwordOf(login),
  });
  const [pat, quinn] = [
    new Party(numbers[0], await house.telephone({ user: numbers[0] })),
    new Party(numbers[1], await house.telephone({ user: numbers[1] })),
  ];
  const address = `sip:${login}@${house.kamailio.domain}`;

  const message = (label: string) => olga.waitsFor(({ buttons }) => buttons.flat().includes(label));
  // Until then the one that asks her to answer has the button, and is about to be sent anew.
  const cancellable = () =>
    olga.waitsFor(({ text, buttons }) => text.includes('Calling through') && buttons.flat().includes('Cancel'));
  const ringing = async () => {
    olga.sends(pat.number, chat);
    const call = await phone.rings();
    call.answer();
    await pat.until('CALL_INCOMING');
    return call;
  };
  const talking = async () => {
    const call = await ringing();
    await pat.answer();
    await Promise.all([pat.until('CALL_ESTABLISHED'), call.connected]);
    return { call, panel: await message('🔄 Reconnect') };
  };
  const waiting = async () => {
    const talk = await talking();
    await quinn.dial(address);
    return { ...talk, second: await message('Decline') };
  };
  const twoCalls = async () => {
    const { second, ...talk } = await waiting();
    await olga.presses(second, 'Switch');
    await quinn.until('CALL_ESTABLISHED');
    return { ...talk, second: await message('End') };
  };

  const currentCalls = () => [phone, tablet].flatMap((device) => device.currentCalls);
  const standing = (): { readonly as: Standing; readonly hears?: Party } | undefined => {
    const calls = currentCalls();
    const messages = olga.conversation(chat);
    const hasPanel = messages.some(({ buttons }) => buttons.flat().includes('#'));
    const pair = messages.find(({ buttons }) => buttons.flat().includes('Switch'));
    const parties = [pat, quinn].filter((party) => party.calls.length > 0);
    const isUp = parties.every((party) => party.calls.every((step) => step === 'CALL_ESTABLISHED'));
    const [hears, another] = parties.filter(({ number }) => !isHeld(number, line.passed));
    if (calls.length === 0 && !hasPanel && !pair) {
      if (parties.length === 0) return { as: 'over' };
      return isUp && hears && another ? { as: 'joined' } : undefined;
    }
    if (calls.length !== 1 || calls[0]?.state !== 'connected' || !isUp || !hasPanel || !hears || another)
      return undefined;
    if (parties.length === 1) return pair ? undefined : { as: 'talk', hears };
    return pair?.text.startsWith(`On the line: ${hears.number}`) ? { as: 'two calls', hears } : undefined;
  };

  return {
    ...{ stage, line, olga, phone, tablet, tabletDevice, pat, quinn, address },
    ...{ ringing, talking, waiting, twoCalls, cancellable, message },
    settlesAs: (expected, hears) =>
      eventually(
        () => {
          const now = standing();
          const open = unanswered(line.passed);
          if (now && expected.includes(now.as) && open.length === 0 && (!hears || now.hears === hears)) return now.as;
          throw new Error(
            `it is not ${expected.join(' or ')}, but ${now?.as} with ${now?.hears?.number}; unanswered: ${open.join()}`,
          );
        },
        { interval: 5 },
      ),
    async allHangUp() {
      for (const call of currentCalls()) call.hangUp();
      await Promise.all([pat, quinn].map((party) => party.hangUp()));
    },
    close() {
      tablet.close();
      line.close();
    },
  };
}
