import { isIP } from 'node:net';
import { type Invitation, SessionState } from 'sip.js';
import type { SipAccounts } from '../../actors/ports/sip-accounts.ts';
import type { LineId } from '../../machines/model/ids.ts';
import { Account } from './account.ts';
import type { Flow } from './net/flow.ts';
import { localAddressTowards } from './net/local-address.ts';
import type { Hop } from './net/next-hop.ts';
import type { Stack } from './stack.ts';

/** Settings come from a database; a call must not wait for it longer. */
const SETTINGS_TIMEOUT_MS = 5_000;

/** Makes accounts of lines, and keeps each on the way to its server. */
export class Accounts {
  readonly #stack: Stack;
  readonly #settings: SipAccounts;
  onInvitation: ((account: Account, invitation: Invitation) => void) | undefined;

  constructor(stack: Stack, settings: SipAccounts) {
    this.#stack = stack;
    this.#settings = settings;
  }

  /**
   * The line's account with today's settings. One with older settings keeps its calls and ends with the last of them.
   * @throws when the line does not exist
   */
  async of(lineId: LineId): Promise<Account> {
    const settings = await this.#within(SETTINGS_TIMEOUT_MS, this.#settings.settings(lineId));
    const current = this.#stack.accounts.ofLine(lineId);
    if (current?.isFor(settings)) {
      current.settings = settings;
      return current;
    }
    const account = new Account(settings, (from, text) => this.#stack.send(from, text), this.#stack.log);
    account.onInvitation = (invitation) => this.onInvitation?.(account, invitation);
    if (current !== undefined) this.retire(current);
    this.#stack.accounts.add(account);
    await account.userAgent.start();
    return account;
  }

  /** Addresses of the line's server, in the order to try. @throws when there are none, or none that may be contacted */
  async hops(account: Account): Promise<readonly Hop[]> {
    const found = await this.#stack.hops.find(account.server, account.transport);
    const hops = found.filter((hop) => this.#stack.mayContact(account, hop));
    if (hops.length === 0) throw new Error('the server of the line has a private address');
    for (const { host } of hops) account.sources.add(host);
    // Registration and calls use the same address, as long as it works.
    const { hop } = account;
    const current = hops.find((one) => one.host === hop?.host && one.port === hop.port);
    return current !== undefined && hops[0] !== current && account.isBound
      ? [current, ...hops.filter((one) => one !== current)]
      : hops;
  }

  /** Takes the account to one of its server's addresses. @throws when it cannot be connected to */
  async reach(account: Account, hop: Hop): Promise<Flow> {
    if (account.hop?.host !== hop.host || account.hop.port !== hop.port) {
      account.hop = hop;
      account.publicAddress = undefined;
    }
    const flow = await this.#stack.flowOf(account);
    const isUnspecified = /^(0\.0\.0\.0|::)$/.test(flow.local.host) || isIP(flow.local.host) === 0;
    account.localHost = isUnspecified ? await localAddressTowards(hop.host, hop.port) : flow.local.host;
    account.contactAddress = this.#stack.addressOn(account, flow);
    return flow;
  }

  /** The account takes no more calls; it is removed when its last one is over. */
  retire(account: Account): void {
    account.isBound = false;
    this.#removeIfIdle(account);
    for (const session of account.sessions) {
      session.stateChange.addListener((state) => {
        if (state === SessionState.Terminated) queueMicrotask(() => this.#removeIfIdle(account));
      });
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#stack.accounts.all.map((account) => this.#remove(account)));
  }

  #removeIfIdle(account: Account): void {
    if (account.sessions.size > 0) return;
    // The answer to its last BYE or REGISTER may still be on the way.
    this.#stack.time.after(2_000, () => {
      if (account.sessions.size === 0 && !account.isBound) void this.#remove(account);
    });
  }

  async #remove(account: Account): Promise<void> {
    this.#stack.accounts.remove(account);
    this.#stack.sockets.release(account.token);
    await account.userAgent.stop().catch(() => this.#stack.counters.count('exceptions'));
  }

  #within<Value>(ms: number, work: Promise<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      const stop = this.#stack.time.after(ms, () => reject(new Error('settings of the line did not come in time')));
      work.then(resolve, reject).finally(stop);
    });
  }
}
