/** Of a person or chat as it is written down. */
const longestName = 64;

/** What Telegram calls somebody, of bounded length; his id where it says nothing. */
export const nameOf = (name: string | undefined, id: string): string =>
  Array.from(name?.trim() ?? '')
    .slice(0, longestName)
    .join('') || id;
