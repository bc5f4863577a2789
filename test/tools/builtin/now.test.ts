import { expect, test } from 'vitest';
import { createRealClock, VIRTUAL_EPOCH_MS } from '../../../src/base/clock.ts';
import { createNow } from '../../../src/tools/builtin/now.ts';
import { createContext } from '../tool-context.ts';

const tool = createNow('now', { builtin: 'now', timeoutMs: 1_000 });

test('now is the time of the run', async () => {
  const context = createContext();
  await context.sleep(1_500);
  expect(tool.execute({}, context)).toEqual({ iso: '2000-01-01T00:00:01.500Z', epoch_ms: VIRTUAL_EPOCH_MS + 1_500 });
});

test('now in a live run is now', async () => {
  const before = Date.now();
  const { iso, epoch_ms } = (await tool.execute({}, createContext({ clock: createRealClock() }))) as any;
  expect(epoch_ms).toBeGreaterThanOrEqual(before);
  expect(epoch_ms).toBeLessThanOrEqual(Date.now());
  expect(new Date(iso).getTime()).toBe(epoch_ms);
});
