import { expect, test } from 'vitest';
import { RecordingId } from '../../src/machines/model/ids.ts';
import { segmentFile, segmentOfFile } from '../../src/machines/model/recorded-segment.ts';

const ids = ['r1', 'a/../b', 'x.ogg', 'x.ogg.1', 'call@1', 'c1@sip.example-v1-1', 'ё 📞', '.'].map(RecordingId);

test('a segment is known again by the name of its file, whatever its recording is called', () => {
  const all = ids.flatMap((recording) => [0, 1, 12].flatMap((run) => [0, 1, 30].map((no) => ({ recording, run, no }))));
  const names = all.map(segmentFile);
  expect(new Set(names).size).toBe(all.length);
  for (const name of names) expect(name).not.toContain('/');
  expect(names.map(segmentOfFile)).toEqual(all);
});

test.each(['r1.ogg.json', 'r1.ogg.new', 'r1', '.ogg', 'r1@0.ogg', 'r1.ogg.0', 'r1.ogg.01', '%E0%A4.ogg', 'r1@x.ogg'])(
  '%s is no segment',
  (name) => {
    expect(segmentOfFile(name)).toBeUndefined();
  },
);
