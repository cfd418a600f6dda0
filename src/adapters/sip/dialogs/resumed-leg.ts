import { type Session, SessionState } from 'sip.js';
import { RequestRefused } from '../../../actors/ports/sip-calls.ts';
import type { HangupCause } from '../../../machines/model/hangup-cause.ts';
import type { Account } from '../account.ts';
import { type DialogUsage, usageOf } from '../calls/dialog-usage.ts';
import { type Leg, type LegFacts, legOf } from '../calls/leg.ts';
import type { MediaLeg } from '../calls/media-leg.ts';
import { OutgoingLeg } from '../calls/outgoing-leg.ts';
import { sessionDelegate } from '../calls/session-delegate.ts';
import { descriptionsOf } from '../sdp/descriptions.ts';
import type { Stack } from '../stack.ts';
import type { FactKeeping } from './fact-keeping.ts';
import { ResumedSession } from './resumed-session.ts';
import type { SavedDialog } from './saved-dialog.ts';

/** Each try of ours includes one repetition after 491. The party wants something too, and gets it in between. */
const MAX_GLARES = 3;

/** A call that another process began: from its re-INVITE to its end. */
export class ResumedLeg implements Leg {
  readonly facts: LegFacts;
  readonly isCaller: boolean;
  readonly #saved: SavedDialog;
  readonly #stack: Stack;
  readonly #keeping: FactKeeping;
  #session: ResumedSession | undefined;
  #media: MediaLeg | undefined;
  #usage: DialogUsage | undefined;
  #replacement: OutgoingLeg | undefined;
  #isReachable = false;
  #owesBye = false;

  constructor(facts: LegFacts, saved: SavedDialog, stack: Stack, keeping: FactKeeping) {
    this.facts = facts;
    this.isCaller = saved.facts.direction === 'outgoing';
    this.#saved = saved;
    this.#stack = stack;
    this.#keeping = keeping;
  }

  /** It was hung up before there was a way to say so. */
  get owesBye(): boolean {
    return this.#owesBye;
  }

  get session(): Session | undefined {
    return this.#replacement?.session ?? this.#session;
  }

  get usage(): DialogUsage | undefined {
    return this.#replacement?.usage ?? this.#usage;
  }

  /** From here on requests of the party find their call. A re-INVITE is answered 491 until the media leg is there. */
  begin(account: Account, media: MediaLeg): void {
    this.#media = media;
    if (this.facts.isOver) return media.close();
    const { facts } = this.#saved;
    const session = new ResumedSession(account, this.#saved);
    this.#session = session;
    account.track(session);
    descriptionsOf.set(session, media.descriptions);
    legOf.set(session, this);
    session.delegate = sessionDelegate(this.facts, () => this.#usage);
    this.#usage = usageOf(
      { session, account, descriptions: media.descriptions, isCaller: this.isCaller },
      this.facts,
      this.#stack,
      (cause) => this.#onLost(cause),
    );
    // The ACK to the INVITE of the party came to another process.
    this.#usage?.onAcknowledged();
    const peer: [string, string][] = [
      ['supported', facts.peer.supported.join(', ')],
      ['allow', facts.peer.allow.join(', ').toUpperCase()],
    ];
    this.#keeping.hear(session, peer, facts.session);
    this.#usage?.begin(facts.session, peer);
    session.stateChange.addListener((state) => {
      if (state === SessionState.Terminated && this.#replacement === undefined) this.#end({ kind: 'normal' });
    });
  }

  /** The account knows its way and the media leg is open. */
  async resume(account: Account): Promise<void> {
    this.#isReachable = true;
    const session = this.#session;
    if (session === undefined || this.facts.isOver) return;
    await this.#keeping.keepChanged(account, session);
    for (let glares = 0; ; glares++) {
      const refusal = await this.#reinvite();
      if (this.facts.isOver || this.#replacement !== undefined) return;
      if (this.#media?.descriptions.isAgreed) return;
      if (refusal?.status === 491 && glares < MAX_GLARES) continue;
      this.#giveUp(account, refusal ?? new RequestRefused(500, 'no answer to our offer'));
      return;
    }
  }

  /** Offer and answer are complete, whoever began: the party has our media leg. */
  onAgreed(): void {
    this.usage?.onAgreed();
    queueMicrotask(() => {
      if (this.#replacement === undefined && !this.facts.has('party.answered'))
        this.facts.tell({ type: 'party.answered' });
    });
  }

  hangUp(cause: HangupCause): void {
    if (this.facts.isOver) return;
    if (this.#replacement !== undefined) {
      this.#replacement.hangUp(cause);
      return;
    }
    this.#owesBye = !this.#isReachable;
    this.#end(cause);
    if (this.#session?.state !== SessionState.Established) return;
    if (this.#owesBye) this.#session.abandon();
    else this.#session.bye().catch(() => {});
  }

  drop(): void {
    this.#replacement?.drop();
    this.#end({ kind: 'shutdown' });
  }

  /** Resolves with the refusal, where there was one. */
  async #reinvite(): Promise<RequestRefused | undefined> {
    try {
      await this.#usage?.resume();
      return undefined;
    } catch (error) {
      if (error instanceof RequestRefused) return error;
      throw error;
    }
  }

  #giveUp(account: Account, { status, message }: RequestRefused): void {
    const isUnknown = status === 408 || status === 481;
    if (isUnknown && this.#saved.facts.peer.supported.includes('replaces')) this.#replace(account);
    else if (isUnknown) this.#lose(status);
    else this.hangUp({ kind: 'rejected', sip: { status, reason: message.replace(/^the party refused: \d+ /, '') } });
  }

  /** A BYE only to who may not have heard us: 481 says that there is nothing to end (RFC 5057 §5.1). */
  #lose(status: number): void {
    const cause: HangupCause = { kind: 'connection-lost', detail: `${status} to re-INVITE` };
    if (status === 408) {
      this.hangUp(cause);
      return;
    }
    this.#end(cause);
    this.#session?.abandon();
  }

  /** RFC 3891 §3: the tags as the party sees them. Its BYE in the old dialog may still come. */
  #replace(account: Account): void {
    const media = this.#media;
    if (media === undefined) return;
    const { sipCallId, remoteTag, localTag } = this.#saved.facts;
    this.#usage?.close();
    const replacement = new OutgoingLeg(this.facts, this.#stack);
    this.#replacement = replacement;
    this.facts.watch(({ type }) => type === 'party.hungUp' && this.#close());
    replacement.start({
      account,
      media,
      target: this.#saved.remoteTarget,
      // Whoever does not know Replaces after all must not ring.
      headers: [`Replaces: ${sipCallId};to-tag=${remoteTag};from-tag=${localTag}`, 'Require: replaces'],
      onUnreachable: () => false,
    });
  }

  /** As long as it is resumed this is `resume`'s to decide. */
  #onLost(cause: HangupCause): void {
    if (this.facts.has('party.answered')) this.hangUp(cause);
  }

  #end(cause: HangupCause): void {
    this.#close();
    this.facts.end(cause);
  }

  #close(): void {
    this.#usage?.close();
    this.#media?.close();
    // The replaced dialog is no call any more, on neither side.
    if (this.#replacement !== undefined && this.#session?.state === SessionState.Established) this.#session.abandon();
  }
}
