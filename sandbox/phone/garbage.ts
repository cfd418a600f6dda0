import { randomBytes } from 'node:crypto';
import { encodeData, fragment } from './sctp-chunks.ts';
import { chunkType, encodeSctp } from './sctp-packet.ts';

/** Signaling data nobody should trip over: noise, cut and forged SCTP, and an INIT that leads nowhere. */
export const garbage = (): Buffer[] => {
  const init = encodeSctp(0, [{ type: chunkType.init, flags: 0, value: Buffer.alloc(16, 1) }]);
  const damaged = Buffer.from(init);
  damaged[damaged.length - 1]! ^= 0xff;
  const stranger = encodeSctp(1, [
    encodeData({
      tsn: 1,
      stream: 0,
      sequence: 0,
      protocol: 53,
      flags: fragment.first | fragment.last,
      payload: randomBytes(64),
    }),
  ]);
  return [
    Buffer.alloc(0),
    Buffer.from([0x13]),
    randomBytes(20),
    randomBytes(300),
    Buffer.concat([Buffer.from('13881388', 'hex'), randomBytes(40)]),
    init.subarray(0, 14),
    damaged,
    stranger,
    encodeSctp(0, [{ type: chunkType.init, flags: 0, value: Buffer.alloc(16) }]),
    encodeSctp(0, [{ type: 0x3f, flags: 0, value: randomBytes(8) }]),
  ];
};
