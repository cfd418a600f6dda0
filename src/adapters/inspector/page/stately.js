import { Connection } from './connection.js';
import { byId, write } from './dom.js';

/** Stately's page shows what is posted to it; nothing of it leaves this browser by us. */
const theirs = 'https://stately.ai';
const frame = byId('frame');
const connection = new Connection();
let isReady = false;

const say = (link, words) => {
  byId('link').dataset.link = link;
  write(byId('link'), words);
};
const begin = () => isReady && connection.tell({ type: 'stately' });

addEventListener('message', ({ origin, source, data }) => {
  if (origin !== theirs || source !== frame.contentWindow || data?.type !== '@statelyai.connected') return;
  isReady = true;
  say('live', 'live');
  begin();
});
connection.addEventListener('link', ({ detail: { link, words } }) => {
  if (link !== 'live' || isReady) say(link, words);
});
connection.addEventListener('hello', begin);
connection.addEventListener('stately', ({ detail: { event } }) => frame.contentWindow.postMessage(event, theirs));
connection.open();
// Only now: it says once that it is there.
frame.src = `${theirs}/inspect`;
