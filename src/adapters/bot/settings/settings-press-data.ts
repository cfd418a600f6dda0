import { createHmac, timingSafeEqual } from 'node:crypto';
import type { UserId } from '../../../machines/model/ids.ts';
import type { SettingsPress } from '../../../machines/model/settings.ts';
import { pressOf, pressText } from './press-text.ts';

/** Telegram's limit for callback data is 64 bytes; the code takes 11. */
const pressBytes = 53;
const form = /^(?<text>.+)(?<code>[\w-]{11})$/s;

/**
 * Callback data of the settings bot's own buttons: a press, and a code that only the holder of the bot's token can make, for
 * the one person the button was drawn for. Telegram lets modified clients send any data.
 */
export class SettingsPressData {
  readonly #key: Buffer;

  constructor(botToken: string) {
    // Another key than that of panels: no button of theirs can be taken for one of these.
    this.#key = createHmac('sha256', botToken).update('settings buttons').digest();
  }

  /** @throws RangeError when it takes more than 64 bytes: the id of a worker or an offer may have 27, of a template 25 */
  write(press: SettingsPress, person: UserId): string {
    const text = pressText(press);
    if (Buffer.byteLength(text) > pressBytes) throw new RangeError(`a press has at most ${pressBytes} bytes`);
    return `${text}${this.#code(text, person)}`;
  }

  /** Undefined when the data is not ours, or not this person's. */
  read(data: string, person: UserId): SettingsPress | undefined {
    const { text = '', code = '' } = form.exec(data)?.groups ?? {};
    const isOurs = code !== '' && timingSafeEqual(Buffer.from(code), Buffer.from(this.#code(text, person)));
    return isOurs ? pressOf(text) : undefined;
  }

  #code(text: string, person: UserId): string {
    return createHmac('sha256', this.#key).update(`${person}:${text}`).digest().subarray(0, 8).toString('base64url');
  }
}
