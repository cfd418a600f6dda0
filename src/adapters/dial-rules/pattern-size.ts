const token = /\\Q.*?(?:\\E|$)|\(\?[A-Za-z-]+\)|\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{\d{1,4}(?:,\d{0,4})?\}|./gsu;

/**
 * At least as many as the instructions the pattern compiles to, found without compiling it: counts multiply, and a
 * thousand characters of them take a second to compile.
 */
export function instructionsOf(pattern: string): number {
  const outer: number[] = [];
  let sum = 3;
  let atom = 0;
  for (const [sign] of pattern.matchAll(token)) {
    const counts = /^\{(\d+)(,?)(\d*)\}$/.exec(sign);
    if (counts) {
      const [, least, comma, most] = counts;
      const times = Math.max(Number(least), Number(most)) + (comma !== '' && most === '' ? 1 : 0);
      // Each optional copy brings a fork of its own.
      const repeated = (atom + 1) * Math.max(times, 1);
      sum += repeated - atom;
      atom = repeated;
    } else if (sign.startsWith('\\Q')) {
      // Literal text; a count after it repeats its last character, or what stands before where it is empty.
      sum += sign.length;
      if (sign !== '\\Q\\E') atom = 1;
    } else if (sign.startsWith('(?') && sign.endsWith(')')) {
      // `(?i)`: a count after it repeats what stands before.
      sum += 1;
    } else if (sign === '|') {
      // A fork, and nothing on a side of it is an instruction as well.
      sum += 2;
      atom = 0;
    } else if (sign === '(') {
      outer.push(sum);
      sum = 3;
      atom = 0;
    } else if (sign === ')') {
      atom = sum;
      sum += outer.pop() ?? 0;
    } else if (/^[*+?]$/.test(sign)) {
      // A fork, and another where what is repeated may be empty.
      sum += 2;
      atom += 2;
    } else {
      sum += 1;
      atom = 1;
    }
  }
  return sum;
}
