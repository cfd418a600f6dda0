import type { DialTarget } from './party.ts';

/** What a message in the conversation with the chat account asks for (product §5.1). */
export type ReadMessage =
  | { readonly kind: 'dial'; readonly target: DialTarget; readonly shown: string }
  /** One word of letters: asked before it is dialled. */
  | { readonly kind: 'confirm'; readonly word: string }
  /** Looks like a number, but holds characters that would break a SIP header. */
  | { readonly kind: 'refused' }
  /** `/help`, and what Telegram offers to begin with. */
  | { readonly kind: 'help' }
  | { readonly kind: 'notANumber' };

const headerBreakers = /[<>";\p{Cc}]/u;
const uri = /^(sips?|tel):[^\s]+$/i;
const address = /^[^\s@:]+@[A-Za-z0-9._:[\]-]+$/;
const number = /^(?=.*\d)[A-Za-z0-9+*#._\-()/ ]+$/;
const word = /^[A-Za-z]{2,32}$/;
const help = /^\/(help|start)(@\w+)?$/i;
const command = /^\/call(?:@\w+)?\s+(.+)$/s;

/** Reads a text as a dial attempt. `thanks!` is none: a polite word must not place a call. */
export function readMessage(text: string): ReadMessage {
  const trimmed = text.trim();
  if (help.test(trimmed)) return { kind: 'help' };
  const asked = command.exec(trimmed)?.[1]?.trim();
  const wanted = asked ?? trimmed;
  if (wanted.length < 1 || wanted.length > 128) return { kind: 'notANumber' };
  if (headerBreakers.test(wanted)) return asked || /\d/.test(wanted) ? { kind: 'refused' } : { kind: 'notANumber' };
  if (uri.test(wanted)) return { kind: 'dial', target: { kind: 'uri', uri: wanted }, shown: wanted };
  if (address.test(wanted)) return { kind: 'dial', target: { kind: 'uri', uri: `sip:${wanted}` }, shown: wanted };
  if (number.test(wanted) || asked) return { kind: 'dial', target: { kind: 'number', user: wanted }, shown: wanted };
  if (word.test(wanted)) return { kind: 'confirm', word: wanted };
  return { kind: 'notANumber' };
}
