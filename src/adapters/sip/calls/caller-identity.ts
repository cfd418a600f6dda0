import type { CallerIdentity } from '../../../machines/model/party.ts';
import { headerOf, headersOf, type SipRequest, shownText } from '../wire/message.ts';
import { splitOutside } from '../wire/split.ts';
import { type NameAddress, parseNameAddress, unescapeUser } from '../wire/uri.ts';

const MAX_SHOWN = 128;

/**
 * Who calls: P-Asserted-Identity (RFC 3325), else Remote-Party-ID (which never became an RFC, and which PBXs still send), else
 * From. Privacy, or an anonymous address, hides it.
 */
export const callerOf = (invite: SipRequest): CallerIdentity => {
  const remoteParty = identitiesIn(invite, 'remote-party-id').find(isCalling);
  const from = identitiesIn(invite, 'from')[0];
  const identity = identitiesIn(invite, 'p-asserted-identity')[0] ?? remoteParty ?? from;
  if (identity === undefined || isPrivate(invite, remoteParty) || isAnonymous(identity)) return { number: undefined };
  const number = shown(numberOf(identity));
  // Proxies assert a bare number and leave the name where the telephone wrote it.
  const named = identity.displayName || from?.uri.user !== identity.uri.user ? identity : from;
  const name = shown(shownText(named?.displayName ?? ''));
  return name === '' || name === number || name === shown(unescapeUser(identity.uri.user ?? ''))
    ? { number }
    : { number, name };
};

const identitiesIn = (invite: SipRequest, name: string): NameAddress[] =>
  headersOf(invite.headers, name)
    .flatMap((value) => splitOutside(value, ',') ?? [])
    .flatMap((value) => parseNameAddress(value) ?? []);

const isCalling = ({ parameters }: NameAddress) => (parameters.get('party') ?? 'calling').toLowerCase() === 'calling';

const isPrivate = (invite: SipRequest, remoteParty: NameAddress | undefined): boolean => {
  // RFC 3323 §4.2, RFC 3325 §9.3. `none` asks for the opposite.
  const privacy = (headerOf(invite.headers, 'privacy') ?? '').toLowerCase().split(/[;,\s]+/);
  if (privacy.includes('none')) return false;
  const remotePrivacy = (remoteParty?.parameters.get('privacy') ?? 'off').toLowerCase();
  return privacy.some((value) => ['id', 'user', 'header'].includes(value)) || !['off', 'name'].includes(remotePrivacy);
};

const isAnonymous = ({ uri }: NameAddress): boolean =>
  (uri.scheme !== 'tel' && !uri.user) ||
  /^anonymous$/i.test(uri.user ?? '') ||
  /(^|\.)anonymous\.invalid$/i.test(uri.host);

/** Exactly as received where it looks like a number, else with the host that makes it an address. */
const numberOf = ({ uri }: NameAddress): string => {
  if (uri.scheme === 'tel') return unescapeUser(uri.host);
  // A user part may carry parameters of a number (`;phone-context=…`, RFC 3261 §19.1.6): no part of what is dialled.
  const [user = ''] = (uri.user ?? '').split(';', 1);
  const text = unescapeUser(user);
  return /^[+*#0-9][*#0-9A-D().\-\s]*$/.test(text) ? text : `${text}@${uri.host}`;
};

/** No control signs or direction marks in what people are shown. */
const shown = (text: string): string =>
  text
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '')
    .trim()
    .slice(0, MAX_SHOWN);
