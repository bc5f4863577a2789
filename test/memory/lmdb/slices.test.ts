import { expect, test } from 'vitest';
import { Slices } from '../../../src/memory/lmdb/slices.ts';

test('each slice waits for its turn, is done within what is around it, and settles with it', async () => {
  const deferred: (() => void)[] = [];
  const done: string[] = [];
  const slices = new Slices({ defer: (fn) => void deferred.push(fn) }, (work) => {
    done.push('around');
    return work();
  });
  const one = slices.run(() => done.push('work'));
  const two = slices.run(() => {
    throw new Error('It has stopped');
  });
  two.catch(() => {});
  await Promise.resolve();
  expect(done).toEqual([]);
  for (const run of deferred) run();
  expect(await one).toBe(2);
  await expect(two).rejects.toThrow('It has stopped');
  expect(done).toEqual(['around', 'work', 'around']);
});
