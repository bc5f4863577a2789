import { expect, test } from 'vitest';
import { describeLost } from '../../../src/memory/lmdb/describe-lost.ts';
import type { Write } from '../../../src/memory/lmdb/write-queue.ts';

const writeOf = (agent: string): Write => ({
  table: 'batches',
  key: ['r', agent, 1],
  value: Buffer.alloc(1),
  outsideBytes: 0,
});

test.each<[string, Write[], number, string]>([
  ['nothing', [], 0, ''],
  [
    'a removal and a run',
    [
      { ...writeOf('a'), value: undefined },
      { ...writeOf('a'), table: 'runs', key: 'r' },
    ],
    0,
    '',
  ],
  ['what only puts in order', [{ ...writeOf('a'), isUpkeep: true }], 0, ''],
  ['one batch', [writeOf('a')], 0, '; not written: 1 batch of a'],
  ['batches of an agent', [writeOf('a'), writeOf('b'), writeOf('a')], 2, '; not written: 5 batches of a, b'],
  ['batches that never became writes', [], 2, '; not written: 2 batches'],
  [
    'notes',
    [{ ...writeOf('a'), table: 'notes', key: ['r', 'a', 'x'] }, writeOf('a')],
    0,
    '; not written: 1 batch of a; 1 note',
  ],
  [
    'notes alone',
    ['a', 'b'].map((name) => ({ ...writeOf('a'), table: 'notes', key: ['r', 'a', name] })),
    0,
    '; not written: 2 notes',
  ],
  ['many', [...'abcdefg'].map((agent) => writeOf(agent)), 0, '; not written: 7 batches of a, b, c, d, e and 2 more'],
])('%s', (_, writes, more, said) => {
  expect(describeLost(writes, more)).toBe(said);
});
