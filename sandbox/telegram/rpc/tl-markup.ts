import type { TlObject } from '../wire/contract.ts';
import type { InlineButton, Markup, ReplyButton } from '../world/model.ts';
import { tl } from './fields.ts';

export function tlMarkup(markup: Markup | undefined): TlObject | undefined {
  switch (markup?.kind) {
    case undefined:
      return undefined;
    case 'inline':
      return tl('replyInlineMarkup', { rows: markup.rows.map((row) => buttonRow(row.map(inlineButton))) });
    case 'reply':
      return tl('replyKeyboardMarkup', {
        resize: markup.resize,
        single_use: markup.oneTime,
        placeholder: markup.placeholder,
        rows: markup.rows.map((row) => buttonRow(row.map(replyButton))),
      });
    case 'remove':
      return tl('replyKeyboardHide');
    case 'forceReply':
      return tl('replyKeyboardForceReply', { placeholder: markup.placeholder });
  }
}

const buttonRow = (buttons: readonly TlObject[]) => tl('keyboardButtonRow', { buttons });

function inlineButton(button: InlineButton): TlObject {
  switch (button.kind) {
    case 'callback':
      return tl('keyboardButtonCallback', { text: button.text, data: Buffer.from(button.data) });
    case 'url':
      return tl('keyboardButtonUrl', { text: button.text, url: button.url });
    case 'copy':
      return tl('keyboardButtonCopy', { text: button.text, copy_text: button.copyText });
    case 'switchInline':
      return tl('keyboardButtonSwitchInline', { text: button.text, query: button.query, same_peer: button.samePeer });
  }
}

function replyButton(button: ReplyButton): TlObject {
  switch (button.kind) {
    case 'text':
      return tl('keyboardButton', { text: button.text });
    case 'requestContact':
      return tl('keyboardButtonRequestPhone', { text: button.text });
    case 'requestUsers':
      return tl('keyboardButtonRequestPeer', {
        text: button.text,
        button_id: button.requestId,
        peer_type: tl('requestPeerTypeUser'),
        max_quantity: button.maxQuantity,
      });
    case 'requestChat':
      return tl('keyboardButtonRequestPeer', {
        text: button.text,
        button_id: button.requestId,
        peer_type: tl(button.channel ? 'requestPeerTypeBroadcast' : 'requestPeerTypeChat'),
        max_quantity: 1,
      });
  }
}
