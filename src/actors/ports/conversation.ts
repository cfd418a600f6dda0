import type { CallId, EpochMs, UserId } from '../../machines/model/ids.ts';

/** A message a person sent to the chat account. */
export interface IncomingMessage {
  readonly userId: UserId;
  /** In the chat account's box; the same message keeps it when it is told again after a restart. */
  readonly messageId: number;
  readonly kind: 'text' | 'contact' | 'other';
  readonly text?: string;
  /** Of a shared contact, as Telegram shows it. */
  readonly contactPhone?: string;
  /** The `messageId` of the message this one replies to; compare it with that of a `MessageRef`. */
  readonly replyTo?: number;
  /** By Telegram's clock, whole seconds: a message recovered after an outage is old. */
  readonly sentAt: EpochMs;
}

export interface Button {
  readonly label: string;
  /** What a press reports: at most 35 bytes of UTF-8. */
  readonly action: string;
  /** A press only shows this text (at most 200 characters) and is not reported. */
  readonly locked?: string;
  /** A press opens this https address and is not reported. */
  readonly url?: string;
}

export interface MessageContent {
  readonly text: string;
  /** Rows from top to bottom. */
  readonly buttons?: readonly (readonly Button[])[];
  /** Comes back with each press. */
  readonly callId?: CallId;
  /** By default a new message has sound, and a changed one that must be sent anew has none. */
  readonly silent?: boolean;
}

/** Names a sent message; plain JSON, to be stored and handed back. Only `messageId` means anything to others. */
export interface MessageRef {
  readonly userId: UserId;
  readonly messageId: number;
  /** Present when the message was drawn by the settings bot. */
  readonly token?: string;
}

/** A button was pressed by the person the message was sent to. Telegram has its answer already, or gets it right now. */
export interface Press {
  readonly userId: UserId;
  readonly action: string;
  readonly token: string;
  /** Of the update: the same press told again has the same one. */
  readonly pressId: string;
  /** Of the person's Telegram, an IETF tag. */
  readonly language?: string;
  readonly callId?: CallId;
  /** Absent when the press overtook the end of sending. */
  readonly ref?: MessageRef;
  /** Shows a toast; counts only while the listener is being called, since the press is answered when it returns. */
  readonly answer: (text?: string) => void;
  /** Another host answers it (`PanelBot.answerPress`); counts as `answer` does. */
  readonly passOn: () => void;
}

/** A press as it is passed to another host. */
export type PassedPress = Omit<Press, 'answer' | 'passOn'>;

/** The message was not delivered. */
export class MessageNotSent extends Error {
  override readonly name = 'MessageNotSent';
  readonly reason: MessageRefusal;
  readonly retryAfterMs: number | undefined;
  constructor(reason: MessageRefusal, options: ErrorOptions & { retryAfterMs?: number } = {}) {
    super(`message was not sent: ${reason}`, options);
    this.reason = reason;
    this.retryAfterMs = options.retryAfterMs;
  }
}

export type MessageRefusal =
  /** The person blocked the chat account. */
  | 'blocked'
  | 'privacy'
  /** The person charges for messages; nothing is paid (product §14.3). */
  | 'payment-required'
  /** Telegram wants a longer wait than a message keeps its worth. */
  | 'flood'
  /** Telegram forbade first contacts, and this would be one. */
  | 'first-contact'
  /** The chat account has never seen this person. */
  | 'unknown-user'
  /** No answer; the message may have been delivered all the same. */
  | 'unreachable'
  /** Too many messages wait. */
  | 'busy'
  | 'refused';

/** The private chats of the chat account with people. */
export interface Conversation {
  /**
   * Reads messages of people: each once, in order within a chat, also those sent while nobody read.
   * A listener that throws or rejects, or takes longer than 15 s, is given the message again.
   * Returns the end of reading.
   */
  onMessage(listener: (message: IncomingMessage) => void | Promise<void>): () => void;
  /** @throws MessageNotSent */
  say(user: UserId, text: string, options?: { readonly silent?: boolean }): Promise<MessageRef>;
  /** Sends through the settings bot; when that fails, the text alone. @throws MessageNotSent */
  sayWithButtons(user: UserId, content: MessageContent): Promise<MessageRef>;
  /**
   * Changes a message where it stands if possible, else deletes it and sends it anew.
   * One change per second and chat; of several that wait for one message only the newest is made, and all get its result.
   * @returns the name the message has from now on
   * @throws MessageNotSent
   */
  edit(ref: MessageRef, content: MessageContent): Promise<MessageRef>;
  /** Deletes for both sides; what is gone already is no error. @throws MessageNotSent when Telegram did not answer */
  remove(ref: MessageRef): Promise<void>;
  /** Checked presses on messages with buttons. Returns the unsubscribe. */
  onPress(listener: (press: Press) => void | Promise<void>): () => void;
}

/** A message with buttons, from before it is sent until it is removed. */
export interface Panel {
  /** One per message, 16 characters, not to be guessed. */
  readonly token: string;
  readonly userId: UserId;
  readonly content: MessageContent;
  readonly messageId?: number;
  /** The settings bot's name for it, once a press or Telegram's feedback has told it. */
  readonly inlineMessageId?: string;
}

/** The panels of all hosts: the chat account's host registers them, the settings bot's host draws them and judges presses. */
export interface Panels {
  find(token: string): Promise<Panel | undefined>;
  /** Creates the panel. */
  add(panel: Panel): Promise<void>;
  /** Changes what is given and keeps the rest; nothing when it was removed. */
  change(token: string, change: Partial<Pick<Panel, 'content' | 'messageId' | 'inlineMessageId'>>): Promise<void>;
  remove(token: string): Promise<void>;
}

/** What the conversation needs of the settings bot. */
export interface PanelBot {
  /** Without @. */
  readonly username: string;
  /**
   * Draws the panel anew where it stands.
   * @returns false when Telegram does not know the message any more
   * @throws when Telegram did not answer, or told the bot to wait longer than 10 s
   */
  redraw(panel: Panel & { readonly inlineMessageId: string }): Promise<boolean>;
  onPress(listener: (press: Press) => void | Promise<void>): () => void;
  /** Answers a press that another host took and passed on; what cannot be answered is left. */
  answerPress(pressId: string, text: string | undefined): void;
}
