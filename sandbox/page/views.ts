import type { CallView } from '../telegram/device.ts';
import type { PersonMessage } from '../telegram/person.ts';
import type { Markup, ServiceAction } from '../telegram/world/model.ts';

/** A message as the page draws it: JSON, no bytes. */
export const messageView = (message: PersonMessage, nameOf: (id: string) => string) => {
  const { copy, file, contact, action } = message;
  const document = copy.media?.kind === 'document' ? copy.media.document : undefined;
  return {
    id: message.id,
    peerId: message.peerId,
    from: nameOf(message.fromId),
    fromId: message.fromId,
    text: message.text,
    entities: message.entities,
    out: message.out,
    date: message.date,
    edited: message.editDate !== undefined,
    ...(message.viaBot === undefined ? {} : { viaBot: message.viaBot }),
    ...(message.replyToId === undefined ? {} : { replyToId: message.replyToId }),
    ...(copy.markup ? { markup: markupView(copy.markup) } : {}),
    ...(file && document
      ? {
          file: {
            url: `file/${document.id}`,
            kind: file.kind,
            mime: file.mime,
            bytes: file.bytes.length,
            name: file.fileName,
            title: file.title,
            performer: file.performer,
            seconds: file.durationSeconds,
          },
        }
      : {}),
    ...(contact ? { contact: { name: contact.firstName, phone: contact.phone } } : {}),
    ...(action ? { action: actionView(action, nameOf) } : {}),
  };
};

/** Buttons without their data: a press names the label. */
const markupView = (markup: Markup) => {
  if (!('rows' in markup)) return markup;
  const rows = markup.rows.map((row) => row.map((button) => ({ ...button, data: undefined })));
  return { ...markup, rows };
};

const actionView = (action: ServiceAction, nameOf: (id: string) => string) => {
  switch (action.kind) {
    case 'phoneCall':
      return { kind: action.kind, reason: action.reason, seconds: action.durationSeconds };
    case 'usersShared':
      return { kind: action.kind, names: action.users.map(({ userId }) => nameOf(userId)) };
    case 'chatShared':
      return { kind: action.kind, names: [action.title ?? nameOf(action.chatId)] };
    default:
      return { kind: action.kind };
  }
};

/** Bytes as hex, longs as decimal strings. */
export const callJson = (view: CallView): unknown =>
  JSON.parse(
    JSON.stringify(view, (_, value: unknown) => {
      if (typeof value === 'bigint') return String(value);
      if (isJsonBuffer(value)) return Buffer.from(value.data).toString('hex');
      return value;
    }),
  );

/** What JSON.stringify makes of a Buffer before its replacer is asked. */
const isJsonBuffer = (value: unknown): value is { data: number[] } =>
  typeof value === 'object' && value !== null && 'type' in value && value.type === 'Buffer' && 'data' in value;
