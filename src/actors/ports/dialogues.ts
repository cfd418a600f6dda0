import type { UserId } from '../../machines/model/ids.ts';
import type { Whereabouts } from '../../machines/model/settings-dialogue.ts';

/** Where people are in the settings bot; survives the process. */
export interface Dialogues {
  of(user: UserId): Promise<Whereabouts>;
  /** With the deadline of the question that is open, which is told like any other; without a question there is none. */
  save(user: UserId, whereabouts: Whereabouts): Promise<void>;
}
