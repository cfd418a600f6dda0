import type { InlineKeyboardMarkup, KeyboardButton, ReplyKeyboardMarkup, ReplyKeyboardRemove } from 'grammy/types';
import type { PickerKey, SettingsButton } from '../../../actors/ports/settings-chat.ts';
import type { UserId } from '../../../machines/model/ids.ts';
import { requestId } from './request-ids.ts';
import type { SettingsPressData } from './settings-press-data.ts';

type Rows = readonly (readonly SettingsButton[])[];

/** Buttons under a message to this person. @throws RangeError when a press is too long */
export function buttonsMarkup(rows: Rows, person: UserId, presses: SettingsPressData): InlineKeyboardMarkup {
  return {
    inline_keyboard: rows.map((row) =>
      row.map((button) =>
        'url' in button
          ? { text: button.label, url: button.url }
          : { text: button.label, callback_data: presses.write(button.press, person) },
      ),
    ),
  };
}

/** Keys below the input field, one per row; no key at all takes them away. */
export function keysMarkup(keys: readonly PickerKey[]): ReplyKeyboardMarkup | ReplyKeyboardRemove {
  if (keys.length === 0) return { remove_keyboard: true };
  return { keyboard: keys.map((key) => [picker(key)]), resize_keyboard: true, one_time_keyboard: true };
}

function picker(key: PickerKey): KeyboardButton {
  const id = requestId(key);
  if (key.picks === 'user') {
    return {
      text: key.label,
      request_users: { request_id: id, user_is_bot: false, max_quantity: 1, request_name: true },
    };
  }
  const isChannel = key.picks === 'channel';
  return {
    text: key.label,
    request_chat: {
      request_id: id,
      chat_is_channel: isChannel,
      bot_is_member: true,
      request_title: true,
      // In a group every member may post; a bot comes into a channel as an administrator only.
      ...(isChannel && { user_administrator_rights: adding, bot_administrator_rights: posting }),
    },
  };
}

const noRights = {
  is_anonymous: false,
  can_manage_chat: false,
  can_delete_messages: false,
  can_manage_video_chats: false,
  can_restrict_members: false,
  can_promote_members: false,
  can_change_info: false,
  can_invite_users: false,
  can_post_stories: false,
  can_edit_stories: false,
  can_delete_stories: false,
  can_send_welcome_messages: false,
};
const posting = { ...noRights, can_post_messages: true };
/** Must include the bot's, whom the person adds. */
const adding = { ...posting, can_promote_members: true };
