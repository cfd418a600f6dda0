import type { Person, PersonMessage } from '../../sandbox/telegram/person.ts';
import { LineId } from '../../src/machines/model/ids.ts';
import { eventually } from './eventually.ts';
import type { SettingsConversation } from './settings-conversation.ts';
import type { Stage } from './stage.ts';

/** Presses the button of a field and answers its question. @returns the screen then */
export async function enter(who: SettingsConversation, field: string, value: string): Promise<PersonMessage> {
  await who.press(who.label(field) ?? field);
  return who.write(value);
}

/** Opens the line of this name from the list, as it stands now. @returns its screen */
export async function openLine(who: SettingsConversation, name: string): Promise<PersonMessage> {
  const list = await who.open();
  const label = list.buttons.flat().find((text) => text.endsWith(` ${name}`));
  if (label === undefined) throw new Error(`no line ${name} in the list: ${list.buttons.flat().join(', ')}`);
  return who.press(label);
}

/** Opens the line again until it shows this. @returns its screen */
export const lineShows = (who: SettingsConversation, name: string, what: RegExp): Promise<PersonMessage> =>
  eventually(
    async () => {
      const screen = await openLine(who, name);
      if (!what.test(screen.text)) throw new Error(`${name} shows ${JSON.stringify(screen.text)}`);
      return screen;
    },
    { interval: 100 },
  );

/** The id of the line of this name. */
export async function lineNamed({ service }: Stage, name: string): Promise<LineId> {
  const line = (await service.lines.all()).find((one) => one.name === name);
  if (!line) throw new Error(`there is no line ${name}`);
  return LineId(line.id);
}

/** The id of the person's newest line, which may have no name of its own before its edits apply. */
export async function newestLine({ service }: Stage, { id: owner }: Pick<Person, 'id'>): Promise<LineId> {
  const line = (await service.lines.all()).findLast((one) => one.owner === owner);
  if (!line) throw new Error(`${owner} owns no line`);
  return LineId(line.id);
}

/** The line's next registration that begins and comes to its end, from now on. */
export function nextRegistration({ service }: Stage, line: LineId): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let begun = false;
  const late = setTimeout(() => reject(new Error('no registration within 15 s')), 15_000);
  const unwatch = service.lineActors.watch((changed, { state }) => {
    if (changed !== line) return;
    if (state === 'registering') begun = true;
    else if (begun && state === 'reachable') resolve();
  });
  return promise.finally(() => {
    clearTimeout(late);
    unwatch();
  });
}

/**
 * From the first of them until edits apply by themselves, and then until the deadlines are looked at in the time of the
 * stage: jobs wake in real time.
 */
export const autoApplyMs = 300_000 + 32_000;
