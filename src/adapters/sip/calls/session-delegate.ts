import type { Session, SessionDelegate } from 'sip.js';
import type { SipTime } from '../time.ts';

/** A little over the 32 s in which the ACK may come. */
const ACK_PATIENCE_MS = 32_500;

const keyPressTypes = /^application\/(dtmf-relay|dtmf)\b/i;

/** What a session answers by itself, in whichever direction it was made. */
export const commonDelegate = (session: Session, time: SipTime): SessionDelegate => ({
  onInfo: (info) => {
    const type = info.request.getHeader('content-type');
    const isUnderstood = type === undefined || keyPressTypes.test(type);
    void (isUnderstood ? info.accept() : info.reject({ statusCode: 415 })).catch(() => {});
  },
  // Without this the library would follow the transfer by itself.
  onRefer: (referral) => void referral.reject({ statusCode: 603 }).catch(() => {}),
  onNotify: (notification) => void notification.accept().catch(() => {}),
  onInvite: (_request, _response, status) => {
    if (status === 200) freeLostAcknowledgement(session, time);
  },
});

/** When the ACK to a re-INVITE is lost, the library takes no other re-INVITE in this call, ever. */
const freeLostAcknowledgement = (session: Session, time: SipTime): void => {
  const dialog = session.dialog as { reinviteUserAgentServer?: unknown } | undefined;
  const pending = dialog?.reinviteUserAgentServer;
  if (dialog === undefined || pending === undefined) return;
  time.after(ACK_PATIENCE_MS, () => {
    if (dialog.reinviteUserAgentServer === pending) dialog.reinviteUserAgentServer = undefined;
  });
};
