/** This process cannot be a host of the installation; the message says what was found and what to do. Nothing was begun. */
export class HostRefused extends Error {
  override readonly name = 'HostRefused';
}
