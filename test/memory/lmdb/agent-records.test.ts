import { describe, expect, test } from 'vitest';
import { STORE_READ_SLICE_BYTES } from '../../../src/base/limits.ts';
import { AgentRecords } from '../../../src/memory/lmdb/agent-records.ts';
import { createBlobs } from '../../../src/memory/lmdb/blobs.ts';
import type { Damage } from '../../../src/memory/lmdb/damage.ts';
import { refuse } from '../../../src/memory/lmdb/place.ts';
import { NOT_TRIMMED } from '../../../src/memory/lmdb/trim-record.ts';
import { answerOf, batchOf, messageOf, receivedOf, snapshotOf } from '../records.ts';
import { Entries } from './entries.ts';

const trimmed = { from: 5, messages: 8, received: 3, waiting: 1 };
const waiting = { ...receivedOf(0, 'm1'), ordinals: [1] };

/** Agent `a`, of which batches before 5 were trimmed, and a message waits in 2. */
function recordsOf() {
  const entries = new Entries();
  entries.add(['r', 'a', 0], { trimmed });
  entries.add(['r', 'a', 2], waiting);
  for (const turn of [5, 6]) entries.add(['r', 'a', turn], answerOf(turn));
  entries.add(['r', 'b', 1], answerOf(1));
  const damages: Damage[] = [];
  const blobs = createBlobs('/does/not/exist');
  const tolerant = new AgentRecords(entries, blobs, (damage) => damages.push(damage));
  return { entries, damages, tolerant, records: new AgentRecords(entries, blobs, refuse) };
}

const damage = (entries: Entries, record: number): void => {
  const entry = entries.entries.find(({ key }) => key[1] === 'a' && Number(key[2]) === record);
  entry!.value = Uint8Array.from(entry!.value, (byte, place) => (place === 6 ? byte ^ 1 : byte));
};

describe('an agent’s records', () => {
  test('are what waits of trimmed batches, and those that are left', async () => {
    const { records } = recordsOf();
    expect(records.trimmed('r', 'a')).toEqual(trimmed);
    expect(records.trimmed('r', 'b')).toEqual(NOT_TRIMMED);
    expect(await records.batches('r', 'a')).toEqual([receivedOf(0, 'm1'), answerOf(5), answerOf(6)]);
    expect(await records.batches('r', 'b')).toEqual([answerOf(1)]);
  });

  test('are without what a damaged file still has of trimmed ones', async () => {
    const { entries, records, tolerant, damages } = recordsOf();
    entries.add(['r', 'a', 4], answerOf(4));
    expect(await records.batches('r', 'a')).toHaveLength(3);
    await tolerant.batches('r', 'a');
    expect(damages).toEqual([]);
  });

  test('that are missing or damaged are told', async () => {
    const { entries, damages, records, tolerant } = recordsOf();
    entries.entries.splice(1, 1);
    await expect(records.batches('r', 'a')).rejects.toThrow(
      'Cannot read agent "a" in run "r": a record of a message not observed yet',
    );
    damage(entries, 0);
    await expect(records.batches('r', 'a')).rejects.toThrow('Cannot read record 0 of agent "a" in run "r"');
    expect(await tolerant.batches('r', 'a')).toEqual([answerOf(5), answerOf(6)]);
    expect(damages).toMatchObject([{ run: 'r', agent: 'a', record: 0 }]);
  });

  test('come by pages of so many bytes, without the one about trims, and at least one at a time', () => {
    const { entries, records } = recordsOf();
    const text = 'x'.repeat(STORE_READ_SLICE_BYTES);
    entries.add(['r', 'a', 7], { ...receivedOf(6, 'large', { body: text }), snapshot: snapshotOf('a', 6) });
    entries.add(['r', 'a', 8], answerOf(8));
    const numbers = (from: number, until = 99, received = false) => {
      const page = records.page('r', 'a', { from, until, received });
      return [...page.records.map(({ place }) => place.record), `next ${page.next}`];
    };
    expect(numbers(0)).toEqual([2, 5, 6, 7, 'next 8']);
    expect(numbers(8)).toEqual([8, 'next undefined']);
    expect(numbers(3, 6)).toEqual([5, 'next undefined']);
    expect(numbers(0, 99, true)).toEqual([2, 7, 'next 8']);
    expect(numbers(9)).toEqual(['next undefined']);
  });

  test('tell the last snapshot before a number, and the last turn', () => {
    const { entries, records } = recordsOf();
    entries.add(['r', 'a', 7], receivedOf(7, 'm2'));
    const stored = { snapshot: answerOf(6).snapshot, snapshotAt: 6 };
    expect(records.lastStored('r', 'a', 8)).toEqual({ ...stored, lastTurn: 7 });
    expect(records.lastStored('r', 'a', 7)).toEqual({ ...stored, lastTurn: 6 });
    expect(records.lastStored('r', 'a', 5)).toBeUndefined();
    expect(records.lastStored('r', 'none', 5)).toBeUndefined();
  });

  test('give their messages with their places among all', async () => {
    const { records } = recordsOf();
    const place = { run: 'r', agent: 'a', record: 5 };
    const batch = { ...batchOf('a', 1), journal: [...answerOf(1).journal, ...receivedOf(1, 'm7').journal] };
    const [received] = await records.received({ place, batch }, 7);
    expect(received).toMatchObject({ place: 1, ordinal: 7, record: { message: messageOf('m7') } });
    expect(await records.received({ place, batch: waiting }, 7)).toMatchObject([{ place: 0, ordinal: 1 }]);
    await expect(records.received({ place, batch: { blob: 'gone' } }, 7)).rejects.toThrow('record 5 of agent "a"');
  });
});
