import { Calls } from './calls.js';
import { Link } from './link.js';
import { Sound } from './sound.js';
import { Store } from './store.js';
import { CallCard } from './ui/call-card.js';
import { drawChats } from './ui/chats.js';
import { Compose } from './ui/compose.js';
import { Desk } from './ui/desk.js';
import { avatar, byId, h, icon, toast } from './ui/dom.js';
import { MessageList } from './ui/messages.js';

const link = new Link();
const store = new Store();
const sound = new Sound();
const calls = new Calls(link, sound);
const ask = (type, fields) => link.ask(type, fields);
const nameOf = (id) => store.chats.find((chat) => chat.id === id)?.name ?? 'Somebody';

const view = (name) => {
  document.body.dataset.view = name;
};
const open = (id) => {
  view('talk');
  store.show(id);
  ask('read', { peer: id }).catch(() => {});
};

const compose = new Compose(store, ask);
const answer = (call) => {
  open(call.peerId);
  call.answer();
};
const card = new CallCard({ calls, sound, nameOf, answer });
const desk = new Desk(store, ask, () => view('talk'));
const messages = new MessageList(byId('messages'), {
  reply: (message) => compose.reply(message),
  press: async (message, button, element) => {
    if (button.kind === 'copy') return navigator.clipboard.writeText(button.copyText).then(() => toast('Copied'));
    if (button.kind === 'url') return follow(button.url);
    if (button.kind !== 'callback') return;
    element.classList.add('waiting');
    try {
      const words = await ask('press', { message: message.id, label: button.text });
      if (words) toast(words);
    } catch (error) {
      toast(error.message === 'BOT_RESPONSE_TIMEOUT' ? 'The bot does not answer' : error.message);
    }
    element.classList.remove('waiting');
  },
});

/** A link to somebody here opens the conversation. */
const follow = (url) => {
  const [, username, start] =
    /^(?:https:\/\/t\.me\/|tg:\/\/resolve\?domain=)(\w+)(?:[?&]start=([\w-]+))?/.exec(url) ?? [];
  const chat = store.chats.find((each) => username && each.username === username);
  if (chat) {
    open(chat.id);
    if (start) ask('send', { to: chat.id, text: `/start ${start}` }).catch((error) => toast(error.message));
  } else if (/^https?:\/\//.test(url)) window.open(url, '_blank', 'noopener,noreferrer');
};

const drawHead = () => {
  const chat = store.current;
  const back = h('button', { type: 'button', class: 'round back', ariaLabel: 'Conversations' }, icon('back'));
  back.onclick = () => view('chats');
  const toDesk = h(
    'button',
    { type: 'button', class: 'round to-desk', ariaLabel: 'SIP phone', title: 'SIP phone' },
    icon('desk'),
  );
  toDesk.onclick = () => view('desk');
  const call = h('button', { type: 'button', class: 'round', ariaLabel: 'Call', title: 'Call' }, icon('phone'));
  call.onclick = () => calls.place(chat.id).catch((error) => toast(error.message));
  const start = h('button', { type: 'button', class: 'start' }, 'Start');
  start.onclick = () => ask('send', { to: chat.id, text: '/start' }).catch((error) => toast(error.message));
  byId('head').replaceChildren(
    back,
    avatar(chat.name),
    h('div', { class: 'who' }, h('b', {}, chat.name), h('small', {}, chat.about)),
    ...(chat.kind === 'account' ? [call] : chat.kind === 'bot' ? [start] : []),
    toDesk,
  );
};

const drawTalk = () => {
  messages.draw(store.current);
  compose.draw(store.current);
};
const drawList = () => drawChats(store, { open, device: calls.isEngaged ? 'in a call' : 'online' });

store.onchange = (what, peer) => {
  if (what === 'all') {
    drawHead();
    drawTalk();
    desk.draw();
  } else if (what === 'desk') return desk.draw();
  else if (peer === store.open) drawTalk();
  drawList();
};
calls.onchange = () => {
  card.draw();
  drawList();
  const rings = calls.current?.state === 'ringing' && calls.current.role === 'callee';
  document.title = rings ? `📞 ${nameOf(calls.current.peerId)}` : 'siptg sandbox';
};
sound.onchange = () => card.draw();

link.onevent = (event) => {
  if (event.type === 'call') calls.handle(event.call);
  else if (event.type === 'signal') calls.handleSignaling(event.id, event.data);
  else store.handle(event);
};
link.onstate = (state) => {
  const line = byId('line');
  line.hidden = state === 'up';
  line.textContent =
    state === 'refused'
      ? 'The sandbox was started anew: open the address it has printed now.'
      : 'The sandbox does not answer. Trying again…';
  document.body.classList.toggle('off', state !== 'up');
};
document.onvisibilitychange = () => !document.hidden && store.open && store.show(store.open);
link.open();

/** For tests, and for the curious. */
window.__call = {
  get pc() {
    return calls.current?.connection;
  },
  get call() {
    return calls.current;
  },
  sound,
  peak: () => sound.peak(),
  stats: async () => [...((await calls.current?.connection?.getStats())?.values() ?? [])],
};
