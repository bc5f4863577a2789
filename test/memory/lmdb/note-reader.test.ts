import { expect, test } from 'vitest';
import type { Damage } from '../../../src/memory/lmdb/damage.ts';
import { NoteReader, toNoteKey } from '../../../src/memory/lmdb/note-reader.ts';
import { KEY_PROBLEM } from '../../../src/memory/lmdb/place.ts';
import { encodeRecord } from '../../../src/memory/lmdb/record.ts';
import type { Table } from '../../../src/memory/lmdb/table.ts';
import { encodeKey } from '../../../src/memory/lmdb/table-key.ts';
import { noteOf } from '../records.ts';

/** A table as LMDB has it. */
class Entries implements Table {
  readonly entries: { key: unknown; readonly order: Buffer; value: Buffer }[] = [];

  add(run: string, owner: string, key: string): void {
    const place = toNoteKey(run, owner, key);
    const value = encodeRecord(noteOf(owner === '' ? 'a/9' : owner, key));
    this.entries.push({ key: place, order: encodeKey(place), value });
    this.entries.sort((a, b) => Buffer.compare(a.order, b.order));
  }

  get(): undefined {
    return undefined;
  }

  getRange({ start, end }: Parameters<Table['getRange']>[0]): { key: unknown; value: Buffer }[] {
    const [from, to] = [encodeKey(start!), encodeKey(end!)];
    return this.entries.filter(({ order }) => Buffer.compare(order, from) >= 0 && Buffer.compare(order, to) < 0);
  }
}

function readerOf() {
  const table = new Entries();
  const damages: Damage[] = [];
  const tolerant = new NoteReader(table, (damage) => damages.push(damage));
  return { table, damages, tolerant, reader: new NoteReader(table) };
}

test('a note’s place is the same for the same key, and another for each run, owner and key', () => {
  expect(toNoteKey('r', 'a/0', 'disk')).toEqual(['r', 'a/0', expect.stringMatching(/^[\w-]{22}$/)]);
  expect(toNoteKey('r', 'a/0', 'disk')).toEqual(toNoteKey('r', 'a/0', 'disk'));
  const names = [toNoteKey('r', 'a/0', 'disk'), toNoteKey('s', 'a/0', 'disk'), toNoteKey('r', '', 'disk')];
  expect(new Set([...names, toNoteKey('r', 'a/0', 'net')].map(([, , name]) => name)).size).toBe(4);
});

test('an owner’s notes are read, and a run’s are counted and measured', () => {
  const { table, reader } = readerOf();
  for (const owner of ['', 'a/1', 'a/10']) for (const key of ['x', 'y']) table.add('r', owner, key);
  table.add('s', 'a/1', 'x');
  expect(reader.notes('r', 'a/1')).toEqual([noteOf('a/1', 'x'), noteOf('a/1', 'y')]);
  expect(reader.notes('r', '')).toEqual([noteOf('a/9', 'x'), noteOf('a/9', 'y')]);
  expect(reader.keys('r')).toHaveLength(6);
  expect(reader.keys('r')).toContainEqual(toNoteKey('r', 'a/10', 'y'));
  expect(reader.bytes('s')).toBe(encodeRecord(noteOf('a/1', 'x')).length);
  expect(reader.bytes('none')).toBe(0);
});

test('one that is damaged is refused with its owner, or told and left out', () => {
  const { table, reader, tolerant, damages } = readerOf();
  for (const key of ['x', 'y']) table.add('r', 'a/1', key);
  table.add('r', '', 'z');
  table.entries.find(({ key }) => (key as string[])[1] === 'a/1')!.value[9]! ^= 1;
  const problem = 'it is damaged, its checksum does not match';
  expect(() => reader.notes('r', 'a/1')).toThrow(
    expect.objectContaining({
      code: 'STORE_FAILED',
      message: `Cannot read a note of agent "a/1" in run "r": ${problem}`,
    }),
  );
  expect(reader.notes('r', '')).toHaveLength(1);
  reader.survey('r');
  expect(tolerant.notes('r', 'a/1')).toHaveLength(1);
  tolerant.survey('r');
  const told = { run: 'r', agent: 'a/1', isNote: true, problem };
  expect(damages).toEqual([told, told]);
});

test('one whose key is damaged does not pass for another one', () => {
  const { table, tolerant, damages } = readerOf();
  table.add('r', 'a/1', 'x');
  table.add('r', 'a/1', 'y');
  const [first, second] = table.entries;
  first!.key = toNoteKey('r', 'a/1', 'other');
  second!.key = ['r', 7];
  expect(tolerant.notes('r', 'a/1')).toEqual([]);
  expect(damages.map(({ agent, problem }) => [agent, problem])).toEqual([
    ['a/1', KEY_PROBLEM],
    ['a/1', KEY_PROBLEM],
  ]);
  expect(tolerant.keys('r')).toHaveLength(1);
});
