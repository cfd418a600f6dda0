import type { InlineButton, Markup, ReplyButton } from '../world/model.ts';
import { badRequest } from './bot-api-error.ts';
import { isRecord, type Parameters, scalarText } from './parameters.ts';

const maxButtons = 300;

/** `reply_markup` of a request. @throws BotApiError for what the service would not take */
export function markupOf(params: Parameters): Markup | undefined {
  return parseMarkup(params.object('reply_markup'));
}

/** As `markupOf`, where only buttons under the message make sense. */
export function inlineMarkupOf(params: Parameters): Markup | undefined {
  const markup = markupOf(params);
  if (markup && markup.kind !== 'inline') throw badRequest('inline keyboard expected');
  return markup;
}

export function parseMarkup(value: unknown): Markup | undefined {
  if (!isRecord(value)) return undefined;
  if (value['inline_keyboard'] !== undefined) {
    const rows = rowsOf(value['inline_keyboard'], inlineButton);
    return rows.length > 0 ? { kind: 'inline', rows } : undefined;
  }
  const placeholder = optionalText(value['input_field_placeholder']);
  if (value['keyboard'] !== undefined) {
    return {
      kind: 'reply',
      rows: withDifferentRequests(rowsOf(value['keyboard'], replyButton)),
      oneTime: value['one_time_keyboard'] === true,
      resize: value['resize_keyboard'] === true,
      ...(placeholder ? { placeholder } : {}),
    };
  }
  if (value['remove_keyboard'] === true) return { kind: 'remove' };
  if (value['force_reply'] === true) return { kind: 'forceReply', ...(placeholder ? { placeholder } : {}) };
  return undefined;
}

function rowsOf<Button>(value: unknown, parse: (button: unknown) => Button): Button[][] {
  if (!Array.isArray(value)) throw badRequest("can't parse reply keyboard markup JSON object");
  const rows = value.map((row) => {
    if (!Array.isArray(row)) throw badRequest("can't parse reply keyboard markup JSON object");
    return row.map(parse);
  });
  if (rows.flat().length > maxButtons) throw badRequest('reply markup is too long');
  return rows.filter((row) => row.length > 0);
}

/** Each request must be told from the others of its message. */
function withDifferentRequests(rows: ReplyButton[][]): ReplyButton[][] {
  const ids = rows.flat().flatMap((button) => ('requestId' in button ? [button.requestId] : []));
  if (new Set(ids).size < ids.length) throw badRequest('BUTTON_ID_INVALID');
  return rows;
}

function inlineButton(value: unknown): InlineButton {
  if (!isRecord(value)) throw badRequest('can\'t parse inline keyboard button: Field "text" not found');
  const text = buttonText(value);
  if (value['callback_data'] !== undefined) {
    const data = scalarText(value['callback_data']);
    const length = Buffer.byteLength(data);
    if (length < 1 || length > 64) throw badRequest('BUTTON_DATA_INVALID');
    return { kind: 'callback', text, data };
  }
  if (value['url'] !== undefined) {
    const url = scalarText(value['url']);
    if (!/^(https?|tg|tel):/.test(url) && !/^[\w-]+(\.[\w-]+)+/.test(url)) throw badRequest('BUTTON_URL_INVALID');
    return { kind: 'url', text, url };
  }
  if (isRecord(value['copy_text'])) return { kind: 'copy', text, copyText: scalarText(value['copy_text']['text']) };
  for (const field of ['switch_inline_query', 'switch_inline_query_current_chat']) {
    const query = value[field];
    if (query !== undefined) {
      return { kind: 'switchInline', text, query: scalarText(query), samePeer: field.endsWith('_chat') };
    }
  }
  throw badRequest('text buttons are unallowed in the inline keyboard');
}

function replyButton(value: unknown): ReplyButton {
  if (typeof value === 'string') return { kind: 'text', text: value };
  if (!isRecord(value)) throw badRequest('can\'t parse keyboard button: Field "text" not found');
  const text = buttonText(value);
  if (value['request_contact'] === true) return { kind: 'requestContact', text };
  const users = value['request_users'];
  if (isRecord(users)) {
    const maxQuantity = Number(users['max_quantity'] ?? 1);
    if (!(maxQuantity >= 1 && maxQuantity <= 10)) throw badRequest('BUTTON_MAX_QUANTITY_INVALID');
    return {
      kind: 'requestUsers',
      text,
      requestId: requestIdOf(users),
      ...(typeof users['user_is_bot'] === 'boolean' ? { bot: users['user_is_bot'] } : {}),
      maxQuantity,
      withName: users['request_name'] === true,
      withUsername: users['request_username'] === true,
    };
  }
  const chat = value['request_chat'];
  if (isRecord(chat)) {
    const userRights = rightsOf(chat['user_administrator_rights']);
    const botRights = rightsOf(chat['bot_administrator_rights']);
    if (botRights?.some((right) => !userRights?.includes(right))) throw badRequest('BOT_RIGHTS_INVALID');
    return {
      kind: 'requestChat',
      text,
      requestId: requestIdOf(chat),
      channel: chat['chat_is_channel'] === true,
      botIsMember: chat['bot_is_member'] === true,
      ...(userRights ? { userRights } : {}),
      ...(botRights ? { botRights } : {}),
      withTitle: chat['request_title'] === true,
    };
  }
  return { kind: 'text', text };
}

function buttonText(value: Record<string, unknown>): string {
  const text = optionalText(value['text']);
  if (!text) throw badRequest('can\'t parse keyboard button: Field "text" must be of type String');
  return text;
}

/** The rights that are true. */
function rightsOf(value: unknown): string[] | undefined {
  if (value === undefined) return undefined;
  if (!isRecord(value)) throw badRequest("can't parse keyboard button: ChatAdministratorRights must be an Object");
  return Object.keys(value).filter((right) => value[right] === true);
}

function requestIdOf(value: Record<string, unknown>): number {
  const id = value['request_id'];
  if (typeof id !== 'number' || (id | 0) !== id) throw badRequest('BUTTON_ID_INVALID');
  return id;
}

const optionalText = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);

/** Buttons under a message as the bot gets them back; reply keyboards are not told. */
export function markupJson(markup: Markup | undefined): object | undefined {
  if (markup?.kind !== 'inline') return undefined;
  return { inline_keyboard: markup.rows.map((row) => row.map(buttonJson)) };
}

function buttonJson(button: InlineButton): object {
  const { text } = button;
  switch (button.kind) {
    case 'callback':
      return { text, callback_data: button.data };
    case 'url':
      return { text, url: button.url };
    case 'copy':
      return { text, copy_text: { text: button.copyText } };
    case 'switchInline':
      return button.samePeer
        ? { text, switch_inline_query_current_chat: button.query }
        : { text, switch_inline_query: button.query };
  }
}
