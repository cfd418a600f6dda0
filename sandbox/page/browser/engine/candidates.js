/** An ICE candidate a phone here may use: a UDP host candidate of this machine. */

/**
 * Undefined for whatever is not UDP on 127.0.0.0/8 or ::1: TCP, `.local` and reflector names, second components, and
 * every address from which a packet could leave the machine.
 */
export const readCandidate = (line) => {
  const [foundation, component, transport, priority, address, port] = line
    .replace(/^(?:a=)?candidate:/u, '')
    .trim()
    .split(/\s+/u);
  if (component !== '1' || transport?.toLowerCase() !== 'udp' || !isLoopback(address)) return undefined;
  const portNumber = Number(port);
  if (!Number.isInteger(portNumber) || portNumber < 1 || portNumber > 65_535) return undefined;
  return { foundation: foundation ?? '1', priority: Number(priority) || 1, address, port: portNumber };
};

/** Without the optional `ufrag`: natives write one there that need not be the one in InitialSetup. */
export const writeCandidate = ({ foundation, priority, address, port }) =>
  `candidate:${foundation} 1 udp ${priority} ${address} ${port} typ host generation 0`;

const isLoopback = (address) =>
  address !== undefined && (/^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/u.test(address) || address === '::1');
