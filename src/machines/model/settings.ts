import type { EpochMs, LineId, UserId } from './ids.ts';
import type { DtmfMethod } from './tone.ts';

/** In the order in which a press goes through them. */
export const transports = ['udp', 'tcp', 'tls'] as const;
export type Transport = (typeof transports)[number];

/** What a question in the settings bot asks for (product §3.4). */
export type AskedField = 'name' | 'login' | 'password' | 'domain' | 'proxy' | 'codecs' | 'dtmf' | 'rules' | 'quiet';

/** When nobody is rung, by the clock of a place (product §16, B-17). Minutes of the day; `until` may lie before `from`. */
export interface QuietHours {
  readonly from: number;
  readonly until: number;
  /** IANA name, e.g. `Europe/Berlin`. */
  readonly timeZone: string;
}

/** What takes effect at once, from the next call on. */
export interface LineOptions {
  readonly name: string;
  /** In order of preference. */
  readonly codecs: readonly string[];
  readonly dtmfMethods: readonly DtmfMethod[];
  readonly recording: boolean;
  /** Bot API chat id; undefined: the user's conversation with the chat account. */
  readonly recordingsChat: string | undefined;
  readonly quietHours: QuietHours | undefined;
}

/** What waits for Apply, or for 5 minutes after the first edit (D-03). The password is beside it: it is never read back. */
export interface AppliedSettings {
  readonly login: string;
  readonly domain: string;
  /** Empty: the domain is contacted. */
  readonly proxy: string;
  readonly transport: Transport;
  /** `auto`, or the id of a worker. */
  readonly worker: string;
  /** Id in the catalogue. */
  readonly template: string | undefined;
  readonly dialRules: string;
}

/** A line with everything its owner can see of it. */
export interface OwnedLine extends LineOptions, AppliedSettings {
  readonly id: LineId;
  readonly owner: UserId;
  /** Who talks through it. */
  readonly user: UserId;
  readonly enabled: boolean;
  /** The Worker whose hosts register it, by the settings that are applied. */
  readonly carrier: string;
  /** Never switched on yet: Apply switches it on as soon as it can be (product §3.4). */
  readonly draft: boolean;
  readonly hasPassword: boolean;
  /** Edits since the last Apply. */
  readonly pending: LineEdits;
  /** Of the first of them. */
  readonly pendingSince: EpochMs | undefined;
  /** May take the line back until the present owner changes the password (D-07). */
  readonly formerOwner: UserId | undefined;
}

/** Edits that wait for Apply. `password`: that there is a new one. */
export type LineEdits = Partial<AppliedSettings> & { readonly password?: true };

/** A press of a button the settings bot drew in its own conversation. */
export type SettingsPress =
  | { readonly do: 'new' | 'cancel' | 'workers' | 'import' | 'language-list' }
  /** For the operator; `hosts`: all of them. */
  | { readonly do: 'hosts' }
  | { readonly do: 'host'; readonly host: string }
  | { readonly do: 'drain'; readonly host: string; readonly on: boolean }
  /** `page`: of a long list, from 0; the first where it is absent. */
  | { readonly do: 'lines'; readonly page?: number }
  | { readonly do: 'callback'; readonly on: boolean }
  | { readonly do: 'language'; readonly language: string }
  | { readonly do: 'ask'; readonly line: LineId; readonly field: AskedField }
  /** The rules as edited are tried on a number (B-6). */
  | { readonly do: 'try'; readonly line: LineId }
  | {
      readonly do:
        | 'line'
        | 'templates'
        | 'line-workers'
        | 'chat'
        | 'chat-clear'
        | 'user'
        | 'unlink'
        | 'apply'
        /** Takes back the dial rules that were entered and wait. */
        | 'discard'
        | 'switch-on'
        | 'transfer'
        | 'transfer-back'
        | 'export'
        | 'test-call';
      readonly line: LineId;
    }
  /** `sure`: the answer to our question; its Yes is on another button than the first press. */
  | { readonly do: 'switch-off' | 'delete'; readonly line: LineId; readonly sure: boolean }
  /** These two carry what is wanted: a press that is done again after a crash changes nothing more. */
  | { readonly do: 'recording'; readonly line: LineId; readonly on: boolean }
  | { readonly do: 'protocol'; readonly line: LineId; readonly to: Transport }
  | { readonly do: 'template'; readonly line: LineId; readonly template: string; readonly sure: boolean }
  | { readonly do: 'worker'; readonly line: LineId; readonly worker: string }
  /** Of a message that is no screen: it stays good until the offer is over. */
  | { readonly do: 'take'; readonly offer: string };

