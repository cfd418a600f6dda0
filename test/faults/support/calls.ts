import type { PersonMessage } from '../../../sandbox/telegram/person.ts';
import type { Stage } from '../../support/stage.ts';
import { leftoversOf, restAs } from './leftovers.ts';

/**
 * Plays one call of Olga's, waits for the message that tells how it went, and until nothing is left of it on either side.
 * @returns that message's text
 */
export async function wholeCall(
  stage: Stage,
  number: string,
  play: () => Promise<unknown>,
  before = leftoversOf(stage),
): Promise<string> {
  const last = Math.max(0, ...stage.olga.conversation(stage.chat).map(({ id }) => id));
  const isOutcome = ({ id, text }: PersonMessage) =>
    id > last && ((text.includes(` · ${number}`) && !/^[↗↙]/u.test(text)) || /: .*nothing was dialled/.test(text));
  await play();
  const [outcome] = await Promise.all([stage.olga.waitsFor(isOutcome, 10_000), restAs(before, stage)]);
  return outcome.text;
}

/** Olga sends a number and takes the call that comes back: from here on it is dialled. */
export async function dial(stage: Stage, number: string) {
  stage.olga.sends(number, stage.chat);
  const call = await stage.phone.rings();
  call.answer();
  return call;
}
