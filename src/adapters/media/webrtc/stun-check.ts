import { createHmac, timingSafeEqual } from 'node:crypto';

const headerBytes = 20;
const magicCookie = 0x2112_a442;
const bindingRequest = 0x0001;
const attributeHeaderBytes = 4;
const integrityBytes = 20;
const usernameType = 0x0006;
const integrityType = 0x0008;

/** What a datagram with a STUN look turned out to be. */
export type StunVerdict = { readonly kind: 'request'; readonly ufrag: string } | { readonly kind: 'other' | 'refused' };

/**
 * Examines an incoming STUN message the way RFC 8445 §7.3 asks of an ICE agent: a Binding request counts only when its USERNAME
 * begins with a fragment of ours and its MESSAGE-INTEGRITY was made with the password that goes with it. werift answers
 * requests without looking at either.
 *
 * `passwords` holds those of all our fragments, by fragment. Responses are `other`: werift checks them against the transaction they belong to. Everything else is `refused`.
 */
export const examineStun = (message: Buffer, passwords: Readonly<Record<string, string>>): StunVerdict => {
  if (message.length < headerBytes || message.readUInt32BE(4) !== magicCookie) return { kind: 'refused' };
  if (message.readUInt16BE(2) !== message.length - headerBytes) return { kind: 'refused' };
  const type = message.readUInt16BE(0);
  if ((type & 0xc000) !== 0) return { kind: 'refused' };
  // Class bits 0x0100: success and error responses (RFC 8489 §5).
  if ((type & 0x0100) !== 0) return { kind: 'other' };
  if (type !== bindingRequest) return { kind: 'refused' };

  let ufrag: string | undefined;
  for (let at = headerBytes; at + attributeHeaderBytes <= message.length; ) {
    const attribute = message.readUInt16BE(at);
    const length = message.readUInt16BE(at + 2);
    const value = at + attributeHeaderBytes;
    if (value + length > message.length) return { kind: 'refused' };
    if (attribute === usernameType) ufrag = message.toString('utf8', value, value + length).split(':', 1)[0];
    if (attribute === integrityType) {
      // What follows MESSAGE-INTEGRITY is not covered by it, a USERNAME there included.
      if (ufrag === undefined || length !== integrityBytes) return { kind: 'refused' };
      // The fragment is the peer's word: `__proto__` is not one of ours.
      const password = Object.hasOwn(passwords, ufrag) ? passwords[ufrag] : undefined;
      if (password === undefined) return { kind: 'refused' };
      return isSigned(message, at, password) ? { kind: 'request', ufrag } : { kind: 'refused' };
    }
    at = value + ((length + 3) & ~3);
  }
  return { kind: 'refused' };
};

/** RFC 8489 §14.5: the HMAC runs over the message up to the attribute, with the length as if the attribute were the last. */
const isSigned = (message: Buffer, integrityAt: number, password: string): boolean => {
  const signed = Buffer.from(message.subarray(0, integrityAt));
  signed.writeUInt16BE(integrityAt + attributeHeaderBytes + integrityBytes - headerBytes, 2);
  const value = integrityAt + attributeHeaderBytes;
  return timingSafeEqual(
    createHmac('sha1', password).update(signed).digest(),
    message.subarray(value, value + integrityBytes),
  );
};
