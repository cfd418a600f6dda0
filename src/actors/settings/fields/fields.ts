import type { AskedField } from '../../../machines/model/settings.ts';
import { codecs, dtmf } from './call-options.ts';
import type { Field } from './field.ts';
import { login, name, password } from './identity.ts';
import { quiet } from './quiet-hours.ts';
import { rules } from './rules.ts';
import { domain, proxy } from './servers.ts';

/** Everything a line is asked for, and what each accepts (product §3.4). */
export const fields: Readonly<Record<AskedField, Field>> = {
  name,
  login,
  password,
  domain,
  proxy,
  codecs,
  dtmf,
  rules,
  quiet,
};
