import { expect, test } from 'vitest';
import { compareRuns } from '../../src/memory/run-order.ts';
import { runOf } from './records.ts';

test('the newest run comes first, and the id decides between runs of one moment', () => {
  const early = runOf('z', '2026-01-01T00:00:00.000Z');
  const late = runOf('b', '2026-01-01T00:00:00.001Z');
  const same = runOf('a', '2026-01-01T00:00:00.001Z');
  expect([early, late, same].sort(compareRuns)).toEqual([same, late, early]);
});
