import { describe, expect, test } from 'vitest';
import { createBlobs } from '../../../src/memory/lmdb/blobs.ts';
import type { Damage } from '../../../src/memory/lmdb/damage.ts';
import { Reader } from '../../../src/memory/lmdb/reader.ts';
import { encodeRecord } from '../../../src/memory/lmdb/record.ts';
import { batchOf, runOf, snapshotOf } from '../records.ts';
import { Entries } from './entries.ts';

function readerOf() {
  const runs = new Entries();
  const batches = new Entries();
  const blobs = createBlobs('/does/not/exist');
  const damages: Damage[] = [];
  const tolerant = new Reader(runs, batches, blobs, (damage) => damages.push(damage));
  return { reader: new Reader(runs, batches, blobs), tolerant, damages, runs, batches };
}

const damagedRecord = (): Uint8Array => {
  const record = encodeRecord({});
  record[6]! ^= 1;
  return record;
};
const damaged = 'it is damaged, its checksum does not match';

describe('a reader', () => {
  test('finds the last snapshot of each agent, also behind batches without one', async () => {
    const { reader, batches } = readerOf();
    const { journal, transcript } = batchOf('a', 9);
    batches.add(['q', 'z', 1], batchOf('z', 1));
    batches.add(['r', 'a', 1], batchOf('a', 1));
    batches.add(['r', 'a', 2], batchOf('a', 2));
    for (let sequence = 3; sequence < 60; sequence++) batches.add(['r', 'a', sequence], { journal, transcript });
    batches.add(['r', 'b', 1], { journal, transcript });
    batches.add(['r', 'c', 1], batchOf('c', 1));
    batches.add(['s', 'a', 1], batchOf('a', 7));
    expect(await reader.snapshots('r')).toEqual([snapshotOf('a', 2), snapshotOf('c', 1)]);
    expect(reader.snapshot('r', 'a')).toEqual(snapshotOf('a', 2));
    expect(reader.snapshot('r', 'b')).toBeUndefined();
  });

  test('does not go through an agent’s whole past for its snapshot', async () => {
    const { reader, batches } = readerOf();
    for (const agent of ['a', 'b']) {
      for (let sequence = 1; sequence <= 500; sequence++) batches.add(['r', agent, sequence], batchOf(agent, sequence));
    }
    expect(await reader.snapshots('r')).toEqual([snapshotOf('a', 500), snapshotOf('b', 500)]);
    expect(batches.read).toBe(2);
  });

  test('numbers an agent’s next batch, from 1', () => {
    const { reader, batches } = readerOf();
    batches.add(['r', 'a', 41], batchOf('a', 1));
    batches.add(['r', 'a1', 99], batchOf('a1', 1));
    expect(reader.nextSequence('r', 'a')).toBe(42);
    expect(reader.nextSequence('r', 'b')).toBe(1);
    expect([reader.isEmpty('r'), reader.isEmpty('r1')]).toEqual([false, true]);
    expect(reader.keys('r')).toEqual([
      ['r', 'a', 41],
      ['r', 'a1', 99],
    ]);
  });

  test('tells which record is damaged', async () => {
    const { reader, runs, batches } = readerOf();
    runs.add('r', runOf('r'));
    runs.add('s', runOf('s'));
    batches.add(['r', 'a', 1], batchOf('a', 1));
    runs.entries[0]!.value = Uint8Array.of(1, 2, 3);
    batches.entries[0]!.value = Uint8Array.of(9, 0, 0, 0, 0, 0);
    const damaged = (message: string) => expect.objectContaining({ code: 'STORE_FAILED', message });
    expect(() => reader.run('r')).toThrow(damaged('Cannot read run "r": it is cut off after 3 bytes'));
    expect(() => reader.runs()).toThrow(damaged('Cannot read run "r": it is cut off after 3 bytes'));
    expect(reader.run('s')).toEqual(runOf('s'));
    await expect(reader.batches('r', 'a')).rejects.toEqual(
      damaged('Cannot read record 1 of agent "a" in run "r": it has layout 9, and only 1 is known here'),
    );
  });

  test('tells which record a missing file belongs to', async () => {
    const { reader, batches } = readerOf();
    batches.add(['r', 'a', 1], batchOf('a', 1));
    batches.add(['r', 'a', 2], { blob: 'abc', snapshot: snapshotOf('a', 3) });
    expect(reader.snapshot('r', 'a')).toEqual(snapshotOf('a', 3));
    await expect(reader.batches('r', 'a')).rejects.toMatchObject({
      code: 'STORE_FAILED',
      message: expect.stringMatching(/^Cannot read record 2 of agent "a" in run "r": ENOENT/),
    });
  });

  test('tells which records are missing', async () => {
    const { reader, batches } = readerOf();
    for (const sequence of [1, 2, 5]) batches.add(['r', 'a', sequence], batchOf('a', sequence));
    await expect(reader.batches('r', 'a')).rejects.toMatchObject({
      message: 'Cannot read record 3 of agent "a" in run "r": it and 1 more are missing',
    });
  });

  test('does not take a record for another agent’s, nor go round in circles by a damaged key', async () => {
    const { reader, batches } = readerOf();
    batches.add(['r', 'a', 1], batchOf('b', 1));
    expect(() => reader.snapshot('r', 'a')).toThrow('record 1 of agent "a" in run "r": it belongs to agent "b"');
    batches.entries.length = 0;
    batches.add(['r', 'a', 1.5], batchOf('a', 1));
    await expect(reader.snapshots('r')).rejects.toThrow(
      'Cannot read run "r": the key of one of its records is damaged',
    );
    expect(() => reader.nextSequence('r', 'a')).toThrow('the key of one of its records is damaged');
    expect(reader.keys('r')).toEqual([]);
  });

  test('measures a run', async () => {
    const { reader, runs, batches } = readerOf();
    runs.add('r', runOf('r'));
    batches.add(['r', 'a', 1], batchOf('a', 1));
    batches.add(['s', 'a', 1], batchOf('a', 1));
    expect(await reader.bytes('r')).toBe(encodeRecord(runOf('r')).length + encodeRecord(batchOf('a', 1)).length);
    expect(await reader.bytes('none')).toBe(0);
  });
});

