import { Core, NameAddrHeader, Session, SessionState, type Transport } from 'sip.js';
import type { SipAddress } from '../../../actors/ports/sip-dialogs.ts';
import type { Account } from '../account.ts';
import { coreResponse } from '../wire/core-message.ts';
import type { Header } from '../wire/message.ts';
import type { WireUri } from '../wire/uri.ts';
import { abandon } from './abandon.ts';
import { CSEQ_GAP, requestIn, type SavedDialog } from './saved-dialog.ts';

/**
 * A session of the library whose dialog another process began.
 *
 * The library makes dialogs of INVITE transactions only, and has no other way to be told of one. So it is given one that was
 * never sent: our INVITE with what we described last, answered with what the party did. Whoever called does not matter then:
 * the library asks only whether the ACK to an INVITE of the party is still to come, and it came long ago.
 */
export class ResumedSession extends Session {
  override readonly localIdentity: NameAddrHeader;
  override readonly remoteIdentity: NameAddrHeader;
  protected override readonly logger: Core.Logger;
  protected override _id: string;

  constructor(account: Account, saved: SavedDialog) {
    super(account.userAgent);
    const { facts, localUri, remoteUri } = saved;
    this.logger = account.userAgent.getLogger('sip.Session');
    this.localIdentity = identity(facts.local, localUri, facts.localTag);
    this.remoteIdentity = identity(facts.remote, remoteUri, facts.remoteTag);
    // As the library names sessions: by the tag of whoever called.
    this._id = `${facts.sipCallId}${facts.direction === 'outgoing' ? facts.localTag : facts.remoteTag}`;
    this._contact = account.contact;
    account.userAgent._sessions[this._id] = this;
    this._dialog = dialogOf(account, saved);
    this._dialog.delegate = {
      onAck: (request) => this.onAckRequest(request),
      onBye: (request) => this.onByeRequest(request),
      onInfo: (request) => this.onInfoRequest(request),
      onInvite: (request) => this.onInviteRequest(request),
      onMessage: (request) => this.onMessageRequest(request),
      onNotify: (request) => this.onNotifyRequest(request),
      onPrack: (request) => this.onPrackRequest(request),
      onRefer: (request) => this.onReferRequest(request),
    };
    this.stateTransition(SessionState.Established);
  }

  /** Ends it without a word to the party. */
  abandon(): void {
    abandon(this);
  }
}

const identity = ({ displayName }: SipAddress, uri: WireUri, tag: string) =>
  new NameAddrHeader(uri, displayName, { tag });

const dialogOf = (account: Account, saved: SavedDialog): Core.SessionDialog => {
  const { facts, localUri, remoteUri, remoteTarget } = saved;
  const { core } = account;
  const localSequenceNumber = facts.localCSeq + CSEQ_GAP - 1;
  const description = (content: string) => ({
    contentDisposition: 'session',
    contentType: 'application/sdp',
    content,
  });
  const invite = requestIn(account, saved, 'INVITE', localSequenceNumber, description(facts.localSdp));
  const transaction = new Core.InviteClientTransaction(invite, unsent, { loggerFactory: core.loggerFactory });
  // Its only purpose is to be asked for its request; this stops its timer.
  transaction.dispose();
  const dialog = new Core.SessionDialog(transaction, core, {
    id: `${facts.sipCallId}${facts.localTag}${facts.remoteTag}`,
    early: false,
    callId: facts.sipCallId,
    localTag: facts.localTag,
    remoteTag: facts.remoteTag,
    localSequenceNumber,
    remoteSequenceNumber: facts.remoteCSeq,
    localURI: localUri,
    remoteURI: remoteUri,
    remoteTarget,
    routeSet: [...facts.routeSet],
    secure: false,
  });
  const headers: Header[] = [
    ['from', `<${localUri.toString()}>;tag=${facts.localTag}`],
    ['to', `<${remoteUri.toString()}>;tag=${facts.remoteTag}`],
    ['call-id', facts.sipCallId],
    ['cseq', `${localSequenceNumber} INVITE`],
    ['content-type', 'application/sdp'],
  ];
  // That offer and answer are complete is all the library wants to know of them.
  const body = facts.remoteSdp ?? facts.localSdp;
  const answer = coreResponse({ kind: 'response', status: 200, reason: 'OK', method: 'INVITE', headers, body }, '');
  if (answer !== undefined) dialog.signalingStateTransition(answer);
  return dialog;
};

/** Takes everything and sends nothing. */
const unsent = { protocol: 'UDP', send: async () => {} } as unknown as Transport;
