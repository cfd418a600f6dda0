import { type ParseArgsConfig, parseArgs } from 'node:util';

/** The command line is wrong; the message says how it should be. */
export class WrongUsage extends Error {
  override readonly name = 'WrongUsage';
}

/** A value's form, in code and in words. */
export interface Form {
  readonly form: Pick<RegExp, 'test'>;
  readonly allowed: string;
}

/**
 * Reads `--name value` of the options named by `forms`, and checks each that is given.
 * @throws WrongUsage
 */
export function readOptions<Name extends string>(
  command: string,
  words: readonly string[],
  forms: Readonly<Record<Name, Form>>,
): { readonly [Option in Name]?: string } {
  const names = Object.keys(forms) as Name[];
  const options: NonNullable<ParseArgsConfig['options']> = Object.fromEntries(
    names.map((name) => [name, { type: 'string' }]),
  );
  let values: Readonly<Record<string, unknown>>;
  try {
    ({ values } = parseArgs({ args: [...words], options, strict: true }));
  } catch (cause) {
    throw new WrongUsage(`${command}: ${(cause as Error).message}`, { cause });
  }
  const found: { [Option in Name]?: string } = {};
  for (const name of names) {
    const value = values[name];
    if (typeof value === 'string') found[name] = checked(command, `--${name}`, value, forms[name]);
  }
  return found;
}

/** @throws WrongUsage */
export function checked(command: string, what: string, value: string, { form, allowed }: Form): string {
  if (!form.test(value)) throw new WrongUsage(`${command}: ${what}: found "${value}", allowed is ${allowed}`);
  return value;
}

export const telegramId: Form = { form: /^\d{1,16}$/, allowed: 'a Telegram user id such as 123456789' };
