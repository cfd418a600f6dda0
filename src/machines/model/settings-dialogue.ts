import { EpochMs, UserId } from './ids.ts';
import type { Picking, Question, SettingsInput } from './settings.ts';

/** Where a person is in the settings bot. */
export interface Whereabouts {
  /** The message his screen stands in. */
  readonly screenMessage: number | undefined;
  readonly question: OpenQuestion | undefined;
  readonly picking: Picking | undefined;
  /** Closed by its time or by trouble, not by him: what he writes next may still be meant as its answer. */
  readonly givenUp: Question | undefined;
}

export interface OpenQuestion {
  readonly question: Question;
  readonly askedAt: EpochMs;
  /** Answers that were not taken. */
  readonly wrong: number;
}

/** How long a question waits for its answer (product §3.4). */
export const answerMs = 300_000;

/** The deadline of a person's question: this kind, at this prefix and the person's id. */
export const answerKind = 'answer';
export const dialogueAddressPrefix = 'dialogue/';

export const answerIsDueAt = ({ askedAt }: Pick<OpenQuestion, 'askedAt'>): EpochMs => EpochMs(askedAt + answerMs);

/** @returns whose question it is; undefined: the deadline is another one's */
export const askedPerson = ({ address, kind }: { address: string; kind: string }): UserId | undefined =>
  kind === answerKind && address.startsWith(dialogueAddressPrefix)
    ? UserId(address.slice(dialogueAddressPrefix.length))
    : undefined;

/** Something the person did. `key`: of it alone, as in the inbox; `language` and `name`: of his Telegram. */
export interface Deed {
  readonly key: string;
  readonly input: SettingsInput;
  readonly language: string | undefined;
  readonly name: string | undefined;
  /** It waited for too long to be done any more. */
  readonly isLate: boolean;
}
