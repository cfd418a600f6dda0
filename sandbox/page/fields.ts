/** What a page sent, before anything is known about it. */
export type Fields = Readonly<Record<string, unknown>>;

/** A page sent something it cannot mean. */
export class BadRequest extends Error {
  override readonly name = 'BadRequest';
}

export const fieldsOf = (text: string): Fields => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new BadRequest('not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new BadRequest('not an object');
  return value as Fields;
};

export const text = (fields: Fields, name: string, most = 256): string => {
  const value = fields[name];
  if (typeof value !== 'string' || value.length > most) throw new BadRequest(`${name}: a text of at most ${most}`);
  return value;
};

export const optionalText = (fields: Fields, name: string): string | undefined =>
  fields[name] === undefined || fields[name] === null ? undefined : text(fields, name);

export const whole = (fields: Fields, name: string, least: number, most: number): number => {
  const value = fields[name];
  if (!Number.isInteger(value) || (value as number) < least || (value as number) > most) {
    throw new BadRequest(`${name}: a whole number from ${least} to ${most}`);
  }
  return value as number;
};

export const flag = (fields: Fields, name: string): boolean => {
  if (typeof fields[name] !== 'boolean') throw new BadRequest(`${name}: true or false`);
  return fields[name];
};

export const oneOf = <const Choice extends string>(
  fields: Fields,
  name: string,
  choices: readonly Choice[],
): Choice => {
  const value = choices.find((choice) => choice === fields[name]);
  if (value === undefined) throw new BadRequest(`${name}: one of ${choices.join(', ')}`);
  return value;
};

/** Bytes as hex digits. */
export const bytes = (fields: Fields, name: string, most: number): Buffer => {
  const value = text(fields, name, most * 2);
  if (value.length % 2 === 1 || !/^[0-9a-f]*$/.test(value)) throw new BadRequest(`${name}: hex digits`);
  return Buffer.from(value, 'hex');
};

export const list = (fields: Fields, name: string, most: number): string[] => {
  const value = fields[name];
  if (!Array.isArray(value) || value.length > most || !value.every((entry) => typeof entry === 'string')) {
    throw new BadRequest(`${name}: a list of at most ${most} texts`);
  }
  return value;
};
