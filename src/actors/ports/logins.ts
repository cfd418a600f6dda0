/** A login of the chat account, as its host keeps it. */
export interface Login {
  /** Secret: whoever has it is the account. */
  readonly session: string;
  /** The account's second factor, where its owner wants further hosts to log in without him. Secret. */
  readonly secondFactor?: string | undefined;
  /** How the account's other logins name this one: 64 bits, signed, decimal. */
  readonly authorization?: string | undefined;
}

/** `lost`: Telegram does not accept it any more. */
export type LoginState = 'ready' | 'lost';

/** What is told of a host's login. */
export interface HostLogin {
  readonly host: string;
  readonly state: LoginState;
  readonly madeAt: Date;
  readonly authorization: string | undefined;
}

/** What a host asks of those that are logged in. */
export type LoginTask =
  /** To vouch for it: the token is base64url. */
  | { readonly kind: 'accept'; readonly token: string }
  /** To end another host's login. */
  | { readonly kind: 'end'; readonly authorization?: string | undefined };

export interface LoginRequest {
  readonly id: string;
  /** The one that wants to log in, or is to be logged out. */
  readonly host: string;
  readonly task: LoginTask;
}

export type LoginReply =
  | { readonly kind: 'done'; readonly authorization?: string | undefined }
  /** By one host, in Telegram's words; another may do it yet. */
  | { readonly kind: 'refused'; readonly why: string };

/** How hosts ask one another about the account's logins. Only who has the installation's key can ask, and read it. */
export interface LoginRequests {
  /** Replaces what was asked before about the same host. @returns the request's id */
  ask(host: string, task: LoginTask, livesMs: number): Promise<string>;
  reply(id: string): Promise<LoginReply | undefined>;
  withdraw(id: string): Promise<void>;
  /**
   * What others may do for somebody else: not taken, not expired, not refused by them. One that is not sealed with our key is
   * not among them; `forged` is told once.
   */
  open(by: string, forged: (id: string) => void): Promise<readonly LoginRequest[]>;
  /** @returns false: another host was faster, or it is too late */
  take(id: string, by: string): Promise<boolean>;
  done(id: string, by: string, authorization?: string): Promise<void>;
  refuse(id: string, by: string, why: string): Promise<void>;
  /** A host's login is named so, unless it is known already. */
  name(host: string, authorization: string): Promise<void>;
  /** Calls back whenever there may be something new to see. Returns the end of it. */
  watch(look: () => void): Promise<() => Promise<void>>;
}
