import type { CallDevice } from './device.ts';
import { type PersonMessage, personMessage } from './person-message.ts';
import type { Contact, Content, Markup, Message, PeerId, ReplyButton, UserId } from './world/model.ts';
import { Refusal } from './world/refusal.ts';
import type { World } from './world/world.ts';

export type { PersonMessage } from './person-message.ts';

/** What changed in a person's conversations. */
export type PersonEvent =
  | { readonly type: 'message' | 'edit'; readonly message: PersonMessage }
  | { readonly type: 'delete'; readonly peerId: PeerId; readonly ids: readonly number[] };

type MessageOrId = Pick<PersonMessage, 'id'> | number;

/**
 * A person with a Telegram app: sends, presses, waits, calls. Others are named by id or `@username`.
 * What Telegram refuses is thrown as `Refusal`.
 */
export class Person {
  readonly id: UserId;
  readonly #world: World;

  constructor(world: World, id: UserId) {
    world.directory.user(id);
    this.#world = world;
    this.id = id;
  }

  sends(text: string, to: string, options: { readonly replyTo?: MessageOrId; readonly silent?: boolean } = {}) {
    return this.#send(to, { text, ...(options.silent ? { silent: true } : {}) }, options.replyTo);
  }

  /** Sends into the conversation the message stands in, as an answer to it. */
  replies(to: MessageOrId, text: string): PersonMessage {
    return this.#send(this.#own(to).peerId, { text }, to);
  }

  /** Opens a bot with its start button. */
  starts(bot: string, payload?: string): PersonMessage {
    return this.sends(payload ? `/start ${payload}` : '/start', bot);
  }

  sharesContact(contact: Contact, to: string): PersonMessage {
    return this.#send(to, { text: '', media: { kind: 'contact', contact } });
  }

  forwards(message: MessageOrId, to: string): PersonMessage {
    const { text, entities, media, fromId, date } = this.#own(message);
    const forwardedFrom = { userId: fromId, date };
    return this.#send(to, { text, forwardedFrom, ...(entities && { entities }), ...(media && { media }) });
  }

  edits(message: MessageOrId, text: string): PersonMessage {
    return this.#seen(this.#world.messaging.edit(this.#own(message), { text, entities: undefined }).message);
  }

  /** Deletes, for both sides unless told otherwise. */
  deletes(message: MessageOrId, forBoth = true): void {
    const own = this.#own(message);
    this.#world.messaging.delete(own.ownerId, [own.id], forBoth);
  }

  /** Everything in the conversation is read. */
  reads(conversation: string): void {
    this.#world.messaging.read(this.id, this.#peer(conversation), 0);
  }

