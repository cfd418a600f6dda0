import { blankOptions } from '../../../machines/model/blank-line.ts';
import { automaticName } from '../../../machines/model/line-name.ts';
import type { LineOptions } from '../../../machines/model/settings.ts';
import type { NewEdits } from '../../ports/line-book.ts';
import type { Template } from '../../ports/templates.ts';
import type { Next, PressHandlers, Visitor } from '../handlers.ts';
import type { SettingsParts } from '../parts.ts';
import { planRoom } from '../plan-room.ts';
import { madeBy } from './made-by.ts';
import { noteTemplateOf } from './template-revision.ts';

type Parts = Pick<SettingsParts, 'lines' | 'plans' | 'screens' | 'templates' | 'hints'>;

export const newHandlers = (parts: Parts): PressHandlers<'new'> => ({ new: (visitor) => newLine(parts, visitor, {}) });

/** `/start t_<id>`: a line that has the operator's settings from the beginning; without such a template the list. */
export async function newLineFrom(parts: Parts, visitor: Visitor, id: string): Promise<Next> {
  const template = parts.templates.find(id);
  if (!template) return { screen: await parts.screens.lines(visitor, { kind: 'expired' }) };
  return newLine(parts, visitor, settingsOf(template));
}

async function newLine(parts: Parts, visitor: Visitor, settings: Partial<LineOptions> & NewEdits): Promise<Next> {
  const { lines, screens } = parts;
  const id = madeBy(visitor);
  const { own, limit } = await planRoom(parts, visitor.user);
  if (own.some((line) => line.id === id)) return { screen: await screens.line(visitor, id) };
  if (own.length >= limit) return { screen: await screens.lines(visitor, { kind: 'lines-limit', limit }) };
  const names = new Set(own.map(({ name }) => name));
  let number = own.length + 1;
  while (names.has(automaticName(number))) number++;
  // Nothing of a draft is in use yet that the values would have to wait beside.
  const values = { ...blankOptions, name: automaticName(number), pendingSince: undefined, ...settings };
  await noteTemplateOf(parts, await lines.create(visitor.user, values, id), visitor.at);
  return { screen: await screens.line(visitor, id) };
}

const settingsOf = ({
  id,
  domain,
  proxy,
  transport,
  transports,
  dialRules,
  codecs,
  dtmfMethods,
}: Template): Partial<LineOptions> & NewEdits => {
  const first = transport ?? (transports.includes('udp') ? undefined : transports[0]);
  return {
    template: id,
    ...(domain !== undefined && { domain }),
    ...(proxy !== undefined && { proxy }),
    ...(first !== undefined && { transport: first }),
    ...(dialRules !== undefined && { dialRules }),
    ...(codecs && { codecs }),
    ...(dtmfMethods && { dtmfMethods }),
  };
};
