import { RpcError, type TlObject } from '../wire/contract.ts';
import type { DocumentTraits } from '../world/documents.ts';
import type { Document, UserId } from '../world/model.ts';
import type { World } from '../world/world.ts';
import { child, children, has, int, isSet, long, text } from './fields.ts';

/** Makes the document of an upload. @throws RpcError MEDIA_INVALID, FILE_PARTS_INVALID, FILE_PART_n_MISSING */
export function uploadedDocument(world: World, media: TlObject, userId: UserId): Document {
  const file = child(media, 'file');
  if (file._ !== 'inputFile' && file._ !== 'inputFileBig') throw new RpcError(400, 'MEDIA_INVALID');
  const traits = traitsOf(text(media, 'mime_type'), children(media, 'attributes'));
  const named = traits.fileName || !text(file, 'name') ? traits : { ...traits, fileName: text(file, 'name') };
  return world.documents.fromUpload(userId, long(file, 'id'), int(file, 'parts'), named);
}

function traitsOf(mime: string, attributes: readonly TlObject[]): DocumentTraits {
  const audio = attributes.find(({ _ }) => _ === 'documentAttributeAudio');
  const named = attributes.find(({ _ }) => _ === 'documentAttributeFilename');
  const kind = audio ? (isSet(audio, 'voice') ? 'voice' : 'audio') : 'document';
  return {
    kind,
    mime: mime || 'application/octet-stream',
    ...(audio ? { durationSeconds: int(audio, 'duration') } : {}),
    ...(audio && has(audio, 'title') ? { title: text(audio, 'title') } : {}),
    ...(audio && has(audio, 'performer') ? { performer: text(audio, 'performer') } : {}),
    ...(named ? { fileName: text(named, 'file_name') } : {}),
  };
}