  /** The messages of a conversation, group or channel as they are now, oldest first. */
  conversation(who: string): PersonMessage[] {
    const peerId = this.#peer(who);
    const isChannel = this.#world.chats.find(peerId)?.kind === 'channel';
    const box = this.#world.messaging.box(isChannel ? peerId : this.id);
    return box.conversation(peerId).map((message) => this.#seen(message));
  }

  /**
   * Presses a button by its label. Resolves with the text of the bot's answer, undefined when it answers without words;
   * a key of a reply keyboard sends its text (or this person's contact).
   * @throws Refusal BOT_RESPONSE_TIMEOUT when the bot does not answer in time, MESSAGE_ID_INVALID for deleted messages
   */
  async presses(message: MessageOrId, label: string): Promise<string | undefined> {
    const own = this.#own(message);
    const { markup } = own;
    if (markup?.kind === 'reply') return this.#pressesKey(own.peerId, keyOf(markup, label));
    return (await this.#world.inline.press(this.id, own, callbackData(own, label))).text;
  }

  /** Presses a button on a copy that is out of date, as an app does that has not heard of the edit or deletion yet. */
  async pressesOldCopy(message: PersonMessage, label: string): Promise<string | undefined> {
    return (await this.#world.inline.pressAnyway(this.id, message.copy, callbackData(message.copy, label))).text;
  }

  /** Sends any data as if a button had it: what only a manipulated app can do. */
  async forgesPress(message: PersonMessage, data: string): Promise<string | undefined> {
    return (await this.#world.inline.pressAnyway(this.id, message.copy, data)).text;
  }

  /** The keys a bot shows below the input field now, row by row. */
  keyboard(bot: string): string[][] | undefined {
    return this.#keyboard(bot)?.rows.map((row) => row.map(({ text }) => text));
  }

  /** Presses a key with a picker for people and chooses these. */
  picksUsers(bot: string, label: string, userIds: readonly UserId[]): PersonMessage {
    const key = this.#key(bot, label);
    if (key.kind !== 'requestUsers') throw new Error(`“${label}” picks no users`);
    if (userIds.length < 1 || userIds.length > key.maxQuantity)
      throw new Error(`“${label}” picks 1–${key.maxQuantity}`);
    const users = userIds.map((userId) => {
      const user = this.#world.directory.user(userId);
      if (key.bot !== undefined && key.bot !== (user.bot !== undefined)) throw new Error(`${userId} is not offered`);
      const { firstName, username } = user;
      return { userId, ...(key.withName && { firstName }), ...(key.withUsername && username && { username }) };
    });
    return this.#send(bot, { text: '', action: { kind: 'usersShared', requestId: key.requestId, users } });
  }

  /**
   * Presses a key with a picker for chats. Where the bot has to be a member, it is added, as Telegram offers; with `addsBot`
   * false it is not, as by an app that is not Telegram's.
   */
  picksChat(bot: string, label: string, chatId: PeerId, { addsBot = true } = {}): PersonMessage {
    const key = this.#key(bot, label);
    const chat = this.#world.chats.chat(chatId);
    if (key.kind !== 'requestChat') throw new Error(`“${label}” picks no chat`);
    if (key.channel !== (chat.kind === 'channel')) throw new Error(`${chat.title} is not offered`);
    // Whoever administers something here has all rights there.
    if (key.userRights && !chat.admins.has(this.id)) throw new Error(`${chat.title} is not offered`);
    if (addsBot && (key.botIsMember || key.botRights)) {
      const asAdmin = chat.kind === 'channel' || key.botRights !== undefined;
      this.#world.addToChat(chatId, this.id, this.#peer(bot), asAdmin);
    }
    const title = key.withTitle ? { title: chat.title } : {};
    return this.#send(bot, { text: '', action: { kind: 'chatShared', requestId: key.requestId, chatId, ...title } });
  }

  /** The newest message of any conversation that fits, as soon as there is one: new, edited, or there already. */
  async waitsFor(fits: (message: PersonMessage) => boolean, timeoutMs = 10_000): Promise<PersonMessage> {
    const find = () => this.#everything().findLast(fits);
    await this.waitsUntil(() => find() !== undefined, timeoutMs);
    const found = find();
    if (!found) throw new Error('the message was gone again');
    return found;
  }

  /** Until something holds; looked at again with every change in this person's conversations. */
  waitsUntil(holds: () => boolean, timeoutMs = 10_000): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = () => {
        try {
          if (!holds()) return;
          settle(resolve);
        } catch (error) {
          settle(() => reject(error as Error));
        }
      };
      const settle = (then: () => void) => {
        clearTimeout(timer);
        unwatch();
        then();
      };
      const unwatch = this.watch(look);
      const timer = setTimeout(() => {
        const texts = this.#everything().map(({ text, out }) => `${out ? '→' : '←'} ${text}`);
        settle(() => reject(new Error(`waited ${timeoutMs} ms in vain; there is: ${texts.join(' | ') || 'nothing'}`)));
      }, timeoutMs);
      look();
    });
  }

  /** Every change in this person's conversations and channels from now on. Returns the unsubscribe. */
  watch(listener: (event: PersonEvent) => void): () => void {
    return this.#world.events.watch((event) => {
      if (event.type !== 'message' && event.type !== 'edit' && event.type !== 'delete') return;
      if (event.userId !== this.id && !this.#world.chats.find(event.userId)?.members.has(this.id)) return;
      if (event.type === 'delete') listener({ type: 'delete', peerId: event.peerId, ids: event.ids });
      else listener({ type: event.type, message: this.#seen(event.message) });
    });
  }

  blocks(who: string): void {
    this.#world.block(this.id, this.#peer(who), true);
  }

  unblocks(who: string): void {
    this.#world.block(this.id, this.#peer(who), false);
  }

  /** Privacy setting for calls, with people who may call in any case. */
  allowsCalls(from: 'all' | 'contacts' | 'nobody', always: readonly string[] = []): void {
    const { privacy } = this.#world.directory.user(this.id);
    privacy.calls = from;
    privacy.alwaysAllowCalls.clear();
    for (const who of always) privacy.alwaysAllowCalls.add(this.#peer(who));
  }

  addsContact(who: string): void {
    this.#world.directory.user(this.id).contacts.add(this.#peer(who));
  }

  /** Lets the client in that shows this QR token. */
  scansQr(token: Uint8Array): void {
    this.#world.logins.scan(Buffer.from(token).toString('base64url'), this.id);
  }

  /** A further telephone of this person, for calls. */
  device(): CallDevice {
    return this.#world.device(this.id);
  }

  #send(to: string, content: Content, replyTo?: MessageOrId): PersonMessage {
    const options = replyTo === undefined ? {} : { replyToId: idOf(replyTo) };
    return this.#seen(this.#world.messaging.send(this.id, this.#peer(to), content, options).message);
  }

  #everything(): PersonMessage[] {
    const channels = this.#world.chats.of(this.id).filter(({ kind }) => kind === 'channel');
    return [this.id, ...channels.map(({ id }) => id)].flatMap((ownerId) =>
      [...this.#world.messaging.box(ownerId).messages.values()].map((message) => this.#seen(message)),
    );
  }

  #own(message: MessageOrId): Message {
    const own = this.#world.messaging.box(this.id).messages.get(idOf(message));
    if (!own) throw new Refusal(400, 'MESSAGE_ID_INVALID');
    return own;
  }

  #seen(message: Message): PersonMessage {
    return personMessage(message, (id) => this.#world.directory.find(id)?.username);
  }

  #peer(who: string): PeerId {
    if (!who.startsWith('@')) return who;
    const user = this.#world.directory.byUsername(who);
    if (!user) throw new Refusal(400, 'USERNAME_NOT_OCCUPIED');
    return user.id;
  }

