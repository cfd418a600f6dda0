/**
 * The inbox did not take what a person did. Without a cause: errors of databases name what was to be stored, and that may
 * be a password.
 */
export class NotStored extends Error {
  override readonly name = 'NotStored';
  /** By `performance.now()`, when the inbox took something last. */
  readonly lastStoredAt: number;

  constructor(lastStoredAt: number) {
    super('the inbox did not take it');
    this.lastStoredAt = lastStoredAt;
  }
}
