import { createHmac, timingSafeEqual } from 'node:crypto';

/** Telegram's limit for callback data is 64 bytes: action, colon, 16 of the token, colon, 11 of the code. */
const actionBytes = 35;
const form = /^(?<action>.+):(?<token>[\w-]{16}):(?<code>[\w-]{11})$/s;

/**
 * Callback data of panel buttons: what is pressed, on which panel, and a code that only the holder of the bot's token can
 * make. Telegram lets modified clients send any data.
 */
export class PressData {
  readonly #key: Buffer;

  /** All hosts must make and check the same codes, so they hang on the one secret these share. */
  constructor(botToken: string) {
    this.#key = createHmac('sha256', botToken).update('panel buttons').digest();
  }

  /** @throws RangeError when the action is longer than 35 bytes or empty */
  write(action: string, token: string): string {
    const bytes = Buffer.byteLength(action);
    if (bytes === 0 || bytes > actionBytes) throw new RangeError(`an action has 1 to ${actionBytes} bytes`);
    return `${action}:${token}:${this.#code(action, token)}`;
  }

  /** Undefined when the data is not ours. */
  read(data: string): { readonly action: string; readonly token: string } | undefined {
    const { action = '', token = '', code = '' } = form.exec(data)?.groups ?? {};
    const isOurs = code !== '' && timingSafeEqual(Buffer.from(code), Buffer.from(this.#code(action, token)));
    return isOurs ? { action, token } : undefined;
  }

  #code(action: string, token: string): string {
    return createHmac('sha256', this.#key).update(`${action}:${token}`).digest().subarray(0, 8).toString('base64url');
  }
}
