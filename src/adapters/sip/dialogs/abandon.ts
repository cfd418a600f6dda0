import { type Session, SessionState } from 'sip.js';

/** Ends an answered session of the library, which knows no end without a BYE, without one. */
export const abandon = (session: Session): void => {
  session.dialog?.dispose();
  (session as unknown as { stateTransition(state: SessionState): void }).stateTransition(SessionState.Terminated);
};
