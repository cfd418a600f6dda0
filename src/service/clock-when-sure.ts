import type { OutsideOptions } from './outside.ts';

type Clock = NonNullable<OutsideOptions['clock']>;

/** The process’s own. */
export const timers: Clock = {
  setTimeout: (call, delayMs) => setTimeout(call, delayMs),
  clearTimeout: (timer) => clearTimeout(timer),
};

/** What is due while it is not known what is still ours waits until it is; what was dropped by then is not due any more. */
export function clockWhenSure(clock: Clock, whenSure: (then: () => void) => void): Clock {
  return {
    setTimeout(call, delayMs) {
      const timer: Timer = { isOff: false, id: undefined };
      timer.id = clock.setTimeout(() => whenSure(() => timer.isOff || call()), delayMs);
      return timer;
    },
    clearTimeout(timer: Timer | undefined) {
      if (!timer) return;
      timer.isOff = true;
      clock.clearTimeout(timer.id);
    },
  };
}

interface Timer {
  isOff: boolean;
  id: unknown;
}
