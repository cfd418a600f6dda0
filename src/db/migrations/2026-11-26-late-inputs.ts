import { Migration } from '@mikro-orm/migrations';

/** What people did too late: of an answer, the question it was meant for; of a press, until when it counts. */
export class Migration20261126LateInputs extends Migration {
  override up(): void {
    this.addSql('alter table dialogue add column given_up jsonb');
    this.addSql('alter table inbox add column expires_at timestamptz');
  }
}
