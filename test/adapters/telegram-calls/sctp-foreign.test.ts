import { createRequire } from 'node:module';
import { afterEach, expect, test } from 'vitest';
import { systemClock } from '../../../src/adapters/telegram/calls/clock.ts';
import { SctpAssociation } from '../../../src/adapters/telegram/calls/sctp-association.ts';
import { eventually } from '../../support/eventually.ts';

/** werift's SCTP, which its package keeps to itself. */
interface ForeignSctp {
  readonly state: string;
  readonly onReceive: { subscribe(listener: (streamId: number, payloadId: number, data: Buffer) => void): void };
  start(remotePort?: number): Promise<void>;
  stop(): Promise<void>;
  send(streamId: number, payloadId: number, data: Buffer): Promise<void>;
}
interface ForeignTransport {
  onData?: (packet: Buffer) => void;
  send: (packet: Buffer) => Promise<void>;
  close: () => void;
}
const { SCTP } = createRequire(import.meta.url)('../../../node_modules/werift/lib/sctp/src/sctp.js') as {
  SCTP: Record<'client' | 'server', (transport: ForeignTransport, port: number) => ForeignSctp>;
};

let stop: (() => Promise<void>) | undefined;
afterEach(() => stop?.());

test.each([
  ['client', false, 0],
  ['server', true, 0],
  ['client', false, 0.2],
  ['server', true, 0.2],
] as const)('werift as SCTP %s understands us, we start: %s, loss %f', async (role, weStart, loss) => {
  let count = 0;
  // Every fifth packet, in both directions: the same each time.
  const isLost = () => loss > 0 && ++count % Math.round(1 / loss) === 0;
  const ourMessages: string[] = [];
  const theirMessages: string[] = [];
  const transport: ForeignTransport = {
    send: (packet) => {
      if (!isLost()) setImmediate(() => ours.receive(Buffer.from(packet)));
      return Promise.resolve();
    },
    close: () => undefined,
  };
  const ours = new SctpAssociation({
    clock: systemClock,
    send: (packet) => {
      if (!isLost()) setImmediate(() => transport.onData?.(packet));
    },
    onMessage: (message) => ourMessages.push(String(message)),
  });
  const foreign = SCTP[role](transport, 5000);
  stop = async () => {
    ours.close();
    await foreign.stop();
  };
  foreign.onReceive.subscribe((_, __, data) => theirMessages.push(String(data)));

  const messages = Array.from({ length: 12 }, (_, index) => `${index}:${'m'.repeat(index * 300)}`);
  for (const message of messages) ours.send(Buffer.from(message));
  void foreign.start(5000);
  if (weStart) ours.start();
  await eventually(() => expect(foreign.state).toBe('connected'), { timeout: 15_000 });
  for (const message of messages) await foreign.send(0, 53, Buffer.from(message));
  await eventually(() => expect([theirMessages, ourMessages]).toEqual([messages, messages]), { timeout: 15_000 });
});
