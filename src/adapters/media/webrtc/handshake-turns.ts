/**
 * A handshake blocks its thread for 10 to 18 ms in all, in pieces. Turns are held no longer than it takes to spread them: most
 * of a handshake is waiting for the peer, and twenty of those in a row would keep the last caller waiting for seconds.
 */
const turnMs = 100;

let last: Promise<void> = Promise.resolve();

/**
 * Waits for one's turn: DTLS handshakes of a thread begin one after the other, so that twenty calls set up at once do not hold
 * up the audio of all others in one piece.
 * @returns what to call when the handshake is over; after 100 ms the next one goes ahead anyway
 */
export const handshakeTurn = async (): Promise<() => void> => {
  const before = last;
  let end: () => void = () => {};
  last = new Promise((resolve) => {
    end = resolve;
  });
  await before;
  const timer = setTimeout(end, turnMs);
  return () => {
    clearTimeout(timer);
    end();
  };
};
