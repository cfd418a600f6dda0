import type { Next, PressHandlers, Visitor } from '../handlers.ts';
import type { SettingsParts } from '../parts.ts';

export const showLanguages = async ({ language = 'en' }: Visitor): Promise<Next> => ({
  screen: { kind: 'languages', chosen: language },
});

/** The list of lines, and what is chosen for oneself there (product §§3.3, 5.4, 14.4). */
export const listHandlers = (
  parts: SettingsParts,
): PressHandlers<'lines' | 'line' | 'callback' | 'language-list' | 'language'> => ({
  lines: async (visitor, { page }) => {
    const screen = await parts.screens.lines(visitor);
    return { screen: page === undefined || screen.kind !== 'lines' ? screen : { ...screen, page } };
  },

  line: async (visitor, { line }) => ({ screen: await parts.screens.line(visitor, line) }),

  callback: async (visitor, { on }) => {
    await parts.setCallback(visitor.user, on);
    return { screen: await parts.screens.lines(visitor) };
  },

  'language-list': showLanguages,

  language: async (visitor, { language }) => {
    await parts.people.setLanguage(visitor.user, language);
    return { screen: await parts.screens.lines({ ...visitor, language }) };
  },
});
