import dgram from 'node:dgram';
import { expect, test } from 'vitest';
import { hasSipp, startSipp } from '../../peers/sipp.ts';
import { Phone } from './phone.ts';

const LOSS = 0.2;
const CALLS = 100;

/** Takes a while, so it runs only when asked for: SIP_LOSS=1. */
test.skipIf(!hasSipp || process.env['SIP_LOSS'] !== '1')(
  'with a fifth of the packets lost each way 97 of 100 calls are made, and all end',
  { timeout: 300_000 },
  async () => {
    const party = await startSipp({
      scenario: 'uas_answer_with_rtp_echo',
      calls: 1_000,
      extra: ['-timeout', '280s', '-deadcall_wait', '40000'],
    });
    const relay = await LossyRelay.to(party.port);
    const phone = await Phone.start({ domain: 'test.lan', proxy: `127.0.0.1:${relay.port}` });
    let made = 0;
    const callOne = async () => {
      const call = phone.dial('600');
      await call.until('party.answered').then(
        () => made++,
        () => {},
      );
      call.hangUp();
    };
    for (let begun = 0; begun < CALLS; begun += 20) await Promise.all(Array.from({ length: 20 }, callOne));
    expect(made).toBeGreaterThanOrEqual(97);
    await expect
      .poll(() => phone.sip.counters.open(), { timeout: 70_000, interval: 500 })
      .toMatchObject({ calls: 0, sessions: 0, dialogs: 0 });
    await phone.stop();
    relay.close();
    await party.stop();
  },
);

/** Between us and a server: forgets a part of what it should carry, repeatably. */
class LossyRelay {
  readonly port: number;
  readonly #near: dgram.Socket;
  readonly #far: dgram.Socket;

  private constructor(near: dgram.Socket, far: dgram.Socket, serverPort: number) {
    this.#near = near;
    this.#far = far;
    this.port = near.address().port;
    let seed = 1;
    const isLost = () => {
      seed = (seed * 16_807) % 2_147_483_647;
      return seed / 2_147_483_647 < LOSS;
    };
    let caller: dgram.RemoteInfo | undefined;
    near.on('message', (packet, from) => {
      caller = from;
      if (!isLost()) far.send(packet, serverPort, '127.0.0.1');
    });
    far.on('message', (packet) => {
      if (caller !== undefined && !isLost()) near.send(packet, caller.port, caller.address);
    });
  }

  static async to(serverPort: number): Promise<LossyRelay> {
    const [near, far] = [dgram.createSocket('udp4'), dgram.createSocket('udp4')];
    await Promise.all(
      [near, far].map((socket) => new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))),
    );
    return new LossyRelay(near, far, serverPort);
  }

  close(): void {
    this.#near.close();
    this.#far.close();
  }
}
