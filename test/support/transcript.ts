import type { Person, PersonMessage } from '../../sandbox/telegram/person.ts';

/** A conversation as somebody would write it down: who says what, and the buttons row by row. */
export class Transcript {
  readonly #person: Person;
  readonly #name: string;
  readonly #parts: string[] = [];
  readonly #known = new Map<string, PersonMessage>();

  /** @param name how the person is called in it */
  constructor(person: Person, name: string) {
    this.#person = person;
    this.#name = name;
  }

  /** What the person does or hears. */
  tells(what: string): void {
    this.#parts.push(`— ${this.#name} ${what} —`);
  }

  /** What was said before is left out. */
  knows(conversation: string): void {
    for (const message of this.#person.conversation(conversation))
      this.#known.set(`${conversation}/${message.id}`, message);
  }

  /** What is new in this conversation, or changed, since it was looked at. `who`: how the other side is called. */
  looksAt(conversation: string, who: string): void {
    const messages = this.#person.conversation(conversation);
    for (const message of messages) {
      const key = `${conversation}/${message.id}`;
      const known = this.#known.get(key);
      this.#known.set(key, message);
      if (known && shownAs(known) === shownAs(message)) continue;
      const speaker = message.out ? this.#name : known ? `${who}, in the same message` : who;
      if (shownAs(message) !== '') this.#parts.push(`${speaker}:\n${shownAs(message)}`);
    }
    for (const [key, known] of this.#known) {
      if (!key.startsWith(`${conversation}/`) || messages.some(({ id }) => key.endsWith(`/${id}`))) continue;
      this.#known.delete(key);
      if (known.out) this.tells('no longer sees that message');
    }
  }

  /** Times, dates, and ports are other ones each time. */
  get text(): string {
    return `${masked(this.#parts.join('\n\n'))}\n`;
  }
}

const shownAs = ({ text, buttons }: PersonMessage): string =>
  [...(text === '' ? [] : text.split('\n')), ...buttons.map((row) => row.map((label) => `[${label}]`).join(' '))]
    .map((line) => `  ${line}`.trimEnd())
    .join('\n');

const masks: readonly (readonly [RegExp, string])[] = [
  [/\d{1,2} de \p{L}+ de 20\d\d/gu, '‹date›'],
  [/\d{1,2} \p{L}+ 20\d\d\s[гр]\./gu, '‹date›'],
  [/\p{L}+ \d{1,2}, 20\d\d/gu, '‹date›'],
  [/(127\.0\.0\.1):\d+/g, '$1:‹port›'],
  [/\b\d\d:\d\d(?::\d\d)?\b/g, '‹time›'],
];

const masked = (text: string): string => masks.reduce((result, [what, mask]) => result.replaceAll(what, mask), text);
