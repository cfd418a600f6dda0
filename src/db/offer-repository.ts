import type { Offer, Offers } from '../actors/ports/offers.ts';
import { EpochMs, LineId, UserId } from '../machines/model/ids.ts';
import type { Database } from './database.ts';
import { OfferEntity, type OfferRow } from './entities/offer.ts';

/** Invitations to lines, in the database. */
export class OfferRepository implements Offers {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async put({ token, kind, line, from, to, toName, expiresAt }: Offer): Promise<void> {
    await this.#database
      .fork()
      .upsert(
        OfferEntity,
        { token, kind, lineId: line, fromId: from, toId: to, toName, expiresAt: new Date(expiresAt) },
        { onConflictFields: ['lineId', 'kind'], onConflictAction: 'merge' },
      );
    this.#database.rows.forget(`offers/${line}`);
  }

  async find(token: string): Promise<Offer | undefined> {
    return offered(await this.#database.fork().findOne(OfferEntity, { token }));
  }

  async to(user: UserId, kind: Offer['kind']): Promise<readonly Offer[]> {
    return (await this.#database.fork().find(OfferEntity, { toId: user, kind })).map(offerOf);
  }

  async ofLine(line: LineId, kind: Offer['kind']): Promise<Offer | undefined> {
    const offers = await this.#database.rows.read(`offers/${line}`, () =>
      this.#database.fork().find(OfferEntity, { lineId: line }),
    );
    return offered(offers.find((offer) => offer.kind === kind) ?? null);
  }

  async take(token: string): Promise<boolean> {
    const em = this.#database.fork();
    const taken = await em.execute<{ line: string }[]>('delete from offer where token = ? returning line_id as line', [
      token,
    ]);
    this.#database.rows.forget(...taken.map(({ line }) => `offers/${line}`));
    return taken.length > 0;
  }

  async remove(token: string): Promise<void> {
    await this.take(token);
  }
}

const offered = (row: OfferRow | null): Offer | undefined => (row ? offerOf(row) : undefined);

const offerOf = ({ token, kind, lineId, fromId, toId, toName, expiresAt }: OfferRow): Offer => ({
  token,
  kind,
  line: LineId(lineId),
  from: UserId(fromId),
  to: UserId(toId),
  toName,
  expiresAt: EpochMs(expiresAt.getTime()),
});