/** What a person does in the conversation with the settings bot. */
export type SettingsInput =
  | {
      readonly kind: 'command';
      readonly command: 'start' | 'softphone' | 'workers' | 'help' | 'language' | 'cancel' | AdminCommand;
      /** What follows the command, trimmed. */
      readonly payload: string;
    }
  /** `messageId`: of this message. */
  | { readonly kind: 'text'; readonly text: string; readonly messageId: number }
  /** Anything else a question cannot take. */
  | { readonly kind: 'other' }
  /** `messageId`: of the message the button stands on. */
  | { readonly kind: 'press'; readonly press: SettingsPress; readonly messageId: number }
  | { readonly kind: 'user-picked'; readonly request: number; readonly user: UserId; readonly name: string | undefined }
  | {
      readonly kind: 'chat-picked';
      readonly request: number;
      readonly chat: string;
      readonly title: string | undefined;
    };

/** For the ids in ADMIN_IDS only. */
export type AdminCommand = 'owners' | 'lines' | 'plan' | 'notice' | 'hosts';

/** A question that is open: the next text message is its answer. */
export type Question =
  | { readonly kind: 'field'; readonly line: LineId; readonly field: AskedField }
  | { readonly kind: 'try'; readonly line: LineId }
  | { readonly kind: 'import' };

/** A picker key that is shown below the input field. */
export type Picking =
  | { readonly kind: 'user'; readonly line: LineId; readonly request: number }
  | { readonly kind: 'recordings-chat'; readonly line: LineId; readonly request: number }
  | { readonly kind: 'new-owner'; readonly line: LineId; readonly request: number };

/** Why an answer was not taken. `rule`: of dial rules, with the place of the trouble in the whole text, from 0. */
export type WrongAnswer =
  | { readonly kind: 'field'; readonly field: AskedField }
  | { readonly kind: 'rule'; readonly rule: string; readonly position: number; readonly why: string }
  | { readonly kind: 'unknown-codec'; readonly word: string; readonly known: readonly string[] }
  /** An address on our own machine or network, which the operator does not allow. */
  | { readonly kind: 'private-address'; readonly host: string }
  | { readonly kind: 'unknown-host'; readonly host: string }
  | { readonly kind: 'number' }
  /** `line`: of the text, from 1. `text`: of an unknown key only what cannot be a secret; empty: nothing of it. */
  | {
      readonly kind: 'import';
      readonly line: number;
      readonly why: 'unknown-key' | 'wrong-value' | 'too-long' | 'empty' | 'plan';
      readonly text: string;
    };

/** Something a screen says above everything else, once. */
export type Remark =
  | { readonly kind: 'wrong-parameters'; readonly missing: readonly ('login' | 'password' | 'domain')[] }
  | {
      readonly kind:
        | 'applied'
        | 'rules-discarded'
        | 'switched-on'
        | 'switched-off'
        | 'gave-up'
        | 'expired'
        | 'try-again'
        | 'not-yours';
    }
  | { readonly kind: 'not-in-plan'; readonly what: 'recording' | 'assignment' | 'paid-workers' }
  /** The plan allows so many lines. */
  | { readonly kind: 'lines-limit'; readonly limit: number }
  | { readonly kind: 'deleted'; readonly name: string }
  | { readonly kind: 'imported'; readonly count: number }
  | { readonly kind: 'chat-refused'; readonly title: string | undefined; readonly reason: string }
  | { readonly kind: 'chat-chosen'; readonly title: string | undefined }
  | { readonly kind: 'user-chosen'; readonly name: string }
  /** He has to open the link, or to write to the chat account, first (D-06). */
  | { readonly kind: 'user-invited'; readonly name: string; readonly link: string }
  | { readonly kind: 'offered'; readonly name: string }
  /** A hand-over of which the bot could not tell the receiver. */
  | { readonly kind: 'offered-by-link'; readonly name: string; readonly link: string }
  | { readonly kind: 'test-call'; readonly outcome: TestCallOutcome };

/**
 * What became of the wish for a test call (B-14); how it went is told when it is over. `busy`: the person is in a call.
 * `assigned`: somebody else talks through the line.
 */
export type TestCallOutcome = 'started' | 'not-registered' | 'busy' | 'assigned' | 'restarting';
