import type { KnownPeer, Mailbox, MailboxState, Peers } from '../../src/actors/ports/mailbox.ts';
import type { UserId } from '../../src/machines/model/ids.ts';

/** A mailbox that forgets everything with the process. */
export class MemoryMailbox implements Mailbox {
  readonly states = new Map<UserId, MailboxState>();
  async load(account: UserId) {
    return this.states.get(account);
  }
  async save(account: UserId, state: MailboxState) {
    this.states.set(account, state);
  }
}

export class MemoryPeers implements Peers {
  readonly peers = new Map<string, KnownPeer>();
  async find(account: UserId, user: UserId) {
    return this.peers.get(`${account}/${user}`);
  }
  async remember(account: UserId, user: UserId, peer: KnownPeer) {
    this.peers.set(`${account}/${user}`, peer);
  }
}
