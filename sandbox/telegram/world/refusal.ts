/**
 * A request the world does not grant, in Telegram's own words: `errorMessage` is the name that the API documents
 * (CALL_PEER_INVALID), `code` the number beside it. Each interface puts it into its own form.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: number;
  readonly errorMessage: string;

  constructor(code: number, errorMessage: string) {
    super(`${code} ${errorMessage}`);
    this.code = code;
    this.errorMessage = errorMessage;
  }
}
