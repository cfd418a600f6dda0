import { LineId } from '../../../machines/model/ids.ts';
import type { Visitor } from '../handlers.ts';

/** The id of a line that is made by what somebody does: done again after a crash, it finds the line and makes no other. */
export const madeBy = ({ key }: Pick<Visitor, 'key'>, place = 0): LineId =>
  LineId(`${key.slice(0, -2)}${place.toString(16).padStart(2, '0')}`);
