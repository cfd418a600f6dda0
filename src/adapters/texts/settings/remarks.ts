import type { Remark } from '../../../machines/model/settings.ts';
import type { Phrase } from '../phrasebook.ts';
import { fieldNames } from './fields.ts';
import { brief, nothing, plain } from './words.ts';

/** What a screen says above everything else. */
export function remark(said: Remark, phrase: Phrase): string {
  switch (said.kind) {
    case 'wrong-parameters':
      return phrase('remark-wrong-parameters', { fields: fieldNames(said.missing, phrase) });
    case 'not-in-plan':
      return phrase(`remark-not-in-plan-${said.what}`);
    case 'lines-limit':
      return phrase('remark-lines-limit', { limit: said.limit });
    case 'deleted':
      return phrase('remark-deleted', { name: brief(said.name) });
    case 'imported':
      return phrase('remark-imported', { count: said.count });
    case 'chat-refused':
      return phrase('remark-chat-refused', { chat: chatName(said.title), reason: brief(said.reason) });
    case 'chat-chosen':
      return said.title === undefined
        ? phrase('remark-chat-chosen-unnamed')
        : phrase('remark-chat-chosen', { chat: brief(said.title) });
    case 'user-chosen':
    case 'offered':
      return phrase(`remark-${said.kind}`, { person: brief(said.name) });
    case 'user-invited':
    case 'offered-by-link':
      return phrase(`remark-${said.kind}`, { person: brief(said.name), link: plain(said.link) });
    case 'test-call':
      return phrase(`test-call-${said.outcome}`);
    default:
      return phrase(`remark-${said.kind}`);
  }
}

const chatName = (title: string | undefined): string => (title === undefined ? nothing : brief(title));
