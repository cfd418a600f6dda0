import type { EpochMs } from '../machines/model/ids.ts';
import type { QuietHours } from '../machines/model/settings.ts';

/** Whether nobody is to be rung at that moment, by the clock of the place (B-17); hours may run over midnight. */
export function isQuiet({ from, until, timeZone }: QuietHours, at: EpochMs): boolean {
  const minute = minuteOfDay(timeZone, at);
  return from <= until ? minute >= from && minute < until : minute >= from || minute < until;
}

function minuteOfDay(timeZone: string, at: EpochMs): number {
  const [hours = 0, minutes = 0] = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
    .format(at)
    .split(':')
    .map(Number);
  return hours * 60 + minutes;
}
