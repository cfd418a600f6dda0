/** The database cannot be used; the message says what was found and what to do. */
export class DatabaseUnavailable extends Error {
  override readonly name = 'DatabaseUnavailable';
}

/** Where a database is, for messages: without the password of its connection string. */
export const hostOf = (url: string): string => new URL(url).host || 'localhost';
