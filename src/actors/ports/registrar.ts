import type { LineId } from '../../machines/model/ids.ts';
import type { Binding } from '../../machines/model/registration.ts';

/** Where lines are made reachable: the SIP registrar of each (RFC 3261 §10). */
export interface Registrar {
  /**
   * Makes one attempt to bind our contact to the line's address-of-record; settles within 32 s (Timer F) once the server is
   * connected, which takes at most 10 s more over streams, and its name found, which takes at most 15 s
   * @throws RegistrationRefused on a final 401/407 (wrong credentials), 403, 404, or another 4xx/6xx that repeating cannot mend
   * @throws RegistrarUnreachable on no answer, transport failure, 408, 5xx; with `retryAfterMs` where the registrar named it
   */
  bind(line: LineId, signal: AbortSignal): Promise<Binding>;
  /** Removes our contact, after an attempt to bind that is under way; gives up silently 2 s after it began. */
  unbind(line: LineId): Promise<void>;
  /** Another host binds the line now: what is bound here lapses, without a word to the registrar. */
  forget(line: LineId): void;
  /** Tells when a line's flow to its registrar broke: bind again. Returns the unsubscribe. */
  watch(line: LineId, onTransportLost: () => void): () => void;
}
