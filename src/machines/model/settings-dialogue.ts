import type { EpochMs } from './ids.ts';
import type { Picking, Question, SettingsInput } from './settings.ts';

/** Where a person is in the settings bot. */
export interface Whereabouts {
  /** The message his screen stands in. */
  readonly screenMessage: number | undefined;
  readonly question: OpenQuestion | undefined;
  readonly picking: Picking | undefined;
}

export interface OpenQuestion {
  readonly question: Question;
  readonly askedAt: EpochMs;
  /** Answers that were not taken. */
  readonly wrong: number;
}

/** Something the person did. `language` and `name`: of his Telegram. */
export interface Deed {
  readonly input: SettingsInput;
  readonly language: string | undefined;
  readonly name: string | undefined;
}
