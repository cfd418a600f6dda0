import { terminalPrompt } from '../adapters/telegram/login/prompt.ts';

/** Asks until the input ends, for a question to nobody would wait for ever. */
export async function onTerminal<T>(talk: (terminal: ReturnType<typeof terminalPrompt>) => Promise<T>): Promise<T> {
  const terminal = terminalPrompt(process.stdin, process.stderr);
  const { promise: ended, reject } = Promise.withResolvers<never>();
  process.stdin.once('end', () => reject(new InputEnded()));
  try {
    return await Promise.race([talk(terminal), ended]);
  } catch (error) {
    // Ctrl-C and Ctrl-D while a question stands.
    throw (error as Error).name === 'AbortError' ? new InputEnded({ cause: error }) : error;
  } finally {
    terminal.close();
  }
}

/** Nobody is there to answer. */
export class InputEnded extends Error {
  override readonly name = 'InputEnded';
  constructor(options?: ErrorOptions) {
    super(
      'The input ended before the question was answered: run this in a terminal; a script gives a line’s password in SIP_PASSWORD.',
      options,
    );
  }
}
