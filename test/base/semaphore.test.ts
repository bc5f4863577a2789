import { expect, test } from 'vitest';
import { createSemaphore } from '../../src/base/semaphore.ts';

test('lets in as many as there are places, then in order', () => {
  const semaphore = createSemaphore(2);
  const seen: number[] = [];
  for (let i = 0; i < 5_000; i++) semaphore.acquire(() => seen.push(i));
  expect([seen, semaphore.held, semaphore.waiting]).toEqual([[0, 1], 2, 4_998]);
  for (let i = 0; i < 4_998; i++) semaphore.release();
  expect(seen).toEqual(Array.from({ length: 5_000 }, (_, i) => i));
  semaphore.release();
  semaphore.release();
  expect([semaphore.held, semaphore.waiting]).toEqual([0, 0]);
});

test('refuses a number of places that is none', () => {
  expect(() => createSemaphore(0)).toThrow(RangeError);
});
