import type { MessageRef, Panel, Panels } from '../actors/ports/conversation.ts';
import { UserId } from '../machines/model/ids.ts';
import type { Database } from './database.ts';
import { PanelEntity, type PanelRow } from './entities/panel.ts';

const panelOf = ({ token, userId, content, messageId, inlineMessageId }: PanelRow): Panel => ({
  token,
  userId: UserId(userId),
  content,
  ...(messageId == null ? {} : { messageId }),
  ...(inlineMessageId == null ? {} : { inlineMessageId }),
});

/** Panels in the database: buttons drawn before a restart are still known after it. */
export class PanelRepository implements Panels {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async find(token: string): Promise<Panel | undefined> {
    const row = await this.#database.fork().findOne(PanelEntity, { token });
    return row ? panelOf(row) : undefined;
  }

  /** Keypads that stand in chats: those of calls of this process, and after its start those that were left over. */
  async keypads(): Promise<MessageRef[]> {
    const rows = await this.#database.fork().find(PanelEntity, { messageId: { $ne: null } });
    return rows
      .map(panelOf)
      .filter(({ content }) => content.buttons?.flat().some(({ action }) => action.startsWith('key:')))
      .flatMap(({ userId, messageId, token }) => (messageId === undefined ? [] : [{ userId, messageId, token }]));
  }

  async add(panel: Panel): Promise<void> {
    await this.#database.fork().insert(PanelEntity, { ...panel, createdAt: new Date() });
  }

  async change(
    token: string,
    change: Partial<Pick<Panel, 'content' | 'messageId' | 'inlineMessageId'>>,
  ): Promise<void> {
    await this.#database.fork().nativeUpdate(PanelEntity, { token }, change);
  }

  async remove(token: string): Promise<void> {
    await this.#database.fork().nativeDelete(PanelEntity, { token });
  }
}
