import type { Screen } from '../../../machines/model/settings-screens.ts';
import { commandsIn } from './commands.ts';
import { backToLines, button, goToCalls, type ScreenRendering } from './rendering.ts';

export const help: ScreenRendering<Extract<Screen, { kind: 'help' }>> = {
  help: ({ chatAccount }, phrase) => ({
    text: [
      phrase('help'),
      '',
      ...commandsIn(phrase).map(({ command, description }) => `/${command} — ${description}`),
    ].join('\n'),
    buttons: [
      ...goToCalls(chatAccount, phrase),
      [button(phrase('label-workers'), { do: 'workers' }), button(phrase('label-language'), { do: 'language-list' })],
      [backToLines(phrase)],
    ],
  }),
};
