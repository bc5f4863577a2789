import { expect, test } from 'vitest';
import { createInMemoryStore } from '../../src/memory/in-memory.ts';
import { describeMemoryStore } from './memory-store-conformance.ts';
import { batchOf } from './records.ts';

describeMemoryStore('in-memory', async () => {
  const store = createInMemoryStore();
  return { store, cleanup: () => store.close() };
});

test('counts batches, and no bytes, since nothing reaches a disk', async () => {
  const store = createInMemoryStore();
  await store.append('r', 'a/0', batchOf('a/0', 1));
  await store.append('r', 'a/1', batchOf('a/1', 1));
  expect(store.stats()).toEqual({ writes: 2, bytes: 0 });
});
