import { isIP } from 'node:net';

/**
 * Can this candidate of the peer be used? Component 1, UDP, a plain address (RFC 8839 §5.1). Left out without a word:
 * TCP, `.local` names (mDNS) and Telegram's `reflector-<n>-<tag>.reflector` relays, which are a protocol of their own.
 */
export function isUsableCandidate(sdpString: string): boolean {
  if (sdpString.length > maxLength) return false;
  const [candidate, component, transport, priority, address, port, typ, type] = sdpString.split(' ');
  return (
    candidate !== undefined &&
    candidate.startsWith('candidate:') &&
    component === '1' &&
    transport?.toLowerCase() === 'udp' &&
    /^\d{1,10}$/.test(priority ?? '') &&
    isIP(address ?? '') !== 0 &&
    isPort(port ?? '') &&
    typ === 'typ' &&
    ['host', 'srflx', 'prflx', 'relay'].includes(type ?? '') &&
    !sdpString.includes(' tcptype ')
  );
}

const isPort = (text: string) => /^\d{1,5}$/.test(text) && Number(text) > 0 && Number(text) < 65_536;

/** WebRTC's own limit is not written down; real ones have about 150 characters. */
const maxLength = 512;
