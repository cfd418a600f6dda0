import { Refusal } from '../world/refusal.ts';

/** An answer `{ok: false}`; `description` is the whole text, as clients compare it. */
export class BotApiError extends Error {
  override readonly name = 'BotApiError';
  readonly code: number;
  readonly description: string;
  readonly parameters: { readonly retry_after?: number } | undefined;

  constructor(code: number, description: string, parameters?: { readonly retry_after?: number }) {
    super(`${code} ${description}`);
    this.code = code;
    this.description = description;
    this.parameters = parameters;
  }
}

export const badRequest = (description: string) => new BotApiError(400, `Bad Request: ${description}`);

export const notModified = () =>
  badRequest(
    'message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message',
  );

/** How the Bot API words what the service refuses; anything else keeps its name. */
const descriptions: Readonly<Record<string, readonly [number, string]>> = {
  PEER_ID_INVALID: [400, 'Bad Request: chat not found'],
  CHAT_ID_INVALID: [400, 'Bad Request: chat not found'],
  USER_IS_BLOCKED: [403, 'Forbidden: bot was blocked by the user'],
  CHAT_WRITE_FORBIDDEN: [403, 'Forbidden: bot is not a member of the chat'],
  CHAT_ADMIN_REQUIRED: [400, 'Bad Request: need administrator rights in the channel chat'],
  QUERY_ID_INVALID: [400, 'Bad Request: query is too old and response timeout expired or query ID is invalid'],
};

export function fromRefusal(refusal: Refusal): BotApiError {
  const [code, description] = descriptions[refusal.errorMessage] ?? [400, `Bad Request: ${refusal.errorMessage}`];
  return new BotApiError(code, description);
}
