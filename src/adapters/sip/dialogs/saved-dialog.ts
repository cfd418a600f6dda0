import { isIP } from 'node:net';
import { BadDialogFacts, type DialogFacts, type SipAddress } from '../../../actors/ports/sip-dialogs.ts';
import type { Account } from '../account.ts';
import { type Continuation, continuationOf } from '../sdp/continuation.ts';
import { parseSdp } from '../sdp/sdp.ts';
import { parseNameAddress, parseUri, type WireUri } from '../wire/uri.ts';

/** The next owner of a dialog leaves room for what the last one sent after its last word (RFC 3261 §12.2.1.1 allows gaps). */
export const CSEQ_GAP = 1_000;
/** RFC 3261 §8.1.1.5: less than 2^31. Room is left for the requests to come. */
const MAX_CSEQ = 2 ** 31 - 1 - 100 * CSEQ_GAP;
const MAX_ROUTES = 64;
const MAX_TAGS = 64;
const MAX_INTERVAL_S = 999_999_999;

/** Dialog facts that were checked, with what can be read out of them. */
export interface SavedDialog {
  readonly facts: DialogFacts;
  readonly localUri: WireUri;
  readonly remoteUri: WireUri;
  readonly remoteTarget: WireUri;
  readonly description: Continuation;
}

/** @throws BadDialogFacts for the first of the facts that is missing or makes no sense */
export const savedDialogOf = (facts: DialogFacts): SavedDialog => {
  // They come out of a database: what the type says was true when they went in, maybe.
  if (typeof facts !== 'object' || facts === null) throw new BadDialogFacts('value');
  const check = (fact: keyof DialogFacts, isGood: boolean) => {
    if (!isGood) throw new BadDialogFacts(fact);
  };
  check('line', isText(facts.line));
  check('direction', facts.direction === 'outgoing' || facts.direction === 'incoming');
  check('sipCallId', isWord(facts.sipCallId));
  check('localTag', isWord(facts.localTag));
  check('remoteTag', isWord(facts.remoteTag));
  check('localCSeq', isCSeq(facts.localCSeq));
  check('remoteCSeq', facts.remoteCSeq === undefined || isCSeq(facts.remoteCSeq));
  check('routeSet', isListOf(facts.routeSet, MAX_ROUTES, isRoute));
  const { peer, session, cameFrom } = facts;
  check('peer', isRecord(peer) && isTagList(peer.supported) && isTagList(peer.allow));
  check('session', session === undefined || (isRecord(session) && isInterval(session)));
  check('cameFrom', cameFrom === undefined || (isRecord(cameFrom) && isEndpoint(cameFrom)));
  check('remoteSdp', facts.remoteSdp === undefined || isSdp(facts.remoteSdp));
  const description = isSdp(facts.localSdp) ? continuationOf(facts.localSdp, facts.remoteSdp) : undefined;
  if (description === undefined) throw new BadDialogFacts('localSdp');
  return {
    facts,
    localUri: uriIn(facts.local, 'local'),
    remoteUri: uriIn(facts.remote, 'remote'),
    remoteTarget: uriOf(facts.remoteTarget, 'remoteTarget'),
    description,
  };
};

/** What the library puts together for requests of a dialog (RFC 3261 §12.2.1.1), from facts. */
export const requestIn = (
  account: Account,
  { facts, localUri, remoteUri, remoteTarget }: SavedDialog,
  method: string,
  cseq: number,
  body?: { readonly contentDisposition: string; readonly contentType: string; readonly content: string },
) =>
  account.core.makeOutgoingRequestMessage(
    method,
    remoteTarget,
    localUri,
    remoteUri,
    {
      callId: facts.sipCallId,
      cseq,
      fromTag: facts.localTag,
      toTag: facts.remoteTag,
      routeSet: [...facts.routeSet],
    },
    [],
    body,
  );

const uriOf = (text: unknown, fact: string): WireUri => {
  const uri = isText(text) ? parseUri(text) : undefined;
  if (uri === undefined || !/^(sips?|tel)$/.test(uri.scheme)) throw new BadDialogFacts(fact);
  return uri;
};

const uriIn = (address: SipAddress, fact: string): WireUri => {
  if (!isRecord(address) || typeof address.displayName !== 'string') throw new BadDialogFacts(fact);
  return uriOf(address.uri, fact);
};

const isRecord = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Fits into one header, and is not a long one. */
const isText = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= 4_096 && !value.split('').some(isControl);

const isControl = (sign: string): boolean => sign < ' ' || sign === '\u007f';

/** A Call-ID or a tag. Looser than RFC 3261 §25.1, as peers are. */
const isWord = (value: unknown): boolean => isText(value) && /^[^\s;,<>"]+$/.test(value);

const isCSeq = (value: unknown): boolean =>
  Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= MAX_CSEQ;

const isListOf = (value: unknown, max: number, isGood: (one: unknown) => boolean): boolean =>
  Array.isArray(value) && value.length <= max && value.every(isGood);

const isRoute = (value: unknown): boolean =>
  isText(value) && value.includes('<') && /^sips?$/.test(parseNameAddress(value)?.uri.scheme ?? '');

const isTagList = (value: unknown): boolean => isListOf(value, MAX_TAGS, isWord);

const isInterval = ({ intervalS, isRefresher }: NonNullable<DialogFacts['session']>): boolean =>
  Number.isSafeInteger(intervalS) && intervalS > 0 && intervalS <= MAX_INTERVAL_S && typeof isRefresher === 'boolean';

const isEndpoint = ({ host, port }: NonNullable<DialogFacts['cameFrom']>): boolean =>
  typeof host === 'string' && isIP(host) !== 0 && Number.isSafeInteger(port) && port > 0 && port <= 65_535;

const isSdp = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= 16_384 && parseSdp(value) !== undefined;
