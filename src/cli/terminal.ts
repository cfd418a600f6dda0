import { fstatSync } from 'node:fs';
import { isatty } from 'node:tty';
import { terminalPrompt } from '../adapters/telegram/login/prompt.ts';

/** Whether nobody will ever answer: the input is an empty file, or the null device. */
export function isMute(): boolean {
  const input = fstatSync(0);
  return input.isCharacterDevice() ? !isatty(0) : input.isFile() && input.size === 0;
}

/** Asks until the input ends, for a question to nobody would wait for ever; the signal tells the talk to end then. */
export async function onTerminal<T>(
  talk: (terminal: ReturnType<typeof terminalPrompt>, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const ending = new AbortController();
  const terminal = terminalPrompt(process.stdin, process.stderr);
  const { promise: ended, reject } = Promise.withResolvers<never>();
  process.stdin.once('end', () => reject(new InputEnded()));
  try {
    return await Promise.race([talk(terminal, ending.signal), ended]);
  } catch (error) {
    // Ctrl-C and Ctrl-D while a question stands.
    throw (error as Error).name === 'AbortError' ? new InputEnded({ cause: error }) : error;
  } finally {
    ending.abort();
    terminal.close();
  }
}

/** Nobody is there to answer. */
export class InputEnded extends Error {
  override readonly name = 'InputEnded';
  constructor(options?: ErrorOptions) {
    super(
      'The input ended before the question was answered: this needs a terminal; a script gives a line’s password in SIP_PASSWORD.',
      options,
    );
  }
}
