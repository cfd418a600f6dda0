import type { QuietHours } from './settings.ts';

/** `22:00-07:00 Europe/Berlin`: as people see them, and may write them. */
export const quietHoursText = ({ from, until, timeZone }: QuietHours): string =>
  `${clockTime(from)}-${clockTime(until)} ${timeZone}`;

const clockTime = (minutes: number): string =>
  [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0')).join(':');