  /** What the newest message that says anything about the keys says. */
  #keyboard(bot: string) {
    const conversation = this.#world.messaging.box(this.id).conversation(this.#peer(bot));
    const newest = conversation.findLast(({ out, markup }) => !out && markup && markup.kind !== 'inline');
    return newest?.markup?.kind === 'reply' ? newest.markup : undefined;
  }

  #key(bot: string, label: string): ReplyButton {
    const keyboard = this.#keyboard(bot);
    if (!keyboard) throw new Error(`${bot} shows no keys`);
    return keyOf(keyboard, label);
  }

  #pressesKey(peerId: PeerId, key: ReplyButton): undefined {
    if (key.kind === 'text') this.sends(key.text, peerId);
    else if (key.kind === 'requestContact') {
      const { phone = '', firstName } = this.#world.directory.user(this.id);
      this.sharesContact({ phone, firstName, userId: this.id }, peerId);
    } else throw new Error(`“${key.text}” opens a picker: use picksUsers or picksChat`);
  }
}

const idOf = (message: MessageOrId) => (typeof message === 'number' ? message : message.id);

function callbackData(message: Message, label: string): string {
  const buttons = message.markup?.kind === 'inline' ? message.markup.rows.flat() : [];
  const button = buttons.find(({ text }) => text === label);
  if (button?.kind === 'callback') return button.data;
  const labels = buttons.map(({ text }) => `“${text}”`).join(', ');
  throw new Error(`no button “${label}” to press; there is: ${labels || 'none'}`);
}

function keyOf(keyboard: Extract<Markup, { kind: 'reply' }>, label: string): ReplyButton {
  const keys = keyboard.rows.flat();
  const key = keys.find(({ text }) => text === label);
  if (!key) throw new Error(`no key “${label}”; there is: ${keys.map(({ text }) => `“${text}”`).join(', ')}`);
  return key;
}
