import { byId, h, icon, toast } from './dom.js';
import { pick } from './pickers.js';

/** Where the person writes, and the keys a bot shows below. `ask` asks the server. */
export class Compose {
  #store;
  #ask;
  #form = byId('compose');
  #keys = byId('keys');
  #field = h('textarea', { rows: 1, maxLength: 4096, placeholder: 'Message', ariaLabel: 'Message' });
  #answering = h('div', { class: 'answering', hidden: true });
  #replyTo;
  #chat;
  #forced;

  constructor(store, ask) {
    this.#store = store;
    this.#ask = ask;
    const button = h('button', { type: 'submit', class: 'round', ariaLabel: 'Send' }, icon('send'));
    this.#form.append(this.#answering, this.#field, button);
    this.#form.onsubmit = (event) => {
      event.preventDefault();
      this.#send();
    };
    this.#field.onkeydown = (event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#send();
    };
  }

  reply(message) {
    this.#replyTo = message;
    this.#answering.hidden = !message;
    if (!message) return;
    const cancel = h('button', { type: 'button', ariaLabel: 'Do not reply' }, icon('close'));
    cancel.onclick = () => this.reply(undefined);
    this.#answering.replaceChildren(h('span', {}, message.text.slice(0, 80) || 'message'), cancel);
    this.#field.focus();
  }

  draw(chat) {
    if (chat?.id !== this.#chat) {
      this.#chat = chat?.id;
      this.reply(undefined);
      this.#field.value = '';
    }
    const asked = chat?.messages.findLast(({ out, markup }) => !out && markup && markup.kind !== 'inline');
    const last = chat?.messages.at(-1);
    this.#field.placeholder = chat?.kind === 'account' ? 'A number: 600, 601, …' : 'Message';
    // A bot that wants an answer gets one to that very message.
    if (asked?.markup.kind === 'forceReply' && asked === last) {
      if (asked.markup.placeholder) this.#field.placeholder = asked.markup.placeholder;
      if (this.#forced !== asked.id) this.reply(asked);
      this.#forced = asked.id;
    } else if (this.#forced !== undefined && this.#replyTo?.id === this.#forced) this.reply(undefined);
    this.#drawKeys(asked);
  }

  #drawKeys(asked) {
    const rows = asked?.markup.kind === 'reply' ? asked.markup.rows : [];
    this.#keys.replaceChildren(
      ...rows.map((row) =>
        h(
          'div',
          { class: 'row' },
          row.map((key) => {
            const element = h('button', { type: 'button' }, key.text);
            element.onclick = () => this.#press(asked, key).catch((error) => toast(error.message));
            return element;
          }),
        ),
      ),
    );
  }

  async #press(asked, key) {
    const { chats, people } = this.#store;
    const bot = asked.peerId;
    const label = key.text;
    if (key.kind === 'requestUsers') {
      const ids = await pick(label, people, key.maxQuantity);
      if (ids) await this.#ask('pickUsers', { bot, label, ids });
    } else if (key.kind === 'requestChat') {
      const kind = key.channel ? 'channel' : 'group';
      const [id] =
        (await pick(
          label,
          chats.filter((chat) => chat.kind === kind),
        )) ?? [];
      if (id) await this.#ask('pickChat', { bot, label, id });
    } else await this.#ask('key', { message: asked.id, label });
  }

  #send() {
    const text = this.#field.value.trim();
    if (!text || !this.#chat) return;
    const replyTo = this.#replyTo?.id;
    this.#ask('send', { to: this.#chat, text, ...(replyTo && { replyTo }) }).then(
      () => {
        this.#field.value = '';
        this.reply(undefined);
      },
      (error) => toast(error.message),
    );
  }
}
