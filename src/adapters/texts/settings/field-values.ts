import { quietHoursText } from '../../../machines/model/quiet-hours.ts';
import type { AskedField } from '../../../machines/model/settings.ts';
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
      return details.quietHours ? quietHoursText(details.quietHours) : '';
    default:
      return details[field];
  }
}
