import type { CallId } from '../../machines/model/ids.ts';
import { headerOf, type SipRequest, type SipResponse } from './wire/message.ts';

/** A message for who looks on: without addresses, numbers and bodies. */
export interface SeenMessage {
  readonly isIn: boolean;
  /** `INVITE`, `180 (INVITE)`. */
  readonly label: string;
  /** Its Call-ID: messages of one call share it. */
  readonly dialog: string;
  /** Where it is known already. */
  readonly call: CallId | undefined;
}

/** Methods that have a meaning in calls (RFC 3261, 3262, 3311, 3515, 6086, 6665); others are words of strangers. */
const methods: ReadonlySet<string> = new Set(
  'INVITE ACK BYE CANCEL OPTIONS REGISTER PRACK UPDATE REFER INFO NOTIFY SUBSCRIBE MESSAGE PUBLISH'.split(' '),
);

export function seenOf(
  isIn: boolean,
  message: SipRequest | SipResponse,
  callOf: (sipCallId: string) => CallId | undefined,
): SeenMessage {
  const method = methods.has(message.method) ? message.method : 'another method';
  const dialog = headerOf(message.headers, 'call-id') ?? '';
  const label = message.kind === 'response' ? `${message.status} (${method})` : method;
  return { isIn, label, dialog, call: callOf(dialog) };
}
