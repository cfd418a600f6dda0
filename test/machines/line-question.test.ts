import { expect, test } from 'vitest';
import { createActor, SimulatedClock } from 'xstate';
import { lineQuestionMachine } from '../../src/machines/line-question.ts';
import { CallId, LineId, UserId } from '../../src/machines/model/ids.ts';

test('a press on a line that was not offered leaves the question open', () => {
  const dialled: string[] = [];
  const choiceOf = (name: string) =>
    ({ line: LineId(name), lineName: name, target: { kind: 'number', user: '200' } }) as const;
  const question = createActor(
    lineQuestionMachine.provide({
      actions: { show: () => {}, dial: (_, { choice }) => dialled.push(choice.lineName) },
    }),
    {
      input: {
        user: UserId('1'),
        call: CallId('call'),
        number: '200',
        choices: [choiceOf('Office'), choiceOf('Home')],
      },
      clock: new SimulatedClock(),
    },
  ).start();
  question.send({ type: 'chosen', choice: 2 });
  expect(dialled).toEqual([]);
  question.send({ type: 'chosen', choice: 1 });
  expect(dialled).toEqual(['Home']);
});
