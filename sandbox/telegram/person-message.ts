import type { Contact, Entity, Message, PeerId, ServiceAction, UserId } from './world/model.ts';

/** A message as its reader sees it; a snapshot. */
export interface PersonMessage {
  /** In this person's own numbering. */
  readonly id: number;
  /** The conversation it stands in. */
  readonly peerId: PeerId;
  readonly fromId: UserId;
  readonly text: string;
  readonly entities: readonly Entity[];
  readonly out: boolean;
  /** Unix seconds. */
  readonly date: number;
  readonly editDate?: number;
  readonly silent: boolean;
  /** Username of the bot it came via. */
  readonly viaBot?: string;
  readonly replyToId?: number;
  /** Labels of the buttons under it, or of the keys it brought, row by row. */
  readonly buttons: readonly (readonly string[])[];
  readonly file?: {
    readonly kind: 'voice' | 'audio' | 'document';
    readonly bytes: Buffer;
    readonly mime: string;
    readonly fileName?: string;
    readonly title?: string;
    readonly performer?: string;
    readonly durationSeconds?: number;
  };
  readonly contact?: Contact;
  /** What happened, where the message says no words (calls, group changes). */
  readonly action?: ServiceAction;
  /** The world's copy at that moment. */
  readonly copy: Message;
}

export function personMessage(message: Message, usernameOf: (id: UserId) => string | undefined): PersonMessage {
  const { media, markup, viaBotId } = message;
  const viaBot = viaBotId === undefined ? undefined : (usernameOf(viaBotId) ?? viaBotId);
  return {
    id: message.id,
    peerId: message.peerId,
    fromId: message.fromId,
    text: message.text,
    entities: message.entities ?? [],
    out: message.out,
    date: message.date,
    silent: message.silent ?? false,
    buttons: markup && 'rows' in markup ? markup.rows.map((row) => row.map(({ text }) => text)) : [],
    ...(message.editDate === undefined ? {} : { editDate: message.editDate }),
    ...(viaBot === undefined ? {} : { viaBot }),
    ...(message.replyToId === undefined ? {} : { replyToId: message.replyToId }),
    ...(media?.kind === 'document' ? { file: media.document } : {}),
    ...(media?.kind === 'contact' ? { contact: media.contact } : {}),
    ...(message.action ? { action: message.action } : {}),
    copy: message,
  };
}
