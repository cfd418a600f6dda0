import type { Document, UserId } from '../world/model.ts';
import type { World } from '../world/world.ts';

/** A file_id is good for one bot only, as real ones are. */
export const fileIdOf = (document: Document, botId: UserId): string =>
  Buffer.from(`${document.kind}:${document.id}:${botId}`).toString('base64url');

/** Names the same file for every bot; cannot be used to send or download it. */
export const fileUniqueIdOf = (document: Document): string => `AgAD${document.id.toString(36)}`;

export function documentByFileId(world: World, fileId: string, botId: UserId): Document | undefined {
  const match = /^\w+:(\d+):(\d+)$/.exec(Buffer.from(fileId, 'base64url').toString());
  return match?.[1] && match[2] === botId ? world.documents.find(BigInt(match[1])) : undefined;
}

export const filePathOf = (document: Document): string => `${document.kind}/file_${document.id}`;

export function documentByFilePath(world: World, path: string): Document | undefined {
  const id = /^\w+\/file_(\d+)$/.exec(path)?.[1];
  return id ? world.documents.find(BigInt(id)) : undefined;
}
