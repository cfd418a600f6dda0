import type { Core, Session, URI } from 'sip.js';
import type { Account } from '../account.ts';
import type { Descriptions } from '../sdp/descriptions.ts';
import type { SipTime } from '../time.ts';
import { parseCSeq } from '../wire/fields.ts';
import { headerOf, type SipMessage } from '../wire/message.ts';
import { parseNameAddress } from '../wire/uri.ts';

/** What all that goes on within the dialog of one call shares. */
export interface DialogContext {
  readonly session: Session;
  readonly dialog: Core.SessionDialog;
  readonly account: Account;
  readonly descriptions: Descriptions;
  readonly time: SipTime;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** The call was made by us, and its Call-ID with it. */
  readonly isCaller: boolean;
}

/** A refresh of the target by re-INVITE or UPDATE (RFC 3261 §12.2.1.2, RFC 3311 §5): from now on requests go there. */
export const retarget = (dialog: Core.SessionDialog, message: SipMessage | undefined): void => {
  const contact = message && headerOf(message.headers, 'contact');
  const uri = contact === undefined ? undefined : parseNameAddress(contact)?.uri;
  if (uri !== undefined) stateOf(dialog).remoteTarget = uri;
};

/** Is a request that the library does not see the newest of the dialog (RFC 3261 §12.2.2)? Then later ones are measured by it. */
export const advancesSequence = (dialog: Core.SessionDialog, message: SipMessage): boolean => {
  const state = stateOf(dialog);
  const number = parseCSeq(headerOf(message.headers, 'cseq') ?? '')?.number ?? 0;
  if (state.remoteSequenceNumber !== undefined && number <= state.remoteSequenceNumber) return false;
  state.remoteSequenceNumber = number;
  return true;
};

/** The library keeps it to itself, and neither knows UPDATE nor takes the target of a 2xx. */
const stateOf = (dialog: Core.SessionDialog) =>
  (dialog as unknown as { dialogState: { remoteTarget: URI; remoteSequenceNumber: number | undefined } }).dialogState;
