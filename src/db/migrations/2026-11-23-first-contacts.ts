import { Migration } from '@mikro-orm/migrations';

/** Until when the chat account contacts nobody first. */
export class Migration20261123FirstContacts extends Migration {
  override up(): void {
    this.addSql('alter table chat_account add column no_first_contacts_until timestamptz');
  }
}
