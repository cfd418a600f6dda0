import type { SipReply } from './hangup-cause.ts';
import type { HostView } from './host-state.ts';
import type { EpochMs, LineId, UserId } from './ids.ts';
import type { RecorderFault } from './recording-faults.ts';
import type { PlanLimit } from './refusals.ts';
import type { Reachability } from './registration.ts';
import type {
  AppliedSettings,
  AskedField,
  LineEdits,
  LineOptions,
  Question,
  Remark,
  Transport,
  WrongAnswer,
} from './settings.ts';
import type { DtmfDigit } from './tone.ts';

/** The dot before a line's name (product §3.3). */
export type LineDot = 'registered' | 'pending' | 'error' | 'off';

export interface LineSummary {
  readonly id: LineId;
  readonly name: string;
  readonly dot: LineDot;
  /** False: somebody else's, assigned to the reader. */
  readonly own: boolean;
}

/** Of a line, what both its owner and its user may see. */
export interface LineFacts {
  readonly id: LineId;
  readonly name: string;
  readonly dot: LineDot;
  readonly standing: Reachability;
  readonly registeredUntil: EpochMs | undefined;
  readonly enabled: boolean;
  readonly draft: boolean;
  /** The line does not fit the plan. */
  readonly limit: PlanLimit | undefined;
}

/** What only its owner may see. Values are those that Apply will make true. */
export interface LineDetails extends Omit<LineOptions, 'name'>, AppliedSettings {
  readonly hasPassword: boolean;
  /** What a press on the protocol makes of it; where there is no other, the same. */
  readonly nextTransport: Transport;
  readonly pending: readonly (keyof LineEdits)[];
  /** When they apply by themselves; undefined: none is pending. */
  readonly appliesAt: EpochMs | undefined;
  /** Undefined: Auto, none chosen yet; or one that is no longer there. */
  readonly workerShown: WorkerShown | undefined;
  /** On which the line is until its edits apply; undefined: on that one, or on none that is known. */
  readonly carriedBy: WorkerShown | undefined;
  readonly templateName: string | undefined;
  /** Fields the template does not let be edited. */
  readonly fixed: readonly (AskedField | 'transport')[];
  readonly recordingsChatTitle: string | undefined;
  /** Undefined: the owner himself. */
  readonly user: { readonly id: UserId; readonly name: string } | undefined;
  /** Somebody who was chosen and has not come yet. */
  readonly invited: { readonly name: string; readonly link: string } | undefined;
}

export type WorkerKind = 'official' | 'shared' | 'operator' | 'private';

export interface WorkerShown {
  readonly id: string;
  readonly kind: WorkerKind;
  readonly name: string;
  readonly place: string;
  readonly load: 'low' | 'medium' | 'high';
  /** Answers. */
  readonly healthy: boolean;
}

/** What stands in the one message of the settings bot that is being used. */
export type Screen = { readonly remark?: Remark } & (
  | {
      readonly kind: 'lines';
      /** All of them; `page` of those that do not fit on one screen, from 0. */
      readonly lines: readonly LineSummary[];
      readonly page?: number;
      readonly callback: boolean;
      readonly chatAccount: string;
    }
  | { readonly kind: 'own-line'; readonly facts: LineFacts; readonly details: LineDetails }
  | { readonly kind: 'assigned-line'; readonly facts: LineFacts; readonly chatAccount: string }
  /** A line that was handed over, to who may take it back. */
  | { readonly kind: 'former-line'; readonly id: LineId; readonly name: string }
  | {
      readonly kind: 'templates';
      readonly line: LineId;
      readonly templates: readonly {
        readonly id: string;
        readonly name: string;
        readonly country: string | undefined;
      }[];
    }
  | {
      readonly kind: 'workers';
      readonly line: LineId | undefined;
      readonly chosen: string | undefined;
      readonly workers: readonly WorkerShown[];
    }
  | { readonly kind: 'languages'; readonly chosen: string }
  | { readonly kind: 'recordings-chat'; readonly line: LineId; readonly title: string | undefined }
  /** `calls`: in progress on the line. */
  | {
      readonly kind: 'sure';
      readonly what: 'switch-off' | 'delete';
      readonly line: LineId;
      readonly name: string;
      readonly calls: number;
    }
  | { readonly kind: 'sure-template'; readonly line: LineId; readonly template: string; readonly name: string }
  /** Rules that were entered and wait for Apply (product §4). */
  | {
      readonly kind: 'rules';
      readonly line: LineId;
      readonly rules: readonly { readonly kind: 'replaces' | 'filters'; readonly text: string }[];
    }
  | {
      readonly kind: 'tried';
      readonly line: LineId;
      readonly number: string;
      readonly steps: readonly { readonly rule: string; readonly result: string }[];
      readonly verdict: Verdict;
    }
  | {
      readonly kind: 'question';
      readonly question: Question;
      readonly lineName: string | undefined;
      readonly hint: string | undefined;
      readonly current: string | undefined;
    }
  | { readonly kind: 'help'; readonly chatAccount: string }
  /** For the operator. */
  | { readonly kind: 'hosts'; readonly hosts: readonly HostView[] }
  | { readonly kind: 'host'; readonly host: HostView }
);

