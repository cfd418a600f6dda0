import { expect, test } from 'vitest';
import type { Note } from '../src/actors/inspection/ladder.ts';
import type { Conversation } from '../src/actors/ports/conversation.ts';
import { CallId, UserId, VoiceLegId } from '../src/machines/model/ids.ts';
import { tappedChats, tappedMedia, tappedSip, tappedTelegram } from '../src/service/taps.ts';
import { PlayedNetworks } from './fakes/networks.ts';

const olga = UserId('4930123456');
const [leg, pat] = [VoiceLegId('leg'), CallId('pat')];

test('what is said to both networks and the media plane is noted, and done all the same', () => {
  const nets = new PlayedNetworks();
  const notes: Note[] = [];
  const note = (one: Note) => void notes.push(one);
  const telegram = tappedTelegram(nets.telegram, note);
  const media = tappedMedia(nets.media, note);
  const facts: string[] = [];
  telegram.watch(leg, ({ type }) => void facts.push(type));
  telegram.ring(leg, olga);
  nets.user(leg, { type: 'user.answered' });
  media.playTone(leg, 'ringback');
  media.connect(leg, pat);
  telegram.hangUp(leg, { kind: 'normal' });
  expect(media.codecOf(pat)).toBe('alaw');
  expect(nets.told).toEqual([
    `ring user ${leg}`,
    `ringback to ${leg}`,
    `connect ${leg} ${pat}`,
    `hang up user ${leg} normal`,
  ]);
  expect(facts).toEqual(['user.answered', 'user.hungUp']);
  expect(notes.map(({ from, to, label, call }) => [from, to, label, call].filter(Boolean).join(' '))).toEqual([
    'siptg user rings the user',
    'user siptg user.answered',
    'siptg media plays ringback',
    `siptg media joins user and party ${pat}`,
    'siptg user hangs up: normal',
    'user siptg user.hungUp',
  ]);
  expect(JSON.stringify(notes)).not.toContain('4930123456');
});

test('of messages in the chat is noted that they were, and of which call', async () => {
  const notes: Note[] = [];
  const said = { userId: olga, messageId: 1 };
  const chats = { sayWithButtons: async () => said, edit: async () => said } as unknown as Conversation;
  const tapped = tappedChats(chats, (note) => void notes.push(note));
  expect(await tapped.sayWithButtons(olga, { text: 'Anna calls', callId: pat })).toBe(said);
  await tapped.edit(said, { text: 'Anna hung up', callId: pat });
  expect(notes.map(({ label, call }) => [label, call])).toEqual([
    ['message', pat],
    ['message edited', pat],
  ]);
  expect(JSON.stringify(notes)).not.toContain('Anna');
});

test('SIP messages are noted under their dialog', () => {
  const notes: Note[] = [];
  const sip = tappedSip({ bind: { host: '127.0.0.1', udpPort: 0, tcpPort: 0 } }, (note) => void notes.push(note));
  sip.onMessage?.({ isIn: true, label: 'INVITE', dialog: 'x', call: undefined });
  sip.onMessage?.({ isIn: false, label: '180 (INVITE)', dialog: 'x', call: pat });
  expect(notes.map(({ from, to, label, thread, call }) => [from, to, label, thread, call])).toEqual([
    ['party', 'siptg', 'INVITE', 'x', undefined],
    ['siptg', 'party', '180 (INVITE)', 'x', pat],
  ]);
});
