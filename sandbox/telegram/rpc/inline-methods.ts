import { RpcError } from '../wire/contract.ts';
import type { InlineResult } from '../world/inline.ts';
import type { World } from '../world/world.ts';
import { bytes, child, has, int, isSet, long, text, tl } from './fields.ts';
import type { MethodTable } from './methods.ts';
import { sendOptions, sentUpdates } from './send-methods.ts';
import { tlEntities } from './tl-entities.ts';
import { tlMarkup } from './tl-markup.ts';
import { peerOf, tlUser, userOf } from './tl-peers.ts';

const maxQueryLength = 256;

/** Using bots: what they offer inline, and their buttons. */
export function inlineMethods(world: World): MethodTable {
  return {
    async 'messages.getInlineBotResults'(request, { userId }) {
      const botId = userOf(world, child(request, 'bot'), userId);
      const peer = child(request, 'peer');
      const peerId = peer._ === 'inputPeerEmpty' ? userId : peerOf(world, peer, userId);
      const query = text(request, 'query').slice(0, maxQueryLength);
      const { queryId, answer } = await world.inline.query(userId, botId, peerId, query, text(request, 'offset'));
      return tl('messages.botResults', {
        query_id: queryId,
        next_offset: answer.nextOffset || undefined,
        switch_pm: answer.button
          ? tl('inlineBotSwitchPM', { text: answer.button.text, start_param: answer.button.startParameter })
          : undefined,
        results: answer.results.map(tlResult),
        cache_time: answer.cacheSeconds,
        users: [tlUser(world, botId, userId)],
      });
    },

    'messages.sendInlineBotResult'(request, caller) {
      const to = peerOf(world, child(request, 'peer'), caller.userId);
      const choice = {
        queryId: long(request, 'query_id'),
        resultId: text(request, 'id'),
        hideVia: isSet(request, 'hide_via'),
        silent: isSet(request, 'silent'),
      };
      const sent = world.inline.sendResult(caller.userId, to, choice, sendOptions(request, caller));
      return sentUpdates(world, sent, long(request, 'random_id'), caller.userId);
    },

    async 'messages.getBotCallbackAnswer'(request, { userId }) {
      const peerId = peerOf(world, child(request, 'peer'), userId);
      const message = world.messaging.box(userId).messages.get(int(request, 'msg_id'));
      if (message?.peerId !== peerId) throw new RpcError(400, 'MESSAGE_ID_INVALID');
      if (!has(request, 'data')) throw new RpcError(400, 'DATA_INVALID');
      const answer = await world.inline.press(userId, message, bytes(request, 'data').toString());
      return tl('messages.botCallbackAnswer', {
        alert: answer.alert,
        message: answer.text,
        has_url: answer.url !== undefined,
        url: answer.url,
        cache_time: answer.cacheSeconds,
      });
    },
  };
}

const tlResult = (result: InlineResult) =>
  tl('botInlineResult', {
    id: result.id,
    type: result.type,
    title: result.title,
    description: result.description,
    send_message: tl('botInlineMessageText', {
      message: result.content.text,
      entities: tlEntities(result.content.entities),
      reply_markup: tlMarkup(result.content.markup),
    }),
  });
