import type { OwnedShard } from '../actors/hosting/held-shards.ts';
import { Post } from '../actors/hosting/post.ts';
import { ShardWork } from '../actors/hosting/shard-work.ts';
import type { WallClock } from '../actors/ports/clock.ts';
import type { Deadline } from '../actors/ports/deadlines.ts';
import type { Facts } from '../actors/ports/facts.ts';
import type { Faults } from '../actors/ports/faults.ts';
import type { ShardInbox, ShardInboxRow } from '../actors/ports/shard-inbox.ts';
import type { Texts } from '../actors/ports/texts.ts';
import { Reception } from '../actors/reception.ts';
import type { PanelRepository } from '../db/panel-repository.ts';
import type { Hosting } from '../hosting.ts';
import type { UserId } from '../machines/model/ids.ts';
import { botShard, hostOf, type ShardId } from '../machines/model/shards.ts';
import type { SettingsBot } from '../settings-bot.ts';
import type { CallActors } from './call-actors.ts';
import type { Outside } from './outside.ts';

export interface SharingParts {
  readonly outside: Outside;
  readonly actors: CallActors;
  readonly settings: SettingsBot;
  readonly hosting: Hosting;
  /** Its id. */
  readonly host: string;
  readonly inbox: ShardInbox;
  readonly facts: Facts;
  readonly panels: PanelRepository;
  readonly texts: Texts;
  readonly wall: WallClock;
  readonly faults: Faults;
}

/** What this host does for the shards it owns, and what it passes to the owners of others. */
export interface Sharing {
  readonly work: ShardWork;
  readonly post: Post;
  readonly reception: Reception;
  /** A deadline's job ran here. */
  readonly deadlinePassed: (deadline: Deadline) => Promise<void>;
}

export function sharing(parts: SharingParts): Sharing {
  const { outside, actors, settings, hosting, inbox, facts, panels, faults, wall } = parts;
  const { bot, chats } = outside;
  const { softphones, bridges, switchboard, notices, lineActors, recordings, userDeadlines } = actors;
  const { ownership } = hosting;

  const reception = new Reception({
    conversation: chats,
    bot,
    texts: parts.texts,
    clock: wall,
    isHome: (user) => hosting.isHome(user),
    awayAt: (user) => awayAt({ hosting, facts }, user),
    pass: (user, id, letter, expiresAt, shard = hosting.homeOf(user)) => inbox.put({ id, shard, letter, expiresAt }),
    take: switchboard,
    say: (user, notice) => notices.say(user, notice),
  });
  const deadlinePassed = async (deadline: Deadline) => {
    const isOfSettings = settings.passed(deadline);
    if (isOfSettings === 'elsewhere') return inbox.put(toReader(deadline));
    if (await isOfSettings) return;
    const user = userDeadlines.passed(deadline);
    if (user) softphones.sendIfStarted(user, { type: 'deadline.passed' });
  };
  const post = new Post({
    inbox,
    incarnation: ownership.incarnation,
    shards: () =>
      ownership.shards.map(({ shard }) => shard).filter((shard) => ownership.mayAct(shard) && work.hasBegun(shard)),
    async take(letter, isLate) {
      // Where a host died over it his lines have just come: they would be refused as not registered.
      const user =
        letter.kind === 'message' ? letter.message.userId : letter.kind === 'dial' ? letter.number.user : undefined;
      if (user !== undefined) await lineActors.tried(user, AbortSignal.timeout(triedWithinMs));
      if (letter.kind === 'message') return reception.messagePassed(letter.message, isLate);
      if (letter.kind === 'press') return reception.pressPassed(letter.press, isLate);
      if (letter.kind === 'deadline') return deadlinePassed(letter.deadline);
      if (letter.kind === 'dial') return switchboard.dialPassed(letter.number, isLate);
      if (letter.kind === 'callback') return switchboard.setCallback(letter.user, letter.on);
      // Perhaps it was made already.
      if (!isLate) await switchboard.testLine(letter.user, letter.line, letter.login);
    },
    clock: wall,
    faults,
  });
  const engaged = () => [...softphones.users, ...bridges.users];
  const recoverCalls = async ({ shard, previous }: OwnedShard) => {
    const found = await facts.open(shard, (_, error) => faults.report('recovery', error));
    await Promise.all(found.map((calls) => softphones.recover(calls, previous?.seenAt)));
    const before = previous && hostOf(previous.owner);
    // Its recordings end here: those of calls that go on begin anew.
    if (before !== undefined && before !== parts.host) await recordings.abandoned(before);
  };
  const work = new ShardWork({
    bot: {
      read() {
        settings.read();
        bot.read();
      },
      async leave() {
        await bot.leave();
        await settings.leave();
      },
    },
    lead: reception,
    lines: lineActors,
    calls: {
      async recover(shards) {
        const come = new Set(shards.map(({ shard }) => shard));
        // Keypads of a process that died; those of calls that go on are drawn anew.
        const busy = new Set(engaged());
        const keypads = (await panels.keypads()).filter(
          ({ userId }) => come.has(hosting.shardOf(userId)) && hosting.carries(userId) && !busy.has(userId),
        );
        const places = await facts.placesOf(keypads.map(({ userId }) => userId));
        notices.removeLeftOver(
          keypads.filter(({ userId }) => (places.get(userId) ?? hosting.shardOf(userId)) === hosting.shardOf(userId)),
        );
        for (const owned of shards) await recoverCalls(owned);
      },
      drop(isLost) {
        softphones.dropUsers(isLost);
        bridges.dropUsers(isLost);
      },
    },
    begun: () => post.wake(),
    engaged,
    shardOf: (user) => hosting.shardOf(user),
    faults,
  });
  return { work, post, reception, deadlinePassed };
}

/** How long what is written to a person waits for his lines to be registered. */
const triedWithinMs = 5_000;

/** Where this person's calls are, if that is another Worker than the one that sees to what he writes (runtime §3). */
export async function awayAt(
  { hosting, facts }: { readonly hosting: Pick<Hosting, 'homeOf'>; readonly facts: Pick<Facts, 'placesOf'> },
  user: UserId,
): Promise<ShardId | undefined> {
  const place = (await facts.placesOf([user])).get(user);
  return place === hosting.homeOf(user) ? undefined : place;
}

/** A question of the settings bot whose time is over, for the host that reads it. */
const toReader = (deadline: Deadline): ShardInboxRow => ({
  id: `deadline-${deadline.address}-${deadline.kind}-${deadline.dueAt}`,
  shard: botShard,
  letter: { kind: 'deadline', deadline },
});
