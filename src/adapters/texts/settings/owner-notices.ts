import type { OwnerNotice } from '../../../machines/model/settings-screens.ts';
import { serviceError, sipReply } from '../outcome.ts';
import type { Phrase } from '../phrasebook.ts';
import { recorderFault } from '../recording-faults.ts';
import type { NoticeRendering } from './rendering.ts';
import { brief } from './words.ts';

/** Product §3.10. */
export const ownerNotices: NoticeRendering<OwnerNotice> = {
  'registration-failing': (notice, phrase) => {
    const name = brief(notice.lineName);
    return {
      text: notice.sip
        ? phrase('registration-refused', { name, reply: brief(sipReply(notice.sip)) })
        : phrase('registration-unanswered', { name, detail: brief(notice.detail) }),
    };
  },
  'registration-recovered': ({ lineName }, phrase) => ({
    text: phrase('registration-recovered', { name: brief(lineName) }),
  }),
  'user-blocks': ({ lineName }, phrase) => ({ text: phrase('user-blocks', { name: brief(lineName) }) }),
  'user-privacy': ({ lineName }, phrase) => ({ text: phrase('user-privacy', { name: brief(lineName) }) }),
  'recording-not-stored': ({ lineName, why }, phrase) => ({
    text: phrase('recording-not-stored', { name: brief(lineName), reason: recorderFault(why, phrase) }),
  }),
  'worker-down': ({ worker, lineNames }, phrase) => ({
    text: withLines(phrase('worker-down', { worker: brief(worker) }), 'worker-down-lines', lineNames, phrase),
  }),
  'worker-back': ({ worker, lineNames }, phrase) => ({
    text: withLines(phrase('worker-back', { worker: brief(worker) }), 'worker-back-lines', lineNames, phrase),
  }),
  'plan-limit': ({ limit }, phrase) => ({ text: phrase('plan-limit', { error: serviceError(limit, phrase) }) }),
  'template-changed': ({ lineName, template }, phrase) => ({
    text: phrase('template-changed', { name: brief(lineName), template: brief(template) }),
  }),
};

/** Names of so many lines; the rest are counted. */
const most = 20;

function withLines(text: string, id: string, lineNames: readonly string[], phrase: Phrase): string {
  if (lineNames.length === 0) return text;
  const names = lineNames.slice(0, most).map(brief).join(', ');
  const said = `${text}\n${phrase(id, { names })}`;
  return lineNames.length > most ? `${said}\n${phrase('and-more', { count: lineNames.length - most })}` : said;
}
