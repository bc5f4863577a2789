import { expect, test } from 'vitest';
import { AgentRecords } from '../../../src/memory/lmdb/agent-records.ts';
import { createBlobs } from '../../../src/memory/lmdb/blobs.ts';
import { refuse } from '../../../src/memory/lmdb/place.ts';
import { readReceived } from '../../../src/memory/lmdb/read-received.ts';
import { Slices } from '../../../src/memory/lmdb/slices.ts';
import { answerOf, messageOf, receivedOf } from '../records.ts';
import { Entries } from './entries.ts';

const slices = new Slices({ defer: (fn) => fn() }, (work) => work());
const LARGE = 'x'.repeat(40_000);

function readerOf() {
  const entries = new Entries();
  const records = new AgentRecords(entries, createBlobs('/does/not/exist'), refuse);
  const read = async (skip: number, limit: number) => {
    const { messages, count } = await readReceived({ records, slices }, { run: 'r', agent: 'a', skip, limit });
    return [...messages.map(({ id }) => id), count];
  };
  return { entries, read };
}

test('counts up to the last batch it has read, and reads no further than the page', async () => {
  const { entries, read } = readerOf();
  for (let record = 1; record <= 40; record++) {
    entries.add(['r', 'a', record], receivedOf(0, `m${record}`, { body: LARGE }));
  }
  expect(await read(0, 1)).toEqual(['m1', 1]);
  expect(entries.read).toBeLessThan(6);
  expect(await read(38, 9)).toEqual(['m39', 'm40', 40]);
  expect(await read(50, 9)).toEqual([40]);
});

test('takes what waits by its number, and nothing that a damaged file still has of trimmed batches', async () => {
  const { entries, read } = readerOf();
  entries.add(['r', 'a', 0], { trimmed: { from: 4, messages: 2, received: 5, waiting: 1 } });
  entries.add(['r', 'a', 1], receivedOf(0, 'old'));
  entries.add(['r', 'a', 2], { ...receivedOf(0, 'waits'), ordinals: [3] });
  entries.add(['r', 'a', 4], answerOf(4, messageOf('old')));
  entries.add(['r', 'a', 5], receivedOf(4, 'new'));
  expect(await read(0, 9)).toEqual(['waits', 'new', 6]);
  expect(await read(4, 9)).toEqual(['new', 6]);
  expect(await read(3, 1)).toEqual(['waits', 5]);
});