describe('a reader that is told to go on', () => {
  test('reads all the rest of a run, checks every record, and tells what is damaged', async () => {
    const { tolerant, damages, batches } = readerOf();
    for (const agent of ['a', 'b', 'c']) {
      for (let sequence = 1; sequence <= 4; sequence++) batches.add(['r', agent, sequence], batchOf(agent, sequence));
    }
    batches.add(['r', 'd', 1], { blob: 'gone', snapshot: snapshotOf('d', 1) });
    const at = (agent: string, sequence: number) =>
      batches.entries.findIndex(({ key }) => key[1] === agent && key[2] === sequence);
    batches.entries[at('a', 2)]!.value = damagedRecord();
    batches.entries[at('b', 4)]!.value = damagedRecord();
    batches.entries.splice(at('c', 2), 2);
    const snapshots = await tolerant.snapshots('r');
    expect(snapshots.map(({ agent, turn }) => [agent, turn])).toEqual([
      ['a', 4],
      ['b', 3],
      ['c', 4],
      ['d', 1],
    ]);
    expect(damages).toEqual([
      { run: 'r', agent: 'a', record: 2, problem: damaged },
      { run: 'r', agent: 'b', record: 4, problem: damaged },
      { run: 'r', agent: 'c', record: 2, problem: 'it and 1 more are missing' },
      { run: 'r', agent: 'd', record: 1, problem: expect.stringMatching(/^ENOENT/) },
    ]);
    damages.length = 0;
    expect((await tolerant.batches('r', 'a')).map(({ snapshot }) => snapshot?.turn)).toEqual([1, 3, 4]);
    expect(damages).toHaveLength(1);
  });

  test('lists the other runs, and those of which only the batches are left', () => {
    const { tolerant, damages, runs, batches } = readerOf();
    runs.add('r', runOf('r'));
    runs.add('s', runOf('s'));
    runs.entries[0]!.value = damagedRecord();
    for (const run of ['lost', 'r', 's']) batches.add([run, 'a', 1], batchOf('a', 1));
    expect(tolerant.runs()).toEqual([runOf('s')]);
    expect(tolerant.run('r')).toBeUndefined();
    expect(damages).toEqual([
      { run: 'r', problem: damaged },
      { run: 'lost', problem: 'its record is missing' },
      { run: 'r', problem: damaged },
    ]);
  });

  test('leaves out records of which the key is damaged', async () => {
    const { tolerant, damages, batches } = readerOf();
    batches.add(['r', 'a', 1], batchOf('a', 1));
    batches.add(['r', 'a', 1.5], batchOf('a', 1));
    expect(await tolerant.batches('r', 'a')).toHaveLength(1);
    expect(await tolerant.snapshots('r')).toEqual([snapshotOf('a', 1)]);
    expect(damages.map(({ agent, problem }) => [agent, problem])).toEqual([
      ['a', 'the key of one of its records is damaged'],
      [undefined, 'the key of one of its records is damaged'],
    ]);
  });
});
