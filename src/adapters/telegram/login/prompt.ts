import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import type { LoginOptions } from './login.ts';

/** Asks on a terminal. What is typed for a password is not echoed. */
export function terminalPrompt(
  input: NodeJS.ReadableStream = process.stdin,
  output: NodeJS.WritableStream = process.stdout,
): Pick<LoginOptions, 'ask' | 'show'> & { close(): void } {
  let isHidden = false;
  // Readline echoes by writing to its output, key by key.
  const echo = new Writable({
    write(chunk, _encoding, done) {
      if (!isHidden) output.write(chunk);
      done();
    },
  });
  const lines = createInterface({ input, output: echo, terminal: (input as { isTTY?: boolean }).isTTY === true });
  return {
    async ask({ kind, text }) {
      output.write(`${text}: `);
      isHidden = kind === 'password';
      try {
        return await lines.question('');
      } finally {
        if (isHidden) output.write('\n');
        isHidden = false;
      }
    },
    show: (text) => void output.write(`${text}\n`),
    close: () => lines.close(),
  };
}
