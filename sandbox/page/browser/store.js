/** What the page knows: conversations, the desk, the faults. Changed by what the server says, and by nothing else. */
export class Store {
  me;
  chats = [];
  people = [];
  chatAccount;
  bot;
  spare;
  open;
  desk = [];
  faults = { lossPercent: 0, cut: false };
  /** Told what changed: all, chat (of a peer), desk. */
  onchange = () => {};

  get current() {
    return this.chats.find(({ id }) => id === this.open);
  }

  show(id) {
    this.open = id;
    const chat = this.current;
    if (chat) chat.unread = 0;
    this.onchange('all');
  }

  handle(event) {
    switch (event.type) {
      case 'state':
        return this.#restart(event);
      case 'message':
      case 'edit':
        return this.#put(event.type, event.message);
      case 'delete':
        return this.#remove(event);
      case 'desk':
        this.desk = event.calls;
        this.faults = event.faults;
        return this.onchange('desk');
    }
  }

  #restart({ me, chats, people, chat, bot, spare, desk, faults }) {
    Object.assign(this, { me, people, chatAccount: chat, bot, spare, desk, faults });
    this.chats = chats.map((one) => ({ ...one, unread: 0 }));
    if (!this.current) this.open = chat;
    this.onchange('all');
  }

  #put(type, message) {
    const chat = this.chats.find(({ id }) => id === message.peerId);
    if (!chat) return;
    const index = chat.messages.findIndex(({ id }) => id === message.id);
    if (index >= 0) chat.messages[index] = message;
    else if (type === 'message') {
      chat.messages.push(message);
      chat.messages.splice(0, chat.messages.length - mostMessages);
      if (!message.out && (chat.id !== this.open || document.hidden)) chat.unread++;
    }
    this.onchange('chat', chat.id);
  }

  #remove({ peerId, ids }) {
    const chat = this.chats.find(({ id }) => id === peerId);
    if (!chat) return;
    chat.messages = chat.messages.filter(({ id }) => !ids.includes(id));
    this.onchange('chat', peerId);
  }
}

const mostMessages = 300;
