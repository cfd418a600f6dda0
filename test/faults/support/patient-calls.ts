import { UserPhone } from '../../../sandbox/phone/phone.ts';
import { UserId } from '../../../src/machines/model/ids.ts';
import type { Stage } from '../../support/stage.ts';
import { CallToLine } from './dialogs.ts';
import { HostilePeer } from './hostile-peer.ts';
import { leftoversOf } from './leftovers.ts';
import { audioAt } from './sip-text.ts';

/** Calls of other people with PBXs that fall silent. Each ends within 32 s of real time. */
export interface PatientCalls {
  /** What the chat says in the end. */
  readonly notAnswered: Promise<string>;
  /** After noise, the connection was closed. */
  readonly disconnected: Promise<string>;
  readonly notAcknowledged: Promise<string>;
  /** Before these calls began. */
  readonly udpSocketsBefore: number;
  close(): Promise<void>;
}

/** Resolves when all have come as far as they will. */
export async function startPatientCalls(stage: Stage): Promise<PatientCalls> {
  const pavel = await newcomer(stage, 'Pavel', '200');
  const rita = await newcomer(stage, 'Rita', '300');
  const tom = await newcomer(stage, 'Tom', '400', 'tcp');
  const { udpSockets: udpSocketsBefore } = leftoversOf(stage);

  pavel.peer.plays(() => true);
  pavel.person.sends('5552', stage.chat);
  const outgoing = await pavel.phone.rings();
  outgoing.answer();

  tom.peer.plays((request) => {
    request.send(Buffer.alloc(70_000, 'x'));
    request.hangUpConnection();
    return true;
  });
  tom.person.sends('5553', stage.chat);
  const other = await tom.phone.rings();
  other.answer();

  const call = new CallToLine(rita.peer, stage.service.sip.addresses.udpPort, '4930124', '300');
  call.sends('INVITE', { sdp: audioAt(40_002) });
  const incoming = await rita.phone.rings();
  incoming.answer();

  await Promise.all([outgoing.connected, pavel.peer.request('INVITE'), incoming.connected, call.answer('INVITE', 200)]);
  return {
    notAnswered: pavel.told('· 5552'),
    disconnected: tom.told('· 5553'),
    notAcknowledged: rita.told('· 4930124'),
    udpSocketsBefore,
    async close() {
      for (const { phone, peer } of [pavel, rita, tom]) {
        phone.close();
        await peer.close();
      }
    },
  };
}

async function newcomer(
  { telegram, chat, service }: Stage,
  firstName: string,
  login: string,
  transport: 'udp' | 'tcp' = 'udp',
) {
  const person = telegram.person(telegram.addUser({ firstName }).id);
  person.sends('hello', chat);
  const phone = new UserPhone(person.device());
  const peer = await HostilePeer.open();
  const id = await service.lines.add({
    name: login,
    owner: UserId(person.id),
    login,
    password: 'secret',
    domain: peer.domain,
    proxy: '',
    transport,
    codecs: ['alaw'],
  });
  await service.lineActors.follow();
  await service.lineActors.until(id, 'reachable', AbortSignal.timeout(10_000));
  const told = async (end: string) => {
    const message = await person.waitsFor(({ text }) => text.endsWith(end) && !/^[↗↙]/u.test(text), 60_000);
    return message.text;
  };
  return { person, phone, peer, told };
}
