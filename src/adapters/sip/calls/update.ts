import { type Session, SessionState } from 'sip.js';
import type { Account } from '../account.ts';
import type { Answer } from '../screening.ts';
import { descriptionsOf } from '../sdp/descriptions.ts';
import type { Header, SipRequest } from '../wire/message.ts';

/** Answers an UPDATE (RFC 3311), of which the library knows nothing. Without a body it only refreshes the session. */
export const answerUpdate = async (account: Account, dialogId: string, request: SipRequest): Promise<Answer> => {
  const headers: Header[] = [['contact', `<${account.contact}>`]];
  if (request.body === '') return { status: 200, reason: 'OK', headers };
  const session = [...account.sessions].find((one) => one.dialog?.id === dialogId);
  const descriptions = session && descriptionsOf.get(session);
  if (session === undefined || descriptions === undefined || !isStable(session) || !descriptions.isStable) {
    return { status: 491, reason: 'Request Pending' };
  }
  try {
    await descriptions.setDescription(request.body);
    const { body } = await descriptions.getDescription();
    return { status: 200, reason: 'OK', headers, body };
  } catch {
    await descriptions.rollbackDescription();
    return { status: 488, reason: 'Not Acceptable Here' };
  }
};

const isStable = (session: Session) =>
  session.state === SessionState.Established && String(session.dialog?.signalingState) === 'Stable';
