import { Api, GrammyError, HttpError, InputFile } from 'grammy';
import { type DeliveryFault, NotDelivered } from '../../../machines/model/recording-faults.ts';
import { signal as forLibrary } from '../polling.ts';

/** An audio file on its way to a chat. */
export interface AudioFile {
  readonly fileName: string;
  readonly title: string;
  readonly performer: string;
  readonly durationMs: number;
  readonly caption: string;
  /** From the beginning, each time it is called. */
  read(): AsyncIterable<Uint8Array>;
}

/** What the settings bot sends on its own: to groups and channels it is in, and to people who started it. */
export interface BotDelivery {
  readonly maxBytes: number;
  /** @throws NotDelivered; the file may have been sent all the same, and will then be there twice */
  sendAudio(chat: string, audio: AudioFile, signal: AbortSignal): Promise<void>;
  /** @throws NotDelivered */
  say(chat: string, text: string, signal: AbortSignal): Promise<void>;
}

export interface BotDeliveryOptions {
  /** Secret. */
  readonly token: string;
  /** Without a slash at the end; https://api.telegram.org by default. */
  readonly apiRoot?: string;
}

/** Bots may upload 50 MB in one request; 45 leave room for its other fields (product §8). */
const maxBytes = 45_000_000;
/** 45 MB at 1.2 Mbit/s. */
const uploadTimeoutMs = 300_000;
const sayTimeoutMs = 15_000;
const maxTextLength = 4_096;

export function botDelivery({ token, apiRoot }: BotDeliveryOptions): BotDelivery {
  const api = new Api(token, {
    ...(apiRoot !== undefined && { apiRoot }),
    timeoutSeconds: uploadTimeoutMs / 1_000 + 5,
  });
  return {
    maxBytes,
    async sendAudio(chat, audio, signal) {
      const { fileName, title, performer, caption, durationMs } = audio;
      const limit = AbortSignal.any([signal, AbortSignal.timeout(uploadTimeoutMs)]);
      await followed(chat, async (to) => {
        let unread: unknown;
        // The library writes names without the quotes that RFC 7578 wants around spaces.
        const quoted = `"${fileName.replaceAll(/["\\\r\n]/g, '')}"`;
        const file = new InputFile(() => watched(audio.read(), (error) => (unread = error)), quoted);
        const duration = Math.round(durationMs / 1_000);
        const payload = { title, performer, caption, duration };
        await api.sendAudio(to, file, payload, forLibrary(limit)).catch((error: unknown) => {
          throw unread ?? error;
        });
      });
    },
    async say(chat, text, signal) {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(sayTimeoutMs)]);
      await followed(chat, (to) => api.sendMessage(to, text.slice(0, maxTextLength), {}, forLibrary(limit)));
    },
  };
}

/** A group that became a supergroup has another id; the one that was chosen stays known. */
async function followed(chat: string, send: (to: string | number) => Promise<unknown>): Promise<void> {
  try {
    await send(chat).catch((error: unknown) => {
      const successor = error instanceof GrammyError ? error.parameters.migrate_to_chat_id : undefined;
      if (successor === undefined) throw error;
      return send(successor);
    });
  } catch (error) {
    throw notDelivered(error);
  }
}

/** The library wraps errors of reading; the file system's own says more. */
async function* watched(stream: AsyncIterable<Uint8Array>, onError: (error: unknown) => void) {
  try {
    yield* stream;
  } catch (error) {
    onError(error);
    throw error;
  }
}

/** What the Bot API says in prose; what is not listed is shown as it came. */
const refusals: readonly (readonly [RegExp, DeliveryFault])[] = [
  [/chat not found|chat was deleted/, { kind: 'chat-gone' }],
  [/bot was kicked|bot is not a member/, { kind: 'not-member' }],
  [/not enough rights|have no rights|need administrator rights|CHAT_WRITE_FORBIDDEN/, { kind: 'no-rights' }],
  [/bot was blocked by the user/, { kind: 'blocked' }],
  [/user is deactivated/, { kind: 'user-gone' }],
];

function notDelivered(cause: unknown): unknown {
  if (cause instanceof GrammyError) {
    const seconds = cause.parameters.retry_after;
    if (seconds !== undefined) return new NotDelivered({ kind: 'wait' }, { cause, retryAfterMs: seconds * 1_000 });
    const words = cause.description.replace(/^(Bad Request|Forbidden): /, '');
    const [, why] = refusals.find(([pattern]) => pattern.test(words)) ?? [];
    return new NotDelivered(why ?? { kind: 'refused', words }, { cause });
  }
  // What it wraps may name the address, and the token is part of that.
  if (cause instanceof HttpError) return new NotDelivered({ kind: 'unreachable' });
  return cause;
}
