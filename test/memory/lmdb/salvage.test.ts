import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Damage } from '../../../src/memory/lmdb/damage.ts';
import { openSalvaged, salvage } from '../../../src/memory/lmdb/salvage.ts';
import { AGENTS, editData, latestMetaAt, pagesOf, smallDirectory, TURNS } from '../small-directory.ts';

const COUNT = 2 * AGENTS.length * TURNS;

test('of a file that is whole everything is there', async () => {
  const { table, close } = salvage(join(await smallDirectory(), 'data.mdb'));
  expect([...table('batches').getRange({})]).toHaveLength(COUNT);
  expect([...table('runs').getRange({})].map(({ key }) => key)).toEqual(['r', 's']);
  expect([...table('none').getRange({})]).toEqual([]);
  close();
});

test('without the last description, what the one before it tells', async () => {
  const directory = await smallDirectory();
  editData(directory, (data) => {
    const latest = latestMetaAt(data);
    return data.fill(0, latest + 24, latest + 168);
  });
  const { table, close } = salvage(join(directory, 'data.mdb'));
  const { length } = [...table('batches').getRange({})];
  expect(length).toBeGreaterThanOrEqual(COUNT - 2 * AGENTS.length);
  close();
});

test('what a page has lost is taken from the transaction before, where it is there', async () => {
  const directory = await smallDirectory();
  const path = join(directory, 'data.mdb');
  for (const page of pagesOf(readFileSync(path), 2)) {
    editData(directory, (data) => {
      data[page * 4_096 + 18]! ^= 0x40;
      return data;
    });
    const { table, close } = salvage(path);
    expect([...table('batches').getRange({})].length).toBeGreaterThan(COUNT / 2);
    close();
    editData(directory, (data) => {
      data[page * 4_096 + 18]! ^= 0x40;
      return data;
    });
  }
});

test('it is opened as an environment that can only be read', async () => {
  const damages: Damage[] = [];
  const { root, tables } = openSalvaged(join(await smallDirectory(), 'data.mdb'), (damage) => damages.push(damage));
  expect(damages).toEqual([]);
  expect(tables.runs.get('r')).toBeDefined();
  await expect(tables.runs.put('r', Buffer.of(1))).rejects.toThrow('it is damaged');
  await expect(tables.batches.remove('r')).rejects.toThrow('it is damaged');
  root.on('beforecommit', () => {});
  root.resetReadTxn();
  await root.close();
});
