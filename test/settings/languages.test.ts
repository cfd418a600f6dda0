import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { settingsConversation } from '../support/settings-conversation.ts';
import { openStage, type Stage } from '../support/stage.ts';

/** Letters that only one of the two has. */
const russian = /[ыэё]|Линия|линий/;

/** Some words of each language: of the list, of the draft, of the question for a login. */
const languages = [
  { code: 'ru', own: 'Русский', open: 'Новая линия', list: /^У вас пока нет линий/, draft: /Черновик/, login: 'Логин' },
  {
    code: 'uk',
    own: 'Українська',
    open: 'Нова лінія',
    list: /^У вас поки немає ліній/,
    draft: /Чернетка/,
    login: 'Логін',
  },
  {
    code: 'es',
    own: 'Español',
    open: 'Nueva línea',
    list: /^Aún no tienes líneas/,
    draft: /Borrador/,
    login: 'Usuario SIP',
  },
  { code: 'en', own: 'English', open: 'New', list: /^You have no line yet/, draft: /Draft/, login: 'Login' },
] as const;

describe('the language of the settings bot', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage?.close());

  test('AC-71 who has a Russian Telegram reads Russian; after /language English the labels are exactly those of the page', async () => {
    const { person } = stage.addPerson('Ivan', { languageCode: 'ru' });
    const ivan = settingsConversation(stage, person);
    const list = await ivan.open();
    expect(list.text).toMatch(russian);
    expect(list.buttons).toEqual([['Новая линия', 'Импорт'], ['Выключить обратный звонок'], ['Перейти к звонкам']]);
    const line = await ivan.press('Новая линия');
    expect(line.text).toMatch(/^⚪ Line 1\nЧерновик/);
    const latin = line.buttons
      .flat()
      .join()
      .match(/[A-Za-z]+/g);
    expect(new Set(latin)).toEqual(new Set('Line UDP opus alaw mulaw DTMF rfc info inband'.split(' ')));

    await ivan.write('/language');
    expect(ivan.screen().buttons).toEqual([['English'], ['▸ Русский'], ['Українська'], ['Español'], ['Назад']]);
    const english = await ivan.press('English');
    expect(english.buttons).toEqual([['⚪ Line 1'], ['New', 'Import'], ['Switch off Callback mode'], ['Go to calls']]);
    const draft = await ivan.press('⚪ Line 1');
    expect(draft.buttons).toEqual([
      ['Name: Line 1'],
      ['Login: —', 'Password: —'],
      ['Domain: —', 'Proxy: —'],
      ['UDP', 'Worker'],
      ['Settings templates'],
      ['Audio Codecs: opus,alaw,mulaw', 'DTMF Methods: rfc2833,info,inband'],
      ['Dial Rules: —'],
      ['☑️ Call recording', 'Chat for recordings'],
      ['User'],
      ['Quiet hours: —', 'Test call'],
      ['Export'],
      ['Switch on', 'Delete'],
      ['Transfer', 'Back'],
    ]);
  });

  test.each(languages)('AC-71 $own: of a Telegram in it, and chosen by whoever has another', async (language) => {
    const native = stage.addPerson('Nina', { languageCode: language.code });
    const other = stage.addPerson('Otto', { languageCode: language.code === 'en' ? 'ru' : 'de' });
    const [nina, otto] = [settingsConversation(stage, native.person), settingsConversation(stage, other.person)];
    await otto.write('/language');
    const chosen = await otto.press(language.own);
    expect((await nina.open()).text).toMatch(language.list);
    expect(chosen.text).toBe(nina.screen().text);
    expect(chosen.buttons).toEqual(nina.screen().buttons);
    const draft = await nina.press(language.open);
    expect(draft.text).toMatch(language.draft);
    const question = await nina.press(nina.label(language.login) ?? '');
    expect(question.text).toContain(language.login);
  });
});
