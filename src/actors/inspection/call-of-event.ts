import type { AnyEventObject, SnapshotFrom } from 'xstate';
import type { BridgeInput } from '../../machines/bridge.ts';
import type { CallId } from '../../machines/model/ids.ts';
import type { softphoneMachine } from '../../machines/softphone.ts';
import type { ObservedRoot } from './hub.ts';

type CallOf = (root: ObservedRoot, event: AnyEventObject) => CallId | undefined;

const ofInput: CallOf = ({ input }) => (input as { readonly call: CallId }).call;

/** The roots that calls are made of, by the ids of their machines, and which call an event of theirs is of. */
const calls: Readonly<Record<string, CallOf>> = {
  softphone: ({ actor }, event) => named(event) ?? inHand(actor.getSnapshot() as SnapshotFrom<typeof softphoneMachine>),
  bridge({ input }, { type }) {
    const { first, second } = input as BridgeInput;
    return (type.startsWith('second') ? second : first).label.call;
  },
  testCall: ofInput,
  lineQuestion: ofInput,
};

export const isOfCalls = ({ machine }: Pick<ObservedRoot, 'machine'>): boolean => Object.hasOwn(calls, machine);

/** Undefined: it is of none, such as a softphone's wait for something to do. */
export const callOf: CallOf = (root, event) => calls[root.machine]?.(root, event);

/** `call` is an id in most events, and in some the whole call. */
interface Naming {
  readonly call?: CallId | { readonly label: { readonly call: CallId } };
  readonly label?: { readonly call: CallId };
}

function named({ call, label }: AnyEventObject & Naming): CallId | undefined {
  return (typeof call === 'object' ? call.label.call : call) ?? label?.call;
}

const inHand = ({ context }: SnapshotFrom<typeof softphoneMachine>): CallId | undefined => context.inHand?.label.call;
