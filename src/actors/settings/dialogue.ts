import { fromPromise } from 'xstate';
import type { UserId } from '../../machines/model/ids.ts';
import type { Question } from '../../machines/model/settings.ts';
import type { Deed, Whereabouts } from '../../machines/model/settings-dialogue.ts';
import { settingsDialogueMachine } from '../../machines/settings-dialogue.ts';
import { saysPassword } from './handlers/line-text.ts';
import type { Visitor } from './handlers.ts';
import { Presenter, type PresenterParts } from './presenter.ts';
import type { SettingsHandlers } from './settings.ts';
import { voiceOf } from './voice.ts';

export type DialogueParts = PresenterParts & { readonly handlers: SettingsHandlers };

/** The dialogue's statechart, wired to the handlers and to the conversation. */
export const settingsDialogue = (parts: DialogueParts) => {
  const { handlers, chat, people, clock, faults } = parts;
  const presenter = new Presenter(parts);
  const say = voiceOf(parts);
  const visitorOf = async (user: UserId, deed?: Deed): Promise<Visitor> => ({
    user,
    language: (await people.language(user)) ?? deed?.language,
    name: deed?.name,
    at: clock.now(),
    key: deed?.key ?? '',
  });

  return settingsDialogueMachine.provide({
    actors: {
      perform: fromPromise(async ({ input: { user, whereabouts, deed = nothing }, signal }) => {
        const removing = removeSecret(user, whereabouts.givenUp, deed);
        const visitor = await visitorOf(user, deed);
        const open = openOf(whereabouts);
        const next = deed.isLate
          ? { screen: await handlers.home(visitor, pressOf(deed) ?? open.question, { kind: 'try-again' }) }
          : await handlers.perform(visitor, deed.input, open);
        await removing;
        const inPlace = deed.input.kind === 'press' && deed.input.messageId === whereabouts.screenMessage;
        // Somebody may type on although he left the question: what he types is no less secret.
        const left = !next.question && isOfPassword(open.question) ? givenUp(open.question) : {};
        return presenter.show(visitor, whereabouts, { ...next, ...left }, inPlace, signal);
      }),

      judge: fromPromise(async ({ input: { user, whereabouts, deed = nothing }, signal }) => {
        const { question } = openOf(whereabouts);
        if (!question) throw new Error('an answer without a question');
        // Begun before anything else can fail.
        const removing = removeSecret(user, question, deed);
        const visitor = await visitorOf(user, deed);
        const text = deed.input.kind === 'text' ? deed.input.text : '';
        const judged = await handlers.answer(visitor, question, text);
        await removing;
        return 'wrong' in judged ? judged : presenter.show(visitor, whereabouts, judged, false, signal);
      }),

      correct: fromPromise(async ({ input: { user, whereabouts, wrong }, signal }) => {
        if (wrong) await presenter.say({ to: user, notice: { kind: 'wrong-answer', wrong } }, await visitorOf(user));
        return presenter.settle(user, whereabouts, signal);
      }),

      giveUp: fromPromise(async ({ input: { user, whereabouts, wrong }, signal }) => {
        const visitor = await visitorOf(user);
        const { question } = openOf(whereabouts);
        const screen = await handlers.home(visitor, question, { kind: 'gave-up' });
        const sayings = wrong ? [{ to: user, notice: { kind: 'wrong-answer', wrong } as const }] : [];
        // With wrong answers below it, nobody would see the old message change.
        const inPlace = whereabouts.question?.wrong === 0;
        return presenter.show(visitor, whereabouts, { screen, sayings, ...givenUp(question) }, inPlace, signal);
      }),

      recover: fromPromise(async ({ input: { user, whereabouts, deed }, signal }) => {
        const visitor = await visitorOf(user, deed);
        const { question = whereabouts.givenUp } = openOf(whereabouts);
        const screen = await handlers.home(visitor, pressOf(deed) ?? question);
        return presenter.show(visitor, whereabouts, { screen, ...givenUp(question) }, false, signal);
      }),
    },
    actions: { report: (_, { error }) => faults.report('settings dialogue', error) },
  });

  /** A password does not stay in the chat, right or wrong or too late (B-12); where we cannot, he has to delete it. */
  async function removeSecret(user: UserId, asked: Question | undefined, deed: Deed): Promise<void> {
    const { input, language } = deed;
    if (input.kind !== 'text' || !isSecret(asked, input.text)) return;
    try {
      await chat.remove(user, input.messageId);
    } catch (error) {
      faults.report('a password stays in a chat', error);
      await say({ to: user, notice: { kind: 'password-stays' } }, language);
    }
  }
};

const nothing: Deed = { key: '', input: { kind: 'other' }, language: undefined, name: undefined, isLate: false };

/** Some write it into lines to be imported, though none is taken from there. */
const isSecret = (asked: Question | undefined, text: string): boolean =>
  isOfPassword(asked) || (asked?.kind === 'import' && saysPassword(text));

const isOfPassword = (asked: Question | undefined): boolean => asked?.kind === 'field' && asked.field === 'password';

const pressOf = (deed: Deed | undefined) => (deed?.input.kind === 'press' ? deed.input.press : undefined);

const openOf = ({ question, picking, givenUp }: Whereabouts) => ({ question: question?.question, picking, givenUp });

const givenUp = (question: Question | undefined) => (question ? { givenUp: question } : {});
