import type { ReconnectionNotice } from '../../machines/model/notices.ts';
import { button, type Rendering } from './rendering.ts';
import { party } from './words.ts';

/** Product §10. */
export const reconnection: Rendering<ReconnectionNotice> = {
  reconnecting: ({ label, lost, ringing }, phrase) => ({
    text: [
      ...(lost ? [phrase('reconnecting-lost')] : []),
      phrase(ringing ? 'reconnecting-ringing' : 'reconnecting-waiting', { party: party(label, phrase) }),
    ].join('\n'),
    buttons: [
      [button(phrase('button-reconnect'), { kind: 'reconnect' }), button(phrase('button-end'), { kind: 'end' })],
    ],
  }),
  notRestored: ({ label, why }, phrase) => ({ text: phrase(`not-restored-${why}`, { party: party(label, phrase) }) }),
  numberWhileReconnecting: ({ label }, phrase) => ({
    text: phrase('number-while-reconnecting', { party: party(label, phrase) }),
  }),
};
