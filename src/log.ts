import { type DestinationStream, type Logger, pino } from 'pino';

/**
 * The log: a line of JSON each, on stdout by default. Errors and reasons come from libraries and networks, and hold what
 * these were given (a Bot API error the whole message, PostgreSQL's the row, a failed statement its text): of an error
 * only its kind, its code, its words and its place are told, and of words no number, address, SDP or secret.
 */
export const openLog = (level: string, to?: DestinationStream): Logger =>
  pino(
    { level, serializers: { err: (error: unknown) => told(error) }, formatters: { log: masked } },
    to ?? pino.destination(1),
  );

interface ToldError {
  readonly type: string;
  readonly message: string;
  readonly code?: string | number;
  readonly stack?: string;
  readonly cause?: ToldError;
}

const deepest = 3;
const longestWords = 500;

function told(error: unknown, depth = 0): ToldError {
  if (!(error instanceof Error)) return { type: typeof error, message: wordsOf(String(error)) };
  const {
    code,
    error_code: apiCode,
    errors,
  } = error as Error & {
    code?: unknown;
    error_code?: unknown;
    errors?: readonly unknown[];
  };
  const known = [code, apiCode].find((one) => typeof one === 'string' || typeof one === 'number');
  // Of an attempt at several addresses the first tells enough.
  const cause = error.cause ?? errors?.[0];
  const frames = error.stack?.split('\n').filter((line) => /^ {4}at /.test(line));
  return {
    type: error.constructor.name || error.name,
    message: wordsOf(error.message),
    ...(known !== undefined && { code: known }),
    ...(frames && { stack: frames.join('\n') }),
    ...(cause !== undefined && depth < deepest && { cause: told(cause, depth + 1) }),
  };
}

/** Members that hold words of others. */
const foreign = ['reason', 'detail', 'error'] as const;

function masked(line: Record<string, unknown>): Record<string, unknown> {
  const words = foreign.filter((name) => typeof line[name] === 'string');
  if (words.length === 0) return line;
  return { ...line, ...Object.fromEntries(words.map((name) => [name, wordsOf(line[name] as string)])) };
}

/** Longest first: what is part of another is masked with it. */
const masks: readonly (readonly [pattern: RegExp, instead: string])[] = [
  // A statement's text stands before what the database said of it.
  [/^\s*(?:insert|update|select|delete|with)\b.* - /is, '(statement) - '],
  [/\bv=0\r?\n.*/s, '(SDP)'],
  [/\b[acm]=(?:audio|video|rtpmap|fmtp|candidate|fingerprint|crypto|ice-\w+|IN)\b.*/g, '(SDP)'],
  [/\d{5,}:[\w-]{25,}/g, '(token)'],
  [/\b([a-z][\w+.-]*:\/\/)[^\s/@]+@/gi, '$1(secret)@'],
  [/\b(?:sips?|tel):[^\s<>"'),;]+/gi, '(address)'],
  [/[\w+/=-]{100,}/g, '(secret)'],
  [/\+\d[\d ().-]{2,}\d/g, '(number)'],
  [/(?<![\w.:-])\d{6,}(?![\w.:-])/g, '(number)'],
];

const wordsOf = (text: string): string =>
  masks
    .reduce((rest, [pattern, instead]) => rest.replace(pattern, instead), text.slice(0, longestWords * 4))
    .slice(0, longestWords);
