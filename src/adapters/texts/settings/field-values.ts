import type { AskedField, QuietHours } from '../../../machines/model/settings.ts';
import type { LineDetails, LineFacts } from '../../../machines/model/settings-screens.ts';

/** What a field holds, as its owner sees it; empty where it holds nothing. A password is never shown. */
export function shownValue(field: AskedField | 'transport', { name }: LineFacts, details: LineDetails): string {
  switch (field) {
    case 'name':
      return name;
    case 'password':
      return details.hasPassword ? '••••' : '';
    case 'transport':
      return details.transport.toUpperCase();
    case 'codecs':
      return details.codecs.join();
    case 'dtmf':
      return details.dtmfMethods.join();
    case 'rules':
      return details.dialRules;
    case 'quiet':
      return quietHours(details.quietHours);
    default:
      return details[field];
  }
}

/** `22:00–07:00 Europe/Berlin` */
function quietHours(hours: QuietHours | undefined): string {
  if (!hours) return '';
  const two = (value: number) => String(value).padStart(2, '0');
  const time = (minutes: number) => `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
  return `${time(hours.from)}–${time(hours.until)} ${hours.timeZone}`;
}
