import { avatar, byId, clock, h, icon } from './dom.js';
import { summary } from './messages.js';

/** The list of conversations. */
export const drawChats = (store, { open, device }) => {
  const place = byId('chats');
  const another = h(
    'a',
    { class: 'another', href: location.href, target: '_blank', rel: 'noopener noreferrer' },
    icon('plus'),
    'Second device',
  );
  another.title = 'Opens another tab: a second telephone of the same person';
  place.replaceChildren(
    h(
      'header',
      {},
      avatar(store.me.name),
      h('div', { class: 'who' }, h('b', {}, store.me.name), h('small', {}, device)),
      another,
    ),
    h(
      'nav',
      {},
      store.chats.map((chat) => {
        const last = chat.messages.at(-1);
        const line = h(
          'button',
          { type: 'button', class: `chat ${chat.id === store.open ? 'open' : ''}`, data: { peer: chat.id } },
          avatar(chat.name),
          h(
            'span',
            { class: 'about' },
            h('span', { class: 'top' }, h('b', {}, chat.name), last && h('time', {}, clock(last.date))),
            h(
              'span',
              { class: 'last' },
              h('span', {}, summary(last) || chat.about),
              chat.unread > 0 && h('i', { class: 'unread' }, String(chat.unread)),
            ),
          ),
        );
        line.onclick = () => open(chat.id);
        return line;
      }),
    ),
    h(
      'footer',
      {},
      h('b', {}, 'Try it'),
      h('p', {}, 'Send 601 to Telephone: it calls you back, and you hear a tone of 1004 Hz.'),
      h('p', {}, 'Ring yourself from the SIP phone; then let a second caller ring.'),
      h('p', {}, 'In a call press Reconnect, and answer in a second tab.'),
      h(
        'p',
        {},
        `A line more: Settings, New; login ${store.spare.user}, password ${store.spare.password}, domain ${store.spare.domain}.`,
      ),
    ),
  );
};
