import type { Api } from 'telegram/tl/index.js';
import type { UserId } from '../../../machines/model/ids.ts';

/** What calls need of a logged-in Telegram client. */
export interface TelegramLink {
  /** @throws RpcError of GramJS (errorMessage, code) or TelegramTimeout */
  invoke<R extends Api.AnyRequest>(request: R, timeoutMs?: number): Promise<R['__response']>;
  /** UpdatePhoneCall and UpdatePhoneCallSignalingData, in order of arrival. Returns the unsubscribe. */
  onCallUpdate(listener: (update: Api.UpdatePhoneCall | Api.UpdatePhoneCallSignalingData) => void): () => void;
  inputUser(user: UserId): Promise<Api.TypeInputUser>;
  /** Our own user id, decimal. */
  readonly selfId: string;
}
