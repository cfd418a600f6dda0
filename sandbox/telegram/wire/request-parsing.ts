import { type ClientDevice, RpcError, type TlObject } from './contract.ts';
import type { Layers } from './layers.ts';
import type { Session } from './session.ts';
import { TlDecodeError, TlReader } from './tl-bytes.ts';
import { decodeFields, gzipPackedId, inflate, UnknownConstructor } from './tl-decode.ts';
import type { TlCombinator } from './tl-schema.ts';

/** A request without its wrappers, and what those said. */
export interface ParsedRequest {
  readonly request: TlObject;
  /** Not inside invokeWithoutUpdates: the session receives updates from now on. */
  readonly wantsUpdates: boolean;
  /** From invokeAfterMsg(s): to be executed after these. */
  readonly after: readonly bigint[];
}

/**
 * Peels invokeWithLayer (which sets the session's layer), initConnection and the like off a request.
 * Throws RpcError with what the client is to be told.
 */
export const parseRequest = (body: Buffer, session: Session, layers: Layers): ParsedRequest => {
  try {
    return peel(new TlReader(body), session, layers);
  } catch (error) {
    if (error instanceof UnknownConstructor) throw new RpcError(400, `INPUT_METHOD_INVALID_${error.id}`);
    if (error instanceof TlDecodeError) throw new RpcError(400, 'INPUT_FETCH_ERROR');
    throw error;
  }
};

const peel = (outermost: TlReader, session: Session, layers: Layers): ParsedRequest => {
  let reader = outermost;
  let wantsUpdates = true;
  const after: bigint[] = [];
  for (let wrappers = 0; wrappers < maxWrappers; wrappers += 1) {
    const id = reader.uint32();
    if (id === gzipPackedId) {
      reader = new TlReader(inflate(reader.bytes()));
      continue;
    }
    const { schema } = session.tl;
    // The id of invokeWithLayer is the same in all layers, or none could be negotiated.
    const method = schema.byId.get(id);
    if (!method?.isMethod) throw new UnknownConstructor(id);
    if (!isWrapper(method)) {
      const request = decodeFields(schema, reader, method, 0);
      if (reader.remaining > 0) throw new TlDecodeError(`${reader.remaining} bytes after ${method.name}`);
      return { request, wantsUpdates, after };
    }
    const wrapper = decodeFields(schema, reader, withoutQuery(method), 0);
    if (typeof wrapper['layer'] === 'number') {
      const layer = layers.get(wrapper['layer']);
      if (!layer) throw new RpcError(400, 'CONNECTION_LAYER_INVALID');
      session.speak(layer);
    }
    if (method.name === 'initConnection') session.introduce(deviceOf(wrapper));
    if (method.name === 'invokeWithoutUpdates') wantsUpdates = false;
    if (typeof wrapper['msg_id'] === 'bigint') after.push(wrapper['msg_id']);
    if (Array.isArray(wrapper['msg_ids'])) after.push(...(wrapper['msg_ids'] as bigint[]));
  }
  throw new TlDecodeError('wrapped too often');
};

const maxWrappers = 16;

const deviceOf = (wrapper: TlObject): ClientDevice => ({
  apiId: Number(wrapper['api_id']),
  deviceModel: String(wrapper['device_model']),
  systemVersion: String(wrapper['system_version']),
  appVersion: String(wrapper['app_version']),
});

const isWrapper = ({ result }: TlCombinator): boolean => result.kind === 'any';

const withoutQuery = (method: TlCombinator): TlCombinator => ({
  ...method,
  fields: method.fields.filter(({ type }) => type.kind !== 'any'),
});
