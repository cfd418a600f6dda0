import type { AppliedSettings, LineOptions } from './settings.ts';
import { dtmfMethods } from './tone.ts';

/** What a line has before anybody says anything (product §3.4). */
export const blankOptions: Omit<LineOptions, 'name'> = {
  codecs: ['opus', 'alaw', 'mulaw'],
  dtmfMethods,
  recording: false,
  recordingsChat: undefined,
  quietHours: undefined,
};

export const blankSettings: AppliedSettings = {
  login: '',
  domain: '',
  proxy: '',
  transport: 'udp',
  worker: 'auto',
  template: undefined,
  dialRules: '',
};
