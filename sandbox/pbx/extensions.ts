import type { CallLeg } from './call.ts';
import { inTurn, keys, type Sound, silence, tone } from './sounds.ts';

/** What happens when somebody calls a number of the PBX. */
export interface Extension {
  readonly title: string;
  /** The call has been taken in and nothing answered yet. */
  run(call: CallLeg, pbx: { callBack(user: string): void; readonly answerAfterMs: number }): void;
  /** A key was pressed. */
  digit?(call: CallLeg, digit: string): void;
}

const milliwatt = (): Sound => tone(1004, -10);
/** Three rising beeps: say something. */
const prompt = (): Sound => inTurn(tone(600, -12, 160), tone(800, -12, 160), tone(1000, -12, 160));
const ringLimitMs = 180_000;
const earlyMediaMs = 2000;
const callBackAfterMs = 3000;

const answered =
  (then: (call: CallLeg) => void): Extension['run'] =>
  (call, { answerAfterMs }) => {
    call.ring();
    call.after(answerAfterMs, () => {
      call.answer();
      then(call);
    });
  };

/** The numbers, and what they are for. */
export const extensions: Readonly<Record<string, Extension>> = {
  '600': { title: 'Echo', run: answered((call) => call.rtp.echo()) },
  '601': { title: 'Milliwatt: 1004 Hz at −10 dBFS', run: answered((call) => call.play(milliwatt())) },
  '602': {
    title: 'Three beeps; press keys and #: they are played back as DTMF tones',
    run: answered((call) => call.play(prompt())),
    digit: (call, digit) => {
      if (digit !== '#') return;
      const pressed = call.digits.slice(0, -1).split('#').at(-1) ?? '';
      call.play(inTurn(silence(200), keys(pressed), silence(400), prompt()));
    },
  },
  '603': { title: 'Busy', run: (call) => call.refuse(486) },
  '604': {
    title: 'Rings and is not answered',
    run: (call) => {
      call.ring();
      call.after(ringLimitMs, () => call.refuse(480));
    },
  },
  '605': {
    title: 'Early media: a 425 Hz tone for 2 s, then an answer with 1004 Hz',
    run: (call) => {
      call.progress();
      call.play(tone(425, -10));
      call.after(earlyMediaMs, () => {
        call.answer();
        call.play(milliwatt());
      });
    },
  },
  '606': {
    title: 'Says goodbye at once and calls back 3 s later',
    run: (call, pbx) =>
      answered((up) =>
        up.play(tone(800, -10, 500), () => {
          up.hangUp();
          pbx.callBack(up.user);
        }),
      )(call, pbx),
  },
  '610': {
    title: 'A telephone that somebody may answer',
    run: (call) => {
      call.ring();
      call.after(ringLimitMs, () => call.refuse(480));
    },
  },
};

export const callBackDelayMs = callBackAfterMs;
