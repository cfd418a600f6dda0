import type { EpochMs, UserId } from '../../machines/model/ids.ts';
import type { Picking, Question } from '../../machines/model/settings.ts';

/** Where a person is in the settings bot; survives the process. */
export interface Dialogue {
  readonly screenMessage: number | undefined;
  readonly question: { readonly question: Question; readonly askedAt: EpochMs; readonly wrong: number } | undefined;
  readonly picking: Picking | undefined;
}

export interface Dialogues {
  of(user: UserId): Promise<Dialogue>;
  save(user: UserId, dialogue: Dialogue): Promise<void>;
}
