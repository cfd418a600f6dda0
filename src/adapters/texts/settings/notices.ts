import type { PickerKey } from '../../../actors/ports/settings-chat.ts';
import type { OwnerNotice, SettingsNotice } from '../../../machines/model/settings-screens.ts';
import { sipReply } from '../outcome.ts';
import type { Phrase } from '../phrasebook.ts';
import { button, goToCalls, type NoticeRendering, type SayNotice } from './rendering.ts';
import { brief, paragraphs } from './words.ts';
import { wrongAnswer } from './wrong-answers.ts';

type Other = Exclude<SettingsNotice, OwnerNotice>;

/** Messages of the settings bot that are no screen. */
export const notices: NoticeRendering<Other> = {
  'wrong-answer': ({ wrong }, phrase) => ({ text: wrongAnswer(wrong, phrase) }),
  'pick-user': picker('pick-user', ['user']),
  'pick-new-owner': picker('pick-new-owner', ['user']),
  'pick-chat': picker('pick-chat', ['group', 'channel']),
  picked: (_, phrase) => ({ text: phrase('picked'), keys: [] }),
  'password-stays': (_, phrase) => ({ text: phrase('password-stays') }),
  'invitation-accepted': ({ lineName, chatAccount }, phrase) => ({
    text: phrase('invitation-accepted', { name: brief(lineName) }),
    buttons: goToCalls(chatAccount, phrase),
  }),
  'invitation-write-first': ({ lineName, chatAccount }, phrase) => ({
    text: phrase('invitation-write-first', { name: brief(lineName) }),
    buttons: goToCalls(chatAccount, phrase),
  }),
  unassigned: ({ lineName }, phrase) => ({ text: phrase('unassigned', { name: brief(lineName) }) }),
  'user-active': ({ lineName, name }, phrase) => ({ text: phrase('user-active', said(lineName, name)) }),
  'invitation-gone': (_, phrase) => ({ text: phrase('invitation-gone') }),
  'hand-over-offer': ({ lineName, from, offer }, phrase) => ({
    text: phrase('hand-over-offer', said(lineName, from)),
    buttons: [[button(phrase('label-take'), { do: 'take', offer })]],
  }),
  'hand-over-taken': ({ lineName, name }, phrase) => ({ text: phrase('hand-over-taken', said(lineName, name)) }),
  'taken-back': ({ lineName, name }, phrase) => ({ text: phrase('hand-over-undone', said(lineName, name)) }),
  'hand-over-expired': (_, phrase) => ({ text: phrase('hand-over-expired') }),
  // Nothing around it: the message as it is can be sent back to import it.
  exported: ({ text }) => ({ text: paragraphs(text) }),
  'test-report': ({ lineName, codec, keys }, phrase) => ({
    text: [
      phrase('test-report', { name: brief(lineName) }),
      codec === undefined ? phrase('test-report-silent') : phrase('test-report-codec', { codec: brief(codec) }),
      keys.length > 0 ? phrase('test-report-keys', { keys: arrived(keys) }) : phrase('test-report-no-keys'),
    ].join('\n'),
  }),
  'test-failed': ({ lineName, sip }, phrase) => ({
    text: [
      phrase('test-report', { name: brief(lineName) }),
      sip ? phrase('test-failed-reply', { reply: sipReply(sip) }) : phrase('test-failed'),
    ].join('\n'),
  }),
  'operator-says': ({ text }, phrase) => ({ text: `${phrase('operator-says')}\n${paragraphs(text)}` }),
  admin: ({ text }) => ({ text: paragraphs(text) }),
};

const said = (lineName: string, person: string) => ({ name: brief(lineName), person: brief(person) });

type Keys = Extract<Other, { kind: 'test-report' }>['keys'];

/** `12# (rfc2833), 4 (inband)`: the ways as `DTMF Methods` names them. */
function arrived(keys: Keys): string {
  const runs: { digits: string; way: Keys[number]['way'] }[] = [];
  for (const { digit, way } of keys) {
    const last = runs.at(-1);
    if (last?.way === way) last.digits += digit;
    else runs.push({ digits: digit, way });
  }
  return runs.map(({ digits, way }) => `${digits} (${way === 'voice' ? 'inband' : way})`).join(', ');
}

function picker(id: string, picks: readonly PickerKey['picks'][]): SayNotice<Other> {
  return (_, phrase: Phrase, request) => ({
    text: phrase(id),
    keys: picks.map((kind) => ({ label: phrase(keyLabels[kind]), picks: kind, request })),
  });
}

const keyLabels: Readonly<Record<PickerKey['picks'], string>> = {
  user: 'label-select-user',
  group: 'label-select-chat',
  channel: 'label-select-channel',
};
