import { LineBookRepository } from '../db/line-book-repository.ts';
import { OperatorNoticeRepository } from '../db/operator-notice-repository.ts';
import { UserId } from '../machines/model/ids.ts';
import type { Commands } from './command.ts';
import { checked, type Form, WrongUsage } from './wrong-usage.ts';

const receiver: Form = { form: /^(all|\d{1,16})$/, allowed: 'all, or a Telegram user id such as 123456789' };
const noticeText: Form = { form: /^[^]{1,3000}$/, allowed: 'a text of 1 to 3000 characters' };

export const ownerUsage = `\
  owner list                           who owns lines, how many, and on which plan
  notice send all|<telegram id> <text> the settings bot says it to every owner, or to one`;

export const ownerCommands: Commands = {
  'owner list': async () => async (storage) => {
    const owners = await new LineBookRepository(storage.database, storage.box).owners();
    const rows = owners.map(({ owner, name, lines, plan }) =>
      [owner, name && printable(name), `${lines} ${lines === 1 ? 'line' : 'lines'}`, plan && `plan ${plan}`]
        .filter(Boolean)
        .join('  '),
    );
    return rows.join('\n') || 'Nobody owns a line yet.';
  },
  'notice send': async ([to = '', ...words]) => {
    checked('notice send', 'to', to, receiver);
    const text = words.join(' ').trim();
    if (!noticeText.form.test(text))
      throw new WrongUsage(`notice send: found ${text.length} characters, allowed is ${noticeText.allowed}`);
    return async (storage) => {
      const notices = new OperatorNoticeRepository(storage.database);
      const count = await notices.put(to === 'all' ? undefined : UserId(to), text);
      return `The notice goes to ${count} ${count === 1 ? 'owner' : 'owners'}, by a service that runs or the next one that starts.`;
    };
  },
};

/** People choose their names: no terminal is to obey them. */
const printable = (name: string): string => name.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ');
