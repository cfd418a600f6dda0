import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { SimulatedClock } from 'xstate';
import { Softphones } from '../../src/actors/softphones.ts';
import { UserId } from '../../src/machines/model/ids.ts';
import { lineActors, lineOf, softphoneParts, watched } from './actors.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const heapBytes = (): number => {
  collect();
  collect();
  return process.memoryUsage().heapUsed;
};

/** Heap of one line and of one softphone at rest, in bytes, on a host with so many of each. */
export async function bytesAtRest(each: number): Promise<{ readonly line: number; readonly softphone: number }> {
  const clock = new SimulatedClock();
  const { inspection, log } = watched();
  const before = heapBytes();
  const all = Array.from({ length: each }, (_, number) => lineOf(number));
  const lines = lineActors({ lines: { enabled: async () => all }, clock, inspection });
  await lines.follow();
  await new Promise((done) => setTimeout(done, 500));
  const withLines = heapBytes();
  const softphones = new Softphones({ ...softphoneParts(clock), inspection });
  for (let user = 0; user < each; user++) {
    await softphones.send(UserId(`${user}`), { type: 'callback.set', on: true });
  }
  await log.settled();
  const withBoth = heapBytes();
  if (lines.size !== each || [...softphones.users].length !== each) throw new Error('not all of them are there');
  return { line: (withLines - before) / each, softphone: (withBoth - withLines) / each };
}
