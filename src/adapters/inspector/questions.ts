import type { ActorInspector } from '../../actors/ports/inspector.ts';

/** What a page asks. `id`: comes back with the answer. */
export type Question =
  | { readonly type: 'watch'; readonly actor: string }
  | { readonly type: 'unwatch' }
  | { readonly type: 'stately' }
  | { readonly id: number; readonly type: keyof typeof answers; readonly of: string };

type Answer = (inspector: ActorInspector, of: string) => unknown;

/** By what is asked for. */
const answers = {
  chart: (inspector, machine) => inspector.chart(machine),
  history: (inspector, actor) => inspector.history(actor),
  calls: (inspector, actor) => inspector.callsOf(actor),
  call: async (inspector, call) => (isCall(call) ? inspector.historiesOf(call) : []),
  ladder: async (inspector, call) => (isCall(call) ? inspector.ladder(call) : { call, entries: [] }),
  test: async (inspector, call) => (isCall(call) ? inspector.testCase(call) : ''),
} satisfies Record<string, Answer>;

const isCall = (text: string): boolean => /^[\w.~-]{1,64}$/.test(text);

/** @returns undefined when it is none */
export function questionOf(text: string): Question | undefined {
  try {
    const { type, actor, id, of } = JSON.parse(text) as Record<string, unknown>;
    if (type === 'watch') return typeof actor === 'string' ? { type, actor } : undefined;
    if (type === 'unwatch' || type === 'stately') return { type };
    const isAsked = typeof type === 'string' && Object.hasOwn(answers, type);
    if (!isAsked || typeof id !== 'number' || typeof of !== 'string') return undefined;
    return { id, type: type as keyof typeof answers, of };
  } catch {
    return undefined;
  }
}

export const answerTo = async (
  inspector: ActorInspector,
  { type, of }: Extract<Question, { readonly id: number }>,
): Promise<unknown> => answers[type](inspector, of);
