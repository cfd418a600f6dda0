import type { AskedField, LineOptions, OwnedLine, WrongAnswer } from '../../../machines/model/settings.ts';
import type { NewEdits } from '../../ports/line-book.ts';
import type { FieldChecks } from './field.ts';
import { fields } from './fields.ts';

/** Judges what was entered for a field of a line that is yet to be, as if the person had been asked for it. */
export const judgeOf =
  (checks: FieldChecks) =>
  async (
    field: AskedField,
    text: string,
  ): Promise<
    { readonly values: Partial<LineOptions> & NewEdits; readonly wrong?: undefined } | { readonly wrong: WrongAnswer }
  > => {
    const reading = await fields[field].read(text, noLine, checks);
    if ('wrong' in reading) return { wrong: reading.wrong };
    return { values: 'edits' in reading ? reading.edits : reading.options };
  };

/** Nothing of it is looked at but what waits and what hours it has. */
const noLine = { pending: {}, proxy: '', login: '', name: '', quietHours: undefined } as unknown as OwnedLine;
