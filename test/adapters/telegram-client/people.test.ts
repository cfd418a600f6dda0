import { pino } from 'pino';
import { Api, helpers } from 'telegram';
import { expect, test } from 'vitest';
import type { KnownPeer } from '../../../src/actors/ports/mailbox.ts';
import { People } from '../../../src/adapters/telegram/client/people.ts';
import { UserId } from '../../../src/machines/model/ids.ts';
import { MemoryPeers } from '../../fakes/memory-mailbox.ts';

const account = UserId('9');
const uwe = UserId('5');

test('who writes for the first time is met, however long the database takes to say that it did not know him', async () => {
  const looking = Promise.withResolvers<void>();
  class SlowPeers extends MemoryPeers {
    readonly written: boolean[] = [];
    override async find(of: UserId, user: UserId) {
      const found = await super.find(of, user);
      await looking.promise;
      return found;
    }
    override async remember(of: UserId, user: UserId, peer: KnownPeer) {
      await super.remember(of, user, peer);
      this.written.push(peer.met);
    }
  }
  const store = new SlowPeers();
  const people = new People({
    account: () => account,
    store,
    askDialogs: () => Promise.reject(new Error('there are none')),
    log: pino({ level: 'silent' }),
  });
  const [id, accessHash] = [helpers.returnBigInt(uwe), helpers.returnBigInt('77')];
  people.learn([new Api.User({ id, accessHash })]);
  people.met(uwe);
  // Whatever can be written without the answer is written by then.
  await new Promise(setImmediate);
  looking.resolve();
  await expect.poll(() => store.written).toEqual([false, true]);
  expect(await store.find(account, uwe)).toEqual({ accessHash: '77', met: true });
});
