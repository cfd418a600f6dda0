import { onTestFinished } from 'vitest';
import { type SippOptions, type SippRun, startSipp } from '../../peers/sipp.ts';
import { Phone, type WatchedCall } from './phone.ts';

export type Transport = 'udp' | 'tcp';

/** As `startSipp`; gone with the test. */
export const sipp = async (options: SippOptions): Promise<SippRun> => {
  const run = await startSipp(options);
  onTestFinished(() => run.stop());
  return run;
};

export const registrar = (transport: Transport = 'udp'): Promise<SippRun> =>
  sipp({
    scenario: 'uas_register_digest',
    transport,
    keys: { user: 'alice', pass: 'secret' },
    extra: ['-deadcall_wait', '0'],
  });

/** Sends everything to sipp. */
export const phoneAt = async (port: number, transport: Transport): Promise<Phone> => {
  const phone = await Phone.start({ domain: 'test.lan', proxy: `127.0.0.1:${port}`, transport });
  onTestFinished(() => phone.stop());
  return phone;
};

/** Calls are taken from the address that bound the line. `remote` is where it is called over that transport. */
export const boundPhone = async (transport: Transport) => {
  const phone = await phoneAt((await registrar()).port, 'udp');
  await phone.bind();
  const { host, udpPort, tcpPort } = phone.sip.addresses;
  return { phone, remote: { host, port: transport === 'udp' ? udpPort : tcpPort } };
};

/** The next call that comes in, answered. */
export const answering = async (phone: Phone): ReturnType<Phone['nextOffer']> => {
  const call = await phone.nextOffer();
  call.ring();
  call.answer();
  await call.until('party.answered');
  return call;
};

/** A call to sipp, answered. */
export const talking = async (
  scenario: string,
  transport: Transport,
): Promise<{ phone: Phone; party: SippRun; call: WatchedCall }> => {
  const party = await sipp({ scenario, transport, rtpEcho: true });
  const phone = await phoneAt(party.port, transport);
  const call = phone.dial('600');
  await call.until('party.answered');
  return { phone, party, call };
};
