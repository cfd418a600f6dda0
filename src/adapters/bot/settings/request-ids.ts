import type { PickerKey } from '../../../actors/ports/settings-chat.ts';

/**
 * Telegram wants another id for each key of one message, and 32 bits at most; the keys for a group and for a channel belong to
 * one request of ours.
 * @throws RangeError for requests of 2^30 and more
 */
export function requestId({ request, picks }: PickerKey): number {
  if (request >= 2 ** 30) throw new RangeError('a request has less than 31 bits');
  return 2 * request + (picks === 'channel' ? 1 : 0);
}

export const requestOf = (id: number): number => Math.floor(id / 2);
