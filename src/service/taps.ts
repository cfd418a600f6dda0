import type { Note } from '../actors/inspection/ladder.ts';
import type { Conversation } from '../actors/ports/conversation.ts';
import type { Lane } from '../actors/ports/inspector.ts';
import type { Media } from '../actors/ports/media.ts';
import type { TelegramCalls } from '../actors/ports/telegram-calls.ts';
import type { OutsideOptions } from './outside.ts';

type Tell = (note: Note) => void;
type Told = Pick<Note, 'label' | 'call' | 'thread'> & { readonly isIn?: true };

/** By method: what is told of it, from what it was called with. What is not in it is not told. */
type Table<Port> = { readonly [Name in keyof Port]?: (...args: Parameters<Extract<Port[Name], Call>>) => Told };
// biome-ignore lint/suspicious/noExplicitAny: any function fits
type Call = (...args: any[]) => unknown;

/** The same port; each call that the table knows is told before it is made. */
function tapped<Port extends object>(port: Port, tell: (told: Told) => void, table: Table<Port>): Port {
  return new Proxy(port, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      const told = table[name as keyof Port] as ((...args: unknown[]) => Told) | undefined;
      return (...args: unknown[]): unknown => {
        if (told) tell(told(...args));
        return (member as Call).apply(target, args);
      };
    },
  });
}

const between =
  (kind: Note['kind'], other: Lane, note: Tell) =>
  ({ isIn, ...told }: Told): void =>
    note({ kind, from: isIn ? other : 'siptg', to: isIn ? 'siptg' : other, ...told });

/** SIP messages by method and status. */
export const tappedSip = (sip: OutsideOptions['sip'], note: Tell): OutsideOptions['sip'] => ({
  ...sip,
  onMessage: ({ isIn, label, call, dialog }) => {
    between('sip', 'party', note)({ label, call, thread: dialog, ...(isIn && { isIn }) });
  },
});

/** Calls between the user and the chat account, by what they are called here. */
export function tappedTelegram(calls: TelegramCalls, note: Tell): TelegramCalls {
  const tell = between('telegram', 'user', note);
  const port = tapped(calls, tell, {
    ring: (leg) => ({ label: 'rings the user', thread: leg }),
    answer: (leg) => ({ label: 'takes the user’s call', thread: leg }),
    hangUp: (leg, { kind }) => ({ label: `hangs up: ${kind}`, thread: leg }),
  });
  return {
    ring: (leg, user) => port.ring(leg, user),
    answer: (leg) => port.answer(leg),
    hangUp: (leg, cause) => port.hangUp(leg, cause),
    watch: (leg, listener) =>
      calls.watch(leg, (fact) => {
        tell({ isIn: true, label: fact.type, thread: leg });
        listener(fact);
      }),
    onOffer: (listener) =>
      calls.onOffer((offer) => {
        tell({ isIn: true, label: 'user calls', thread: offer.voiceLegId });
        listener(offer);
      }),
  };
}

/** Messages in the chat: that there was one, and of which call. What only names its reader belongs to none. */
export const tappedChats = (chats: Conversation, note: Tell): Conversation =>
  tapped(chats, between('telegram', 'user', note), {
    sayWithButtons: (_, { callId }) => ({ label: 'message', call: callId }),
    edit: (_, { callId }) => ({ label: 'message edited', call: callId }),
  });

/** Who hears whom. Joining a voice leg with a call says which call the leg serves. */
export function tappedMedia(media: Media, note: Tell): Media {
  const tell = between('media', 'media', note);
  const of = (leg: string) => ({ thread: leg });
  return tapped(media, tell, {
    connect: (a, b) => ({ label: 'joins user and party', call: b, thread: a }),
    hear: (listener, speaker) => ({ label: speaker === undefined ? 'hears nobody' : 'hears', ...of(listener) }),
    playTone: (leg, tone) => ({ label: `plays ${tone}`, ...of(leg) }),
    stopTone: (leg) => ({ label: 'stops the tone', ...of(leg) }),
    playMusic: (leg) => ({ label: 'plays music', ...of(leg) }),
  });
}
