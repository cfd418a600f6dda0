import { Core, Invitation, Inviter, type Session } from 'sip.js';
import type { DialogBeginning, DialogFacts, SipAddress } from '../../../actors/ports/sip-dialogs.ts';
import type { Account } from '../account.ts';
import { legOf } from '../calls/leg.ts';
import type { SessionInterval } from '../calls/session-timer.ts';
import { descriptionsOf } from '../sdp/descriptions.ts';
import { type Header, headerOf, headersOf } from '../wire/message.ts';
import { CSEQ_GAP } from './saved-dialog.ts';

const MAX_TAGS = 64;

/** What the party said of itself, and what was agreed on session timers. */
export interface Heard {
  readonly supported: readonly string[];
  readonly allow: readonly string[];
  readonly interval: SessionInterval | undefined;
}

/** Not every answer says everything again. */
export const heardIn = (
  headers: readonly Header[],
  interval: SessionInterval | undefined,
  before: Heard | undefined,
): Heard => {
  const says = (name: string) => headerOf(headers, name) !== undefined;
  return {
    supported: says('supported') || before === undefined ? tagsIn(headers, 'supported') : before.supported,
    allow: says('allow') || before === undefined ? tagsIn(headers, 'allow') : before.allow,
    interval,
  };
};

export const beginningOf = (account: Account, session: Session, localTag: string): DialogBeginning => ({
  line: account.lineId,
  direction: legOf.get(session)?.isCaller === true ? 'outgoing' : 'incoming',
  sipCallId: session instanceof Inviter || session instanceof Invitation ? session.request.callId : '',
  localTag,
  local: addressOf(session.localIdentity),
  remote: addressOf(session.remoteIdentity),
});

/** Undefined before the answer. */
export const factsOf = (account: Account, session: Session, heard: Heard): DialogFacts | undefined => {
  const { dialog } = session;
  const { local, remote } = descriptionsOf.get(session)?.texts ?? {};
  if (!(dialog instanceof Core.SessionDialog) || dialog.early || local === undefined) return undefined;
  const { supported, allow, interval } = heard;
  const { remoteSequenceNumber } = dialog;
  const cameFrom = account.returnFlows.get(dialog.callId);
  return {
    ...beginningOf(account, session, dialog.localTag),
    sipCallId: dialog.callId,
    local: { ...addressOf(session.localIdentity), uri: dialog.localURI.toString() },
    remote: { ...addressOf(session.remoteIdentity), uri: dialog.remoteURI.toString() },
    remoteTag: dialog.remoteTag,
    remoteTarget: dialog.remoteTarget.toString(),
    routeSet: [...dialog.routeSet],
    localCSeq: dialog.localSequenceNumber ?? 0,
    ...(remoteSequenceNumber !== undefined && { remoteCSeq: remoteSequenceNumber }),
    localSdp: local,
    ...(remote !== undefined && { remoteSdp: remote }),
    peer: { supported, allow },
    ...(interval !== undefined && { session: interval }),
    ...(cameFrom?.transport === 'UDP' && { cameFrom: cameFrom.remote }),
  };
};

/** Sequence numbers may lag behind by less than what the next owner leaves room for. */
export const isSame = (one: DialogBeginning | DialogFacts, other: DialogBeginning | DialogFacts): boolean => {
  const { localCSeq = 0, remoteCSeq = 0, ...rest } = one as Partial<DialogFacts>;
  const { localCSeq: otherLocal = 0, remoteCSeq: otherRemote = 0, ...otherRest } = other as Partial<DialogFacts>;
  const isNear = Math.max(otherLocal - localCSeq, otherRemote - remoteCSeq) < CSEQ_GAP / 10;
  return isNear && JSON.stringify(rest) === JSON.stringify(otherRest);
};

const addressOf = ({ displayName, uri }: Session['localIdentity']): SipAddress => ({
  displayName: displayName ?? '',
  uri: uri.toString(),
});

/** Only what can be said again. */
const tagsIn = (headers: readonly Header[], name: string): readonly string[] => {
  const tags = headersOf(headers, name).flatMap((value) => value.split(','));
  const known = tags.map((tag) => tag.trim().toLowerCase()).filter((tag) => /^[a-z0-9\-.!%*_+`'~]+$/.test(tag));
  return [...new Set(known)].slice(0, MAX_TAGS);
};
