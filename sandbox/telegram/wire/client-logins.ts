import { randomBytes } from 'node:crypto';

/** The address and port stand for nothing: GramJS always dials port 80, and the SOCKS5 front leads it here. */
export const gramJsAddress = { dcId: 2, host: '127.0.0.1', port: 80 } as const;

/** 256 random bytes; the first is not zero, because clients differ in how they write a number that begins with one. */
export const randomAuthKey = (): Buffer => {
  const key = randomBytes(256);
  key[0] = (key[0] ?? 0) | 0x80;
  return key;
};

/**
 * GramJS's StringSession: `"1" + base64(dc ‖ length:int16 ‖ address ‖ port:int16 ‖ key)`, big endian. The port is
 * signed, and an IPv6 address is taken for another layout.
 */
export const gramJsSession = (key: Buffer): string => {
  const { dcId, host, port } = gramJsAddress;
  const address = Buffer.from(host, 'ascii');
  const bytes = Buffer.alloc(5 + address.length);
  bytes.writeUInt8(dcId, 0);
  bytes.writeInt16BE(address.length, 1);
  address.copy(bytes, 3);
  bytes.writeInt16BE(port, 3 + address.length);
  return `1${Buffer.concat([bytes, key]).toString('base64')}`;
};

/** What mtcute calls a DC. */
export interface MtcuteDc {
  readonly id: number;
  readonly ipAddress: string;
  readonly port: number;
  readonly testMode: boolean;
  readonly mediaOnly: boolean;
}

/** The argument of mtcute's `importSession`, and its `defaultDcs`. */
export interface MtcuteSession {
  readonly version: 3;
  readonly primaryDcs: { readonly main: MtcuteDc; readonly media: MtcuteDc };
  readonly authKey: Uint8Array;
  readonly self: {
    readonly userId: number;
    readonly isBot: boolean;
    readonly isPremium: boolean;
    readonly usernames: string[];
  };
}

/** mtcute dials the address it is given. */
export const mtcuteDcs = (host: string, port: number): MtcuteSession['primaryDcs'] => {
  const dc = { id: 2, ipAddress: host, port, testMode: false, mediaOnly: false };
  return { main: dc, media: dc };
};

export const mtcuteSession = (key: Buffer, userId: string, dcs: MtcuteSession['primaryDcs']): MtcuteSession => ({
  version: 3,
  primaryDcs: dcs,
  authKey: new Uint8Array(key),
  self: { userId: Number(userId), isBot: false, isPremium: false, usernames: [] },
});
