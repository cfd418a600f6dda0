import { type Actor, createActor, waitFor } from 'xstate';
import type { UserId } from '../../machines/model/ids.ts';
import type { Deed } from '../../machines/model/settings-dialogue.ts';
import type { settingsDialogueMachine } from '../../machines/settings-dialogue.ts';
import type { Inspection } from '../inspection/hub.ts';
import { type DialogueParts, settingsDialogue } from './dialogue.ts';

export type ActorClock = NonNullable<Parameters<typeof createActor>[1]>['clock'];
type Dialogue = Actor<typeof settingsDialogueMachine>;

/** The dialogues of those who are here now; the others are taken from where they are written down when they come. */
export class LiveDialogues {
  readonly #parts: DialogueParts & { readonly inspection?: Inspection };
  readonly #clock: ActorClock;
  readonly #machine: ReturnType<typeof settingsDialogue>;
  readonly #dialogues = new Map<UserId, Dialogue>();

  constructor(parts: DialogueParts & { readonly inspection?: Inspection }, clock: ActorClock) {
    this.#parts = parts;
    this.#clock = clock;
    this.#machine = settingsDialogue(parts);
  }

  get size(): number {
    return this.#dialogues.size;
  }

  /** Until what follows from the deed has been shown. One at a time for each person. */
  async attend(user: UserId, deed: Deed): Promise<void> {
    let dialogue = await this.open(user);
    // Its clock may have begun something since.
    while (!isResting(dialogue)) dialogue = await this.open(user);
    const { kind } = deed.input;
    dialogue.send({ type: kind === 'text' || kind === 'other' ? 'person.wrote' : 'person.acted', deed });
    await atRest(dialogue);
  }

  /** The person's dialogue, where he was, with the question that is open: from now on it sees itself to its end. */
  async open(user: UserId): Promise<Dialogue> {
    const known = this.#dialogues.get(user);
    if (known) await atRest(known);
    if (known && isResting(known)) return known;
    const whereabouts = await this.#parts.dialogues.of(user);
    const input = { user, whereabouts, at: this.#parts.clock.now() };
    const dialogue = createActor(this.#machine, {
      input,
      ...(this.#clock && { clock: this.#clock }),
      ...this.#parts.inspection?.root(`bot-chat/${user}`, this.#machine, input),
    });
    const forget = () => void (this.#dialogues.get(user) === dialogue && this.#dialogues.delete(user));
    dialogue.subscribe({
      complete: forget,
      error: (error) => {
        forget();
        this.#parts.faults.report('settings dialogue', error);
      },
    });
    this.#dialogues.set(user, dialogue);
    dialogue.start();
    await atRest(dialogue);
    return dialogue;
  }

  async settled(): Promise<void> {
    await Promise.all([...this.#dialogues.values()].map(atRest));
  }

  stop(): void {
    for (const dialogue of this.#dialogues.values()) dialogue.stop();
    this.#dialogues.clear();
  }
}

const isActive = (dialogue: Dialogue): boolean => dialogue.getSnapshot().status === 'active';
const isResting = (dialogue: Dialogue): boolean => isActive(dialogue) && dialogue.getSnapshot().hasTag('resting');

async function atRest(dialogue: Dialogue): Promise<void> {
  while (isActive(dialogue) && !isResting(dialogue)) {
    await waitFor(dialogue, (snapshot) => snapshot.status !== 'active' || snapshot.hasTag('resting')).catch(() => {});
  }
}
