/** Longest list and longest parameter row that is read; beyond it a message is an attack, not a call. */
const MAX_PARTS = 64;

/**
 * Splits at a separator, outside quoted strings and angle brackets (RFC 3261 §7.3.1). Parts are trimmed, empty ones dropped.
 * Undefined when a quote or bracket stays open, or when there are too many parts. Linear in the length.
 */
export const splitOutside = (text: string, separator: ',' | ';'): string[] | undefined => {
  const parts: string[] = [];
  let isQuoted = false;
  let isBracketed = false;
  let start = 0;
  const push = (end: number) => {
    const part = text.slice(start, end).trim();
    if (part !== '') parts.push(part);
    return parts.length <= MAX_PARTS;
  };
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (isQuoted) {
      if (sign === '\\') at++;
      else if (sign === '"') isQuoted = false;
    } else if (sign === '"') isQuoted = true;
    else if (sign === '<') isBracketed = true;
    else if (sign === '>') isBracketed = false;
    else if (sign === separator && !isBracketed) {
      if (!push(at)) return undefined;
      start = at + 1;
    }
  }
  return !isQuoted && !isBracketed && push(text.length) ? parts : undefined;
};

/** `name[=value]` parts as a map: names in lower case, a flag has an empty value. The first of equal names counts. */
export const parametersOf = (parts: readonly string[]): Map<string, string> => {
  const parameters = new Map<string, string>();
  for (const part of parts) {
    const equals = part.indexOf('=');
    const name = (equals < 0 ? part : part.slice(0, equals)).trim().toLowerCase();
    if (name !== '' && !parameters.has(name)) parameters.set(name, equals < 0 ? '' : part.slice(equals + 1).trim());
  }
  return parameters;
};

/** What a quoted-string says (RFC 3261 §25.1); anything else is returned as it is. */
export const unquoted = (text: string): string =>
  text.length > 1 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1).replace(/\\(.)/g, '$1') : text;

/** A text as a quoted-string. */
export const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;
