/** Times presses by what passes between a bot and its API: told, answered, screen. */
export class Stopwatches {
  answerMs: number[] = [];
  screenMs: number[] = [];
  readonly #toldAt = new Map<string, number>();
  readonly #seen = new Set<string>();
  /** By conversation, the presses whose screens are to come. */
  #screens = new Map<string, number[]>();
  #lastAt = performance.now();

  get screensLeft(): number {
    return [...this.#screens.values()].reduce((sum, { length }) => sum + length, 0);
  }

  reset(): void {
    this.answerMs = [];
    this.screenMs = [];
    this.#screens = new Map();
  }

  /** The answer to getUpdates: the same update may be in several. */
  told(body: Buffer): void {
    const at = performance.now();
    const { result = [] } = JSON.parse(body.toString()) as { result?: { callback_query?: Query }[] };
    for (const { callback_query: query } of result) {
      if (!query || this.#seen.has(query.id)) continue;
      this.#seen.add(query.id);
      this.#toldAt.set(query.id, at);
      const chat = String(query.from.id);
      this.#screens.set(chat, [...(this.#screens.get(chat) ?? []), at]);
      this.#lastAt = at;
    }
  }

  asked(method: string, body: Buffer): void {
    if (method !== 'answerCallbackQuery' && method !== 'editMessageText') return;
    const at = performance.now();
    this.#lastAt = at;
    const payload = JSON.parse(body.toString()) as { callback_query_id?: string; chat_id?: number | string };
    const toldAt = this.#toldAt.get(payload.callback_query_id ?? '');
    if (toldAt !== undefined) this.answerMs.push(at - toldAt);
    const pressedAt = this.#screens.get(String(payload.chat_id))?.shift();
    if (pressedAt !== undefined) this.screenMs.push(at - pressedAt);
  }

  /** Until every screen has come, or nothing has for so long. */
  async quiet(patienceMs: number): Promise<void> {
    while (this.screensLeft > 0 && performance.now() - this.#lastAt < patienceMs) {
      await new Promise((done) => setTimeout(done, 5));
    }
  }
}

interface Query {
  readonly id: string;
  readonly from: { readonly id: number };
}
