import { expect, test } from 'vitest';
import { createVirtualClock } from '../../../src/base/clock.ts';
import { closeEnvironment } from '../../../src/memory/lmdb/close-environment.ts';
import type { Environment } from '../../../src/memory/lmdb/environment.ts';

const closingLike = (close: () => Promise<void>): Environment => ({ close }) as unknown as Environment;

test('an environment that closes is closed, and no timer stays', async () => {
  const clock = createVirtualClock();
  await closeEnvironment(
    closingLike(async () => {}),
    clock,
  );
  await clock.sleep(60_000);
  expect(clock.elapsed()).toBe(60_000);
});

test('one that fails to, or never does, is told', async () => {
  const clock = createVirtualClock();
  const fails = closingLike(() => Promise.reject(new Error('busy')));
  await expect(closeEnvironment(fails, clock)).rejects.toThrow('busy');
  const hangs = closingLike(() => new Promise(() => {}));
  await expect(closeEnvironment(hangs, clock)).rejects.toThrow('the database cannot be closed and opened again');
});
