import { type DtmfDigit, isDtmfDigit } from './tone.ts';

/** What a press of a button in the conversation with the chat account asks for. */
export type Action =
  | { readonly kind: 'key'; readonly digit: DtmfDigit }
  /** The same number on the same line once more. */
  | { readonly kind: 'redial' }
  /** Ask again which line is to be used for this number. */
  | { readonly kind: 'lines' }
  | { readonly kind: 'callback'; readonly on: boolean }
  /** Yes, this word is to be dialled. */
  | { readonly kind: 'dial'; readonly word: string }
  /** `choice`: place of the line in the question, from 0. */
  | { readonly kind: 'line'; readonly choice: number }
  /** Gives up an outgoing call, or leaves the line question. */
  | { readonly kind: 'cancel' }
  /** What the label offered, so that a second press of it does not undo the first. */
  | { readonly kind: 'record'; readonly wanted: 'start' | 'stop' }
  | { readonly kind: 'reconnect' }
  /** Without a version: of the reconnection message. */
  | { readonly kind: 'end'; readonly version?: number }
  | { readonly kind: 'transfer' | 'switch' | 'decline'; readonly version: number };

/**
 * The action as a button carries it: at most 35 bytes, so that Telegram's 64 bytes hold the message's token and a check
 * code as well. Buttons of the parallel message carry the version of its state: a press made on an older state is told from
 * a new one (D-39).
 */
export function formatAction(action: Action): string {
  switch (action.kind) {
    case 'key':
      return `key:${action.digit}`;
    case 'callback':
      return `callback:${action.on ? 'on' : 'off'}`;
    case 'dial':
      // A word has up to 32 letters, which leaves room for no longer name.
      return `d:${action.word}`;
    case 'line':
      return `line:${action.choice}`;
    case 'record':
      return `record:${action.wanted}`;
    case 'end':
      return action.version === undefined ? 'end' : `end:${action.version}`;
    case 'transfer':
    case 'switch':
    case 'decline':
      return `${action.kind}:${action.version}`;
    case 'redial':
    case 'lines':
    case 'cancel':
    case 'reconnect':
      return action.kind;
  }
}

/** Undefined for whatever `formatAction` does not make, such as buttons of an older release. */
export function parseAction(text: string): Action | undefined {
  const colon = text.indexOf(':');
  const name = colon < 0 ? text : text.slice(0, colon);
  const argument = colon < 0 ? undefined : text.slice(colon + 1);
  switch (name) {
    case 'redial':
    case 'lines':
    case 'cancel':
    case 'reconnect':
      return argument === undefined ? { kind: name } : undefined;
    case 'key':
      return argument !== undefined && isDtmfDigit(argument) ? { kind: 'key', digit: argument } : undefined;
    case 'callback':
      return argument === 'on' || argument === 'off' ? { kind: 'callback', on: argument === 'on' } : undefined;
    case 'd':
      return argument !== undefined && /^[A-Za-z]{2,32}$/.test(argument) ? { kind: 'dial', word: argument } : undefined;
    case 'line': {
      const choice = whole(argument);
      return choice === undefined ? undefined : { kind: 'line', choice };
    }
    case 'record':
      return argument === 'start' || argument === 'stop' ? { kind: 'record', wanted: argument } : undefined;
    case 'end':
      return argument === undefined ? { kind: 'end' } : versioned(name, argument);
    case 'transfer':
    case 'switch':
    case 'decline':
      return versioned(name, argument);
  }
  return undefined;
}

function versioned(kind: 'end' | 'transfer' | 'switch' | 'decline', argument: string | undefined): Action | undefined {
  const version = whole(argument);
  return version === undefined ? undefined : { kind, version };
}

const whole = (digits: string | undefined): number | undefined =>
  digits !== undefined && /^(0|[1-9]\d{0,8})$/.test(digits) ? Number(digits) : undefined;
