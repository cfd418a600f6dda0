import { Migration } from '@mikro-orm/migrations';

/** The language of a person's Telegram, beside the one he may choose. */
export class Migration20261123Languages extends Migration {
  override up(): void {
    this.addSql('alter table person add column telegram_language text');
  }
}
