/** Who calls us, as the caller message shows it (product §6.1). */
export interface CallerIdentity {
  /** Number exactly as received, or `user@host` when the user part is not numeric; undefined when hidden. */
  readonly number: string | undefined;
  /** Display name, only where one was sent and differs from the number. */
  readonly name?: string;
}

/**
 * What to dial (product §5.1).
 * `number`: a user part still unescaped, to be dialled at the line's domain;
 * `uri`: a sip:, sips: or tel: URI dialled as given.
 */
export type DialTarget =
  | { readonly kind: 'number'; readonly user: string }
  | { readonly kind: 'uri'; readonly uri: string };
