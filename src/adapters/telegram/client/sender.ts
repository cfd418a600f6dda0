import { errors, type TelegramClient } from 'telegram';
import { RPCResult } from 'telegram/tl/core/index.js';

/*
 * Everything that reaches into the pinned library where it has no public face; seen in 2.26.16.
 */

interface Pending {
  readonly request: object;
  readonly msgId: { toString(): string };
  reject(reason: unknown): void;
}
interface Sender {
  _retries: number;
  readonly _handlers: Record<string, (message: unknown) => unknown>;
  readonly _pendingState: { values(): Pending[]; delete(id: Pending['msgId']): void };
  readonly _sendQueue: { _queue: (Pending | undefined)[]; _pendingStates: Pending[] };
}

/** Shows each sender the client makes, before it is used: one per connection to a data centre. */
export function withSender(client: TelegramClient, prepare: (sender: Sender) => void) {
  let current: Sender | undefined;
  Object.defineProperty(client, '_sender', {
    get: () => current,
    set(sender: Sender | undefined) {
      current = sender;
      if (sender) prepare(sender);
    },
  });
}

/**
 * An rpc_error is thrown into the loop that reads a container, after whoever asked has heard it; whatever follows in the
 * same container is lost: answers, messages, the signaling of a call.
 */
export function keepContainersWhole(sender: Sender) {
  const id = RPCResult.CONSTRUCTOR_ID.toString();
  const handle = sender._handlers[id];
  if (!handle) return;
  sender._handlers[id] = (message) => {
    try {
      return handle(message);
    } catch (error) {
      if (error instanceof errors.RPCError) return undefined;
      throw error;
    }
  };
}

/** Takes a request back: it would be sent again after the next reconnection, when nobody wants its effect any more. */
export function forget(client: TelegramClient, request: object, reason: Error) {
  const sender = senderOf(client);
  if (!sender) return;
  const isIt = (state: Pending | undefined) => state?.request === request;
  const { _sendQueue: queue, _pendingState: sent } = sender;
  const found = [...queue._queue, ...queue._pendingStates, ...sent.values()].filter(isIt);
  queue._queue = queue._queue.filter((state) => !isIt(state));
  queue._pendingStates = queue._pendingStates.filter((state) => !isIt(state));
  for (const state of sent.values()) if (isIt(state)) sent.delete(state.msgId);
  for (const state of found) state?.reject(reason);
}

/** The connect loop asks nobody whether it is still wanted. */
export function stopDialling(client: TelegramClient) {
  const sender = senderOf(client);
  if (sender) sender._retries = 0;
}

const senderOf = (client: TelegramClient) => client._sender as unknown as Sender | undefined;
