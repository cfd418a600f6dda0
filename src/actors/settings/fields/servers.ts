import { isPrivateAddress, readServerAddress, type ServerAddress } from '../../../machines/model/server-address.ts';
import type { OwnedLine, WrongAnswer } from '../../../machines/model/settings.ts';
import { type Field, type FieldChecks, isDash, withEdits } from './field.ts';

export const domain: Field = {
  current: (line) => withEdits(line).domain || undefined,
  read: async (text, line, checks) => {
    const address = readServerAddress(text);
    if (address === undefined) return { wrong: { kind: 'field', field: 'domain' } };
    const wrong = await refusalOf(address, checks, isContacted(line));
    return wrong ? { wrong } : { edits: { domain: address.text } };
  },
};

export const proxy: Field = {
  current: (line) => withEdits(line).proxy || undefined,
  read: async (text, line, checks) => {
    if (isDash(text)) {
      const wrong = await refusalWithoutProxy(line, checks);
      return wrong ? { wrong } : { edits: { proxy: '' } };
    }
    const address = readServerAddress(text);
    if (address === undefined) return { wrong: { kind: 'field', field: 'proxy' } };
    const wrong = await refusalOf(address, checks, true);
    return wrong ? { wrong } : { edits: { proxy: address.text } };
  },
};

/** Behind a proxy the domain is only what is written in From and To, and need not be a name the DNS knows. */
const isContacted = (line: OwnedLine): boolean => withEdits(line).proxy === '';

/** The domain is contacted from then on; behind the proxy it could be anything. */
async function refusalWithoutProxy(line: OwnedLine, checks: FieldChecks): Promise<WrongAnswer | undefined> {
  const { domain: host } = withEdits(line);
  if (host === '') return undefined;
  const address = readServerAddress(host);
  return address ? refusalOf(address, checks, true) : { kind: 'unknown-host', host };
}

async function refusalOf(
  { kind, host }: ServerAddress,
  { hosts, allowPrivateRegistrars }: FieldChecks,
  mustResolve: boolean,
): Promise<WrongAnswer | undefined> {
  const addresses = kind === 'ip' ? [host] : await hosts.lookup(host);
  if (addresses.length === 0) return mustResolve ? { kind: 'unknown-host', host } : undefined;
  if (allowPrivateRegistrars || !addresses.some(isPrivateAddress)) return undefined;
  return { kind: 'private-address', host };
}
