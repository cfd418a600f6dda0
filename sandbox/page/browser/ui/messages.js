import { avatar, clock, duration, h, icon } from './dom.js';
import { fileView } from './files.js';
import { richText } from './text.js';

/**
 * The messages of a conversation. `on`: press(message, button, element), reply(message).
 * Draws only what changed, so that a press, a selection and a playing sound survive.
 */
export class MessageList {
  #place;
  #on;
  #drawn = new Map();
  #chat;
  #atEnd = true;

  constructor(place, on) {
    this.#place = place;
    this.#on = on;
    place.addEventListener('scroll', () => {
      this.#atEnd = isAtEnd(place);
    });
    // Who reads the newest message goes on to see it when the call's card comes, or the window is turned.
    new ResizeObserver(() => this.#atEnd && toEnd(place)).observe(place);
  }

  draw(chat) {
    const atEnd = isAtEnd(this.#place);
    if (chat?.id !== this.#chat) {
      this.#drawn.clear();
      this.#place.replaceChildren();
    }
    const isOther = chat?.id !== this.#chat;
    this.#chat = chat?.id;
    const kept = new Set();
    for (const message of chat?.messages ?? []) {
      const text = JSON.stringify(message);
      const before = this.#drawn.get(message.id);
      kept.add(message.id);
      if (before?.text === text) continue;
      const element = this.#message(chat, message);
      if (before) before.element.replaceWith(element);
      else this.#place.append(element);
      this.#drawn.set(message.id, { text, element });
    }
    for (const [id, { element }] of this.#drawn) {
      if (kept.has(id)) continue;
      element.remove();
      this.#drawn.delete(id);
    }
    this.#place.classList.toggle('empty', kept.size === 0);
    if (atEnd || isOther) toEnd(this.#place);
  }

  #message(chat, message) {
    if (message.action) return serviceView(message);
    const { text, entities, file, out, edited, date, viaBot, markup, contact, from, replyToId } = message;
    const answered = chat.messages.find(({ id }) => id === replyToId);
    const bubble = h(
      'div',
      { class: 'bubble' },
      !out && chat.kind !== 'account' && chat.kind !== 'bot' && h('b', { class: 'from' }, from),
      viaBot && h('small', { class: 'via' }, `via @${viaBot}`),
      answered && h('div', { class: 'answered' }, answered.text.slice(0, 80) || 'message'),
      file && fileView(file),
      contact && h('div', { class: 'contact' }, `${contact.name}, ${contact.phone}`),
      text && h('div', { class: 'text' }, richText(text, entities)),
      h('small', { class: 'when' }, `${edited ? 'edited ' : ''}${clock(date)}`),
    );
    const reply = h('button', { class: 'reply', type: 'button', ariaLabel: 'Reply', title: 'Reply' }, icon('reply'));
    reply.onclick = () => this.#on.reply(message);
    return h(
      'article',
      { class: `message ${out ? 'out' : 'in'}`, data: { id: String(message.id) } },
      !out && avatar(chat.name, 'small'),
      h('div', { class: 'stack' }, bubble, markup?.kind === 'inline' && this.#buttons(message, markup)),
      reply,
    );
  }

  #buttons(message, { rows }) {
    return h(
      'div',
      { class: 'buttons' },
      rows.map((row) =>
        h(
          'div',
          { class: 'row' },
          row.map((button) => {
            const element = h('button', { type: 'button', class: 'inline' }, button.text);
            element.onclick = () => this.#on.press(message, button, element);
            return element;
          }),
        ),
      ),
    );
  }
}

const isAtEnd = ({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight < 80;
const toEnd = (place) => {
  place.scrollTop = place.scrollHeight;
};

const callWords = { missed: 'Missed call', busy: 'Declined call', disconnect: 'Call, interrupted', hangup: 'Call' };

const serviceView = ({ id, action, out, date }) => {
  const words = {
    phoneCall: () => {
      const length = action.seconds ? `, ${duration(action.seconds)}` : '';
      return `${out ? '↗' : '↙'} ${callWords[action.reason] ?? 'Call'}${length}`;
    },
    usersShared: () => `You chose ${action.names.join(', ')}`,
    chatShared: () => `You chose ${action.names.join(', ')}`,
    chatCreated: () => 'The group was made',
    chatUsersAdded: () => 'Somebody joined',
    chatUserLeft: () => 'Somebody left',
  }[action.kind];
  return h(
    'article',
    { class: 'message service', data: { id: String(id) } },
    h('span', {}, `${words?.() ?? action.kind} · ${clock(date)}`),
  );
};

/** What a line of the list of conversations says of a message. */
export const summary = (message) => {
  if (!message) return '';
  if (message.action) return message.action.kind === 'phoneCall' ? (callWords[message.action.reason] ?? 'Call') : '';
  if (message.file) return message.file.kind === 'document' ? '📎 document' : '🎙 recording';
  return `${message.out ? 'You: ' : ''}${message.text.replaceAll('\n', ' ')}`;
};
