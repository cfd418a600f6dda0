import type { SettingsButton, SettingsMessage } from '../../../actors/ports/settings-chat.ts';
import type { LineId } from '../../../machines/model/ids.ts';
import type { SettingsPress } from '../../../machines/model/settings.ts';
import type { Screen, SettingsNotice } from '../../../machines/model/settings-screens.ts';
import type { Phrase } from '../phrasebook.ts';
import { cutMiddle, longestLabel } from './words.ts';

/** One kind of several, also of a member that is several kinds at once: `Extract` finds none there. */
export type OfKind<Some, Kind> = Some extends { readonly kind: infer Own }
  ? Kind extends Own
    ? Some & { readonly kind: Kind }
    : never
  : never;

export type SayScreen<One extends Screen> = (screen: One, phrase: Phrase) => SettingsMessage;
export type SayNotice<One extends SettingsNotice> = (notice: One, phrase: Phrase, request: number) => SettingsMessage;

/** How each kind of some screens is shown. */
export type ScreenRendering<Some extends Screen> = {
  readonly [Kind in Some['kind']]: SayScreen<OfKind<Some, Kind>>;
};

/** How each kind of some notices is said. `request`: for the keys of a picker. */
export type NoticeRendering<Some extends SettingsNotice> = {
  readonly [Kind in Some['kind']]: SayNotice<OfKind<Some, Kind>>;
};

export const button = (label: string, press: SettingsPress): SettingsButton => ({
  label: cutMiddle(label, longestLabel),
  press,
});

export const backToLines = (phrase: Phrase): SettingsButton => button(phrase('label-back'), { do: 'lines' });
export const backToLine = (line: LineId, phrase: Phrase): SettingsButton =>
  button(phrase('label-back'), { do: 'line', line });

/** A row that opens the conversation with the chat account; none where that has no user name to be found by. */
export const goToCalls = (chatAccount: string, phrase: Phrase): readonly (readonly SettingsButton[])[] =>
  chatAccount === '' ? [] : [[{ label: phrase('label-go-to-calls'), url: `https://t.me/${chatAccount}` }]];
