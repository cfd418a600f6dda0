import { basename } from 'node:path';
import type { Delivery } from '../../../actors/ports/recording-delivery.ts';
import type { Audio, AudioTarget } from './audio-target.ts';
import type { Part } from './ogg-stream.ts';
import type { Sound } from './sound.ts';

const maxCaptionLength = 1_024;

/**
 * Sends what a target does not have yet, part after part.
 * @param remark said under the first of them, once
 * @param onSent told how many parts it has, before the next one is sent
 */
export async function sendParts(
  delivery: Delivery,
  { sound, remark }: { readonly sound: Sound; readonly remark: string },
  to: { readonly target: AudioTarget; readonly id: string; readonly alreadySent: number },
  onSent: (count: number) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const { target, id, alreadySent } = to;
  const parts = await sound.parts(target.maxBytes);
  for (const [index, part] of parts.entries()) {
    if (index < alreadySent) continue;
    signal.throwIfAborted();
    const caption = index === 0 ? `${delivery.caption}${remark && `\n${remark}`}` : delivery.caption;
    await target.sendAudio(id, audioOf({ ...delivery, caption }, id, part, index, parts.length), signal);
    await onSent(index + 1);
  }
}

function audioOf(delivery: Delivery, to: string, part: Part, index: number, count: number): Audio {
  const number = count === 1 ? '' : ` (${index + 1}/${count})`;
  const { recording, title, performer, caption } = delivery;
  return {
    key: `${recording}/${to}/${index}/${count}`,
    fileName: `${plain(title)} ${stamp(delivery.startedAt)}${number.replace('/', ' of ')}.ogg`,
    title: `${title}${number}`,
    performer,
    durationMs: part.durationMs,
    caption: `${caption.slice(0, maxCaptionLength - number.length)}${number}`.trim(),
    bytes: part.bytes,
    read: () => part.read(),
  };
}

/** As a file may be called anywhere. */
const plain = (title: string) =>
  basename(title)
    .replace(/[^\p{L}\p{N}+@._ -]/gu, '')
    .trim()
    .slice(0, 60) || 'call';

/** UTC; the hour the user saw is in the caption. */
const stamp = (at: number) => new Date(at).toISOString().slice(0, 16).replace('T', ' ').replace(':', '.');
