import { type AnyStateMachine, type EventObject, fromCallback, fromPromise, type NonReducibleUnknown } from 'xstate';

const placeholders = new WeakSet<object>();
const placeholder = <T extends object>(declared: T): T => {
  placeholders.add(declared);
  return declared;
};

/** Declares work that is told and forgotten: the machine names it, an actor file wires it. */
export const effect = <Params extends object | undefined = undefined>() =>
  placeholder((_: unknown, _params: Params): void => {
    throw new Error('effect was never provided');
  });

/** Declares work with an answer: a state invokes it, an actor file wires it. */
export const operation = <Output, Input extends NonReducibleUnknown>() =>
  placeholder(
    fromPromise<Output, Input>(async () => {
      throw new Error('operation was never provided');
    }),
  );

/** Declares a stream of facts: a state invokes it, the facts arrive as events until the state is left. */
export const facts = <Fact extends EventObject, Input extends NonReducibleUnknown>() =>
  placeholder(
    fromCallback<EventObject, Input, Fact>(() => {
      throw new Error('facts were never provided');
    }),
  );

/** Names every effect, operation and stream of facts that `provide()` has not replaced. */
export function unwired(machine: AnyStateMachine): string[] {
  const { actions, actors } = machine.implementations;
  return Object.entries<unknown>({ ...actions, ...actors })
    .filter(([, declared]) => placeholders.has(declared as object))
    .map(([name]) => name);
}
