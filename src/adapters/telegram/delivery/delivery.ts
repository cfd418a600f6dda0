import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import { Api, helpers } from 'telegram';
import { UserId } from '../../../machines/model/ids.ts';
import type { TelegramAccount } from '../client/account.ts';
import { type Clock, systemClock } from '../client/clock.ts';
import { rpcErrorText, TelegramTimeout } from '../client/errors.ts';
import { notDelivered } from './refusals.ts';
import { type FileToUpload, upload } from './upload.ts';

/** An audio file on its way into a conversation. */
export interface AudioFile extends FileToUpload {
  /** The same for every attempt to send it: Telegram knows a repetition by it. */
  readonly key: string;
  readonly title: string;
  readonly performer: string;
  readonly durationMs: number;
  readonly caption: string;
}

/** Sends audio files from the chat account into its conversations with users. */
export interface AccountDelivery {
  readonly maxBytes: number;
  /** @throws NotDelivered; the file may have been sent all the same */
  sendAudio(to: string, audio: AudioFile, signal: AbortSignal): Promise<void>;
}

export interface AccountDeliveryOptions {
  readonly account: TelegramAccount;
  readonly log: Logger;
  readonly clock?: Clock;
}

/** 4 000 parts of 512 kB, which an account without Premium may upload. */
const maxBytes = 4_000 * 512 * 1_024;
const sendTimeoutMs = 30_000;

export function accountDelivery({ account, log, clock = systemClock }: AccountDeliveryOptions): AccountDelivery {
  const send = async (to: string, audio: AudioFile, signal: AbortSignal) => {
    const peer = await account.inputPeer(UserId(to));
    const file = await upload(audio, { account, clock, log, signal });
    signal.throwIfAborted();
    const { title, performer, fileName, caption, durationMs } = audio;
    await account.invoke(
      new Api.messages.SendMedia({
        peer,
        media: new Api.InputMediaUploadedDocument({
          file,
          mimeType: 'audio/ogg',
          attributes: [
            new Api.DocumentAttributeAudio({ duration: Math.round(durationMs / 1_000), title, performer }),
            new Api.DocumentAttributeFilename({ fileName }),
          ],
        }),
        message: caption,
        randomId: randomIdOf(audio.key),
      }),
      sendTimeoutMs,
    );
  };
  return {
    maxBytes,
    async sendAudio(to, audio, signal) {
      try {
        await send(to, audio, signal).catch((error: unknown) => {
          if (signal.aborted || !isInDoubt(error)) throw error;
          return send(to, audio, signal);
        });
      } catch (error) {
        if (rpcErrorText(error) === 'RANDOM_ID_DUPLICATE') return;
        throw notDelivered(error);
      }
    },
  };
}

/**
 * Whether it was sent is unknown: there was no answer, or the library asked again on a new connection, and the parts had
 * been used up by then. All of it is done again, and the random id tells the repetition.
 */
const isInDoubt = (error: unknown) =>
  error instanceof TelegramTimeout || (rpcErrorText(error)?.startsWith('FILE_PART') ?? false);

/** 64 bits that are always the same for the same file. */
const randomIdOf = (key: string) =>
  helpers.returnBigInt(createHash('sha256').update(key).digest().readBigInt64LE().toString());
