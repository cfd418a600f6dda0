import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { terminalPrompt } from '../../../src/adapters/telegram/login/prompt.ts';

function terminal() {
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => {} });
  const output = new PassThrough();
  let written = '';
  output.on('data', (chunk: Buffer) => {
    written += chunk.toString();
  });
  const prompt = terminalPrompt(input, output);
  return { input, prompt, written: () => written };
}

describe('the prompt of the login', () => {
  test('asks, echoes the answer and gives it back', async () => {
    const { input, prompt, written } = terminal();
    const answering = prompt.ask({ kind: 'code', text: 'Code' });
    input.write('12345\r');
    expect(await answering).toBe('12345');
    expect(written()).toContain('Code: ');
    expect(written()).toContain('12345');
    prompt.close();
  });

  test('does not show a password while it is typed', async () => {
    const { input, prompt, written } = terminal();
    const answering = prompt.ask({ kind: 'password', text: 'Password' });
    input.write('correct horse\r');
    expect(await answering).toBe('correct horse');
    expect(written()).not.toContain('horse');
    prompt.close();
  });
});
