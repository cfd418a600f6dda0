import type { SettingsMessage } from '../../../../src/actors/ports/settings-chat.ts';
import { FluentSettingsTexts } from '../../../../src/adapters/texts/settings/texts.ts';
import type { Screen, SettingsNotice } from '../../../../src/machines/model/settings-screens.ts';
import { office } from './samples.ts';

export const texts = new FluentSettingsTexts();
export const show = (screen: Screen, language = 'en') => texts.screen(screen, language);
/** The keys of pickers have request 7. */
export const say = (notice: SettingsNotice, language = 'en') => texts.notice(notice, language, 7);

export const labels = ({ buttons = [] }: SettingsMessage) => buttons.map((row) => row.map(({ label }) => label));
/** What buttons do: presses, and addresses they open. */
export const presses = ({ buttons = [] }: SettingsMessage) =>
  buttons.flat().map((button) => ('press' in button ? button.press : button.url));

export const asksFor = (name: 'login' | 'password' | 'domain' | 'rules') =>
  ({
    kind: 'question',
    question: { kind: 'field', line: office, field: name },
    lineName: 'Office',
    hint: undefined,
    current: undefined,
  }) as const;
