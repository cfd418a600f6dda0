import { pino } from 'pino';
import { onTestFinished, vi } from 'vitest';
import { startTelegram } from '../../../../sandbox/telegram/telegram.ts';
import type { Panel } from '../../../../src/actors/ports/conversation.ts';
import type { Inbox, InboxRow } from '../../../../src/actors/ports/inbox.ts';
import type { SettingsMessage } from '../../../../src/actors/ports/settings-chat.ts';
import { type BotOptions, type SettingsOptions, startBot } from '../../../../src/adapters/bot/bot.ts';
import { memoryPanels } from '../../../../src/adapters/bot/panels.ts';
import { UserId } from '../../../../src/machines/model/ids.ts';
import { MemoryDialogues } from '../../../fakes/settings/dialogues.ts';
import { MemoryInbox } from '../../../fakes/settings/inbox.ts';
import { botSettings } from '../../../support/bot-settings.ts';
import { toast } from '../../../support/toast.ts';

export const bot = '@siptg_bot';
export const panelToken = 'AAAABBBBCCCCDDDD';

/** An inbox that can be away for everybody, or never answer for somebody. */
export class TroubledInbox implements Inbox {
  readonly kept: MemoryInbox;
  isAway = false;
  refusals = 0;
  readonly #stuck = new Map<UserId, PromiseWithResolvers<void>>();

  constructor(kept: MemoryInbox) {
    this.kept = kept;
  }

  get inputs() {
    return [...this.kept.rows.values()].map(({ input }) => input);
  }

  holdBack(user: UserId): () => void {
    const gate = Promise.withResolvers<void>();
    this.#stuck.set(user, gate);
    return () => {
      this.#stuck.delete(user);
      gate.resolve();
    };
  }

  async put(row: InboxRow) {
    await this.#stuck.get(row.user)?.promise;
    if (this.isAway) {
      this.refusals += 1;
      throw new Error(`insert into inbox values ('${JSON.stringify(row)}')`);
    }
    return this.kept.put(row);
  }

  open = (limit: number) => this.kept.open(limit);
  done = (id: string) => this.kept.done(id);
}

/** A settings bot in the sandbox, with Olga, Uwe, and a panel of a call of Olga's. */
export async function scene(options: { settings?: Partial<SettingsOptions>; bot?: Partial<BotOptions> } = {}) {
  const sandbox = await startTelegram();
  onTestFinished(() => sandbox.close());
  const account = sandbox.addUser({ firstName: 'Telephone', username: 'siptg' });
  const person = (firstName: string, languageCode: string) =>
    sandbox.person(sandbox.addUser({ firstName, username: firstName.toLowerCase(), languageCode }).id);
  const olga = person('Olga', 'de');
  const uwe = person('Uwe', 'ru');
  const { id: botId, token } = sandbox.addBot({ firstName: 'Settings', username: 'siptg_bot', inline: true });

  const dialogues = new MemoryDialogues();
  const inbox = new TroubledInbox(new MemoryInbox(dialogues));
  const panels = memoryPanels();
  const content = { text: 'panel', buttons: [[{ label: '1', action: '1' }]] };
  const panel: Panel = { token: panelToken, userId: UserId(olga.id), content };
  await panels.add(panel);
  const told = vi.fn<(row: InboxRow) => void>();
  const logged: string[] = [];

  const start = async () => {
    const handle = await startBot({
      token,
      apiRoot: sandbox.botApiRoot,
      chatAccountId: UserId(account.id),
      panels,
      toast,
      log: pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) }),
      settings: botSettings({ inbox, onPut: told, ...options.settings }),
      ...options.bot,
    });
    handle.read();
    onTestFinished(() => handle.stop());
    return handle;
  };
  const handle = await start();

  /** The screen of this person, as the product shows it. */
  const shows = async (who: typeof olga, message: SettingsMessage) => {
    who.starts(bot);
    const screenMessage = await vi.waitUntil(() => handle.settingsChat.send(UserId(who.id), message).catch(() => 0));
    await dialogues.save(UserId(who.id), {
      screenMessage,
      question: undefined,
      picking: undefined,
      givenUp: undefined,
    });
    return { screenMessage, message: await who.waitsFor(({ text }) => text === message.text) };
  };
  /** The chat account sends Olga the panel of her call. */
  const showsPanel = async () => {
    const { queryId } = await sandbox.world.inline.query(account.id, botId, olga.id, panelToken, '');
    const choice = { queryId, resultId: 'panel', hideVia: false, silent: false };
    sandbox.world.inline.sendResult(account.id, olga.id, choice, {});
    return olga.waitsFor(({ text }) => text === 'panel');
  };
  return {
    sandbox,
    account,
    olga,
    uwe,
    botId,
    token,
    dialogues,
    inbox,
    told,
    logged,
    panels,
    panel,
    start,
    handle,
    chat: handle.settingsChat,
    shows,
    showsPanel,
  };
}
