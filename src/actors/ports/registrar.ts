import type { LineId } from '../../machines/model/ids.ts';
import type { Binding } from '../../machines/model/registration.ts';

/** Where lines are made reachable: the SIP registrar of each (RFC 3261 §10). */
export interface Registrar {
  /**
   * Makes one attempt to bind our contact to the line's address-of-record; settles within 32 s (Timer F).
   * @throws RegistrationRefused on a final 401/407 (wrong credentials), 403, 404, or another 4xx/6xx that repeating cannot mend
   * @throws RegistrarUnreachable on no answer, transport failure, 408, 5xx; with `retryAfterMs` where the registrar named it
   */
  bind(line: LineId, signal: AbortSignal): Promise<Binding>;
  /** Removes our contact; gives up silently after 2 s. */
  unbind(line: LineId): Promise<void>;
  /** Tells when a line's flow to its registrar broke, or when its public address changed: bind again. Returns the unsubscribe. */
  watch(line: LineId, onTransportLost: () => void): () => void;
}
