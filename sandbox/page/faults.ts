import type { TelegramSandbox } from '../telegram/telegram.ts';
import type { MediaRelay } from './media-relay.ts';

/** Troubles that a page switches on and off. */
export class PageFaults {
  #lossPercent = 0;
  #cut = false;
  readonly #telegram: TelegramSandbox;
  readonly #relays = new Set<MediaRelay>();

  constructor(telegram: TelegramSandbox) {
    this.#telegram = telegram;
  }

  /** The service loses its connection to Telegram, and must come back by itself. */
  dropConnection(): void {
    this.#telegram.faults.wire.dropSockets();
  }

  /** For so long the chat account may send nothing, and the settings bot's next message is refused once. */
  floodWait(seconds: number): void {
    for (const method of ['messages.sendMessage', 'messages.getInlineBotResults']) {
      this.#telegram.faults.wire.floodFor(method, seconds);
    }
    this.#telegram.faults.botApi.tooManyRequests(seconds, { method: 'sendMessage' });
  }

  set lossPercent(percent: number) {
    this.#lossPercent = percent;
    for (const relay of this.#relays) this.#apply(relay);
  }

  /** Nothing of any page's call passes: the person has gone into a tunnel. */
  set cut(cut: boolean) {
    this.#cut = cut;
    for (const relay of this.#relays) this.#apply(relay);
  }

  view() {
    return { lossPercent: this.#lossPercent, cut: this.#cut };
  }

  /** A call's network, for as long as it lasts. Returns what ends that. */
  over(relay: MediaRelay): () => void {
    this.#relays.add(relay);
    this.#apply(relay);
    return () => this.#relays.delete(relay);
  }

  #apply(relay: MediaRelay): void {
    relay.lossRate = this.#lossPercent / 100;
    relay.up = !this.#cut;
  }
}
