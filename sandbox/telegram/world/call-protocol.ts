import type { CallProtocol } from '../device.ts';
import { Refusal } from './refusal.ts';

const lowestLayer = 65;
const highestLayer = 92;

/** @throws Refusal CALL_PROTOCOL_FLAGS_INVALID, CALL_PROTOCOL_LAYER_INVALID */
export function checkProtocol(protocol: CallProtocol): void {
  if (!protocol.udpP2p || !protocol.udpReflector) throw new Refusal(400, 'CALL_PROTOCOL_FLAGS_INVALID');
  const { minLayer, maxLayer } = protocol;
  if (minLayer < lowestLayer || maxLayer > highestLayer || minLayer > maxLayer) {
    throw new Refusal(400, 'CALL_PROTOCOL_LAYER_INVALID');
  }
}

/**
 * What both sides have in common. As documented for phoneCallProtocol, only the best common library version remains,
 * already in the answer to acceptCall and in phoneCallAccepted.
 * @throws Refusal 406 CALL_PROTOCOL_COMPAT_LAYER_INVALID
 */
export function commonProtocol(caller: CallProtocol, callee: CallProtocol): CallProtocol {
  const minLayer = Math.max(caller.minLayer, callee.minLayer);
  const maxLayer = Math.min(caller.maxLayer, callee.maxLayer);
  const best = caller.libraryVersions
    .filter((version) => callee.libraryVersions.includes(version))
    .toSorted(compareVersions)
    .at(-1);
  if (minLayer > maxLayer || best === undefined) throw new Refusal(406, 'CALL_PROTOCOL_COMPAT_LAYER_INVALID');
  return { udpP2p: true, udpReflector: true, minLayer, maxLayer, libraryVersions: [best] };
}

/** Numerically by component: 13.0.0 is above 9.0.0. */
function compareVersions(a: string, b: string): number {
  const left = a.split('.').map(Number);
  const right = b.split('.').map(Number);
  for (let part = 0; part < Math.max(left.length, right.length); part++) {
    const difference = (left[part] ?? 0) - (right[part] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
