import { expect, test } from 'vitest';
import { toTick } from '../../src/sources/tick.ts';
import { createBench, createOutlet } from './bench.ts';

test('says which it is and when', () => {
  const outlet = createOutlet(createBench({ position: { n: 2 } }));
  const iso = '2000-01-01T00:00:00.000Z';
  expect(toTick(outlet, 946_684_800_000.4, 0)).toEqual({
    text: `s 3: ${iso}`,
    data: { n: 3, at: 946_684_800_000, iso },
  });
  expect(toTick(outlet, 0, 2).data).toMatchObject({ skipped: 2 });
});
