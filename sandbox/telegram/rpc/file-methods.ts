import { RpcError, type TlObject } from '../wire/contract.ts';
import type { World } from '../world/world.ts';
import { bytes, child, int, long, tl } from './fields.ts';
import type { Caller, MethodTable } from './methods.ts';
import { knownDocument } from './send-methods.ts';

const maxChunkBytes = 1024 * 1024;

export function fileMethods(world: World): MethodTable {
  const savePart = (request: TlObject, { userId }: Caller) => {
    world.documents.savePart(userId, long(request, 'file_id'), int(request, 'file_part'), bytes(request, 'bytes'));
    return true;
  };
  return {
    'upload.saveFilePart': savePart,
    'upload.saveBigFilePart': savePart,

    'upload.getFile'(request) {
      const location = child(request, 'location');
      if (location._ !== 'inputDocumentFileLocation') throw new RpcError(400, 'LOCATION_INVALID');
      const document = knownDocument(world, location);
      const offset = Number(long(request, 'offset'));
      const limit = int(request, 'limit');
      if (limit <= 0 || limit > maxChunkBytes) throw new RpcError(400, 'LIMIT_INVALID');
      if (offset < 0) throw new RpcError(400, 'OFFSET_INVALID');
      return tl('upload.file', {
        type: tl('storage.fileUnknown'),
        mtime: document.date,
        bytes: document.bytes.subarray(offset, offset + limit),
      });
    },
  };
}
