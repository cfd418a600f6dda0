import type { Content, Document, Media } from '../world/model.ts';
import type { World } from '../world/world.ts';
import type { Bot } from './bot.ts';
import { BotApiError, badRequest } from './bot-api-error.ts';
import { documentByFileId } from './file-ids.ts';
import { caption, messageText } from './formatted.ts';
import { messageJson } from './json.ts';
import { markupOf } from './markup.ts';
import type { Method, MethodTable } from './methods.ts';
import { type Parameters, type UploadedFile } from './parameters.ts';
import { messageById, recipientOf } from './targets.ts';

type DocumentKind = Document['kind'];

const maxUploadBytes = 50 * 1024 * 1024;

/** Everything that makes a new message. */
export function sendingMethods(world: World): MethodTable {
  const send = (params: Parameters, bot: Bot, content: Content) => {
    const to = recipientOf(world, params, bot);
    const markup = markupOf(params);
    const whole = {
      ...content,
      ...(markup ? { markup } : {}),
      ...(params.flag('disable_notification') ? { silent: true } : {}),
    };
    const replyToId = repliedTo(world, params, bot, to);
    const sent = world.messaging.send(bot.id, to, whole, replyToId === undefined ? {} : { replyToId });
    return messageJson(world, sent.message, bot.id);
  };
  const sendFile =
    (kind: DocumentKind): Method =>
    (params, bot) => {
      const document = documentOf(world, params.file(kind), kind, params, bot);
      return send(params, bot, { ...caption(params), media: { kind: 'document', document } });
    };

  return {
    sendMessage: (params, bot) => send(params, bot, messageText(params)),
    sendVoice: sendFile('voice'),
    sendAudio: sendFile('audio'),
    sendDocument: sendFile('document'),

    sendContact(params, bot) {
      const [phone, firstName, lastName] = ['phone_number', 'first_name', 'last_name'].map((name) => params.text(name));
      if (!phone) throw badRequest('phone number is empty');
      if (!firstName) throw badRequest('first name is empty');
      const userId = world.directory.byPhone(phone)?.id;
      const contact = { phone, firstName, ...(lastName ? { lastName } : {}), ...(userId ? { userId } : {}) };
      const media: Media = { kind: 'contact', contact };
      return send(params, bot, { text: '', media });
    },

    sendChatAction(params, bot) {
      const to = recipientOf(world, params, bot);
      const action = typingActions[params.text('action') ?? ''];
      if (!action) throw badRequest('wrong parameter action in request');
      if (!to.startsWith('-')) world.events.tell({ type: 'typing', userId: to, fromId: bot.id, action });
      return true;
    },
  };
}

const typingActions: Readonly<Record<string, string>> = {
  typing: 'sendMessageTypingAction',
  record_voice: 'sendMessageRecordAudioAction',
  upload_voice: 'sendMessageTypingAction',
  upload_document: 'sendMessageTypingAction',
  upload_photo: 'sendMessageTypingAction',
  record_video: 'sendMessageRecordVideoAction',
  choose_sticker: 'sendMessageTypingAction',
};

function repliedTo(world: World, params: Parameters, bot: Bot, chatId: string): number | undefined {
  const reply = params.object('reply_parameters');
  const id = reply ? Number(reply['message_id']) : params.int('reply_to_message_id');
  if (id === undefined) return undefined;
  if (messageById(world, chatId, id, bot)) return id;
  if (reply?.['allow_sending_without_reply'] === true || params.flag('allow_sending_without_reply')) return undefined;
  throw badRequest('message to be replied not found');
}

/** An uploaded file as a new document, or the one a file_id names. @throws BotApiError */
export function documentOf(
  world: World,
  file: UploadedFile | string | undefined,
  kind: DocumentKind,
  params: Parameters,
  bot: Bot,
): Document {
  if (file === undefined) throw badRequest(`there is no ${kind} in the request`);
  if (typeof file === 'string') {
    const known = documentByFileId(world, file, bot.id);
    if (!known) throw badRequest('wrong file identifier/HTTP URL specified');
    return known;
  }
  if (file.bytes.length === 0) throw badRequest('file must be non-empty');
  if (file.bytes.length > maxUploadBytes) throw new BotApiError(413, 'Request Entity Too Large');
  const [title, performer, duration] = [params.text('title'), params.text('performer'), params.int('duration')];
  return world.documents.add(file.bytes, {
    kind,
    mime: file.type || defaultMime[kind],
    fileName: file.name,
    ...(duration === undefined ? {} : { durationSeconds: duration }),
    ...(title ? { title } : {}),
    ...(performer ? { performer } : {}),
  });
}

const defaultMime: Readonly<Record<DocumentKind, string>> = {
  voice: 'audio/ogg',
  audio: 'audio/mpeg',
  document: 'application/octet-stream',
};