export type Verdict =
  | { readonly kind: 'dial'; readonly text: string }
  | { readonly kind: 'filtered'; readonly rule: number; readonly text: string }
  | { readonly kind: 'empty' | 'tooLong' };

/** A message of the settings bot that is no screen: it stays as it is. */
export type SettingsNotice =
  | { readonly kind: 'wrong-answer'; readonly wrong: WrongAnswer }
  | { readonly kind: 'pick-user' | 'pick-new-owner' | 'pick-chat' }
  /** With the keys of a picker gone. */
  | { readonly kind: 'picked' }
  /** We could not delete the message with it. */
  | { readonly kind: 'password-stays' }
  | {
      readonly kind: 'invitation-accepted' | 'invitation-write-first' | 'unassigned';
      readonly lineName: string;
      readonly chatAccount: string;
    }
  | { readonly kind: 'user-active'; readonly lineName: string; readonly name: string }
  | { readonly kind: 'invitation-gone' }
  | { readonly kind: 'hand-over-offer'; readonly lineName: string; readonly from: string; readonly offer: string }
  | { readonly kind: 'hand-over-taken' | 'taken-back'; readonly lineName: string; readonly name: string }
  | { readonly kind: 'hand-over-expired' }
  | { readonly kind: 'exported'; readonly text: string }
  /** What the far end of a test call noticed; `codec`: undefined when it never came to audio. */
  | {
      readonly kind: 'test-report';
      readonly lineName: string;
      readonly codec: string | undefined;
      readonly keys: readonly { readonly digit: DtmfDigit; readonly way: 'rfc2833' | 'info' | 'voice' }[];
    }
  /** The PBX did not bring a test call back. `sip`: what it said instead. */
  | { readonly kind: 'test-failed'; readonly lineName: string; readonly sip?: SipReply }
  | OwnerNotice
  | { readonly kind: 'operator-says'; readonly text: string }
  | { readonly kind: 'admin'; readonly text: string };

/** The registrar said no, or nothing that helps. */
export type RegistrationTrouble =
  | { readonly sip: SipReply; readonly detail?: undefined }
  | { readonly sip?: undefined; readonly detail: string };

/** Product §3.10, in the owner's language. */
export type OwnerNotice =
  | ({ readonly kind: 'registration-failing'; readonly lineName: string } & RegistrationTrouble)
  | { readonly kind: 'registration-recovered'; readonly lineName: string }
  /** Who talks through the line cannot be rung: he has blocked the chat account, or his privacy settings forbid its calls. */
  | { readonly kind: 'user-blocks' | 'user-privacy'; readonly lineName: string }
  | { readonly kind: 'recording-not-stored'; readonly lineName: string; readonly why: RecorderFault }
  | { readonly kind: 'worker-down' | 'worker-back'; readonly worker: string; readonly lineNames: readonly string[] }
  | { readonly kind: 'plan-limit'; readonly limit: PlanLimit }
  | { readonly kind: 'template-changed'; readonly lineName: string; readonly template: string };
