import { quietHoursText } from '../../../machines/model/quiet-hours.ts';
import { type Field, isDash } from './field.ts';

/** `22:00-07:00`, and where: `22:00-07:00 Europe/Berlin`. Minutes may be left out. */
const written = /^(\d{1,2}(?::\d{2})?)\s*[-–—]\s*(\d{1,2}(?::\d{2})?)(?:\s+([A-Za-z][A-Za-z0-9_+/-]{0,63}))?$/;

export const quiet: Field = {
  current: (line) => line.quietHours && quietHoursText(line.quietHours),
  read: (text, line, { timeZone }) => {
    if (isDash(text)) return { options: { quietHours: undefined } };
    const [, fromText, untilText, place] = written.exec(text.trim()) ?? [];
    const [from, until] = [minutesOf(fromText), minutesOf(untilText)];
    const zone = place === undefined ? (line.quietHours?.timeZone ?? timeZone) : zoneOf(place);
    // The same twice is either never or always: who could tell?
    if (from === undefined || until === undefined || zone === undefined || from === until) {
      return { wrong: { kind: 'field', field: 'quiet' } };
    }
    return { options: { quietHours: { from, until, timeZone: zone } } };
  },
};

function minutesOf(text: string | undefined): number | undefined {
  const [hours = Number.NaN, minutes = 0] = (text ?? '').split(':').map(Number);
  if (text === undefined || hours > 24 || minutes > 59 || (hours === 24 && minutes > 0)) return undefined;
  return (hours % 24) * 60 + minutes;
}

/** As the IANA writes it; undefined: there is no such place. */
function zoneOf(place: string): string | undefined {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: place }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}
