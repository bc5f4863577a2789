import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { compactDirectory, measureFree, removeLeftovers } from '../../../src/memory/lmdb/compact.ts';
import { findDamage } from '../../../src/memory/lmdb/find-damage.ts';
import { latestMeta, PageFile } from '../../../src/memory/lmdb/page-file.ts';
import { compactLmdbStore, openLmdbStore } from '../../../src/memory/lmdb.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { batchOf, runOf } from '../records.ts';
import { AGENTS, editData, rootOfBatches, smallDirectory, TURNS } from '../small-directory.ts';

const COUNT = 2 * AGENTS.length * TURNS;

const dataOf = (directory: string) => join(directory, 'data.mdb');

function transactionOf(directory: string): number | undefined {
  const file = new PageFile(dataOf(directory));
  const transaction = latestMeta(file.metas())?.transaction;
  file.close();
  return transaction;
}

/** Another process that has the database open and counts its batches when it is asked to. */
function startReader(directory: string): { count(): Promise<number>; end(): void } {
  const script = `
    import { open } from 'lmdb';
    const root = open({ path: ${JSON.stringify(directory)}, maxDbs: 32, encoding: 'binary', readOnly: true });
    const batches = root.openDB({ name: 'batches', encoding: 'binary' });
    process.stdin.on('data', () => {
      root.resetReadTxn();
      process.stdout.write(batches.getCount() + '\\n');
    });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill());
  return {
    async count() {
      child.stdin.write('?');
      return Number(String((await once(child.stdout, 'data'))[0]));
    },
    end: () => child.kill(),
  };
}

async function expectAll(directory: string, runs: readonly string[]): Promise<void> {
  const store = await openLmdbStore(directory, { readOnly: true });
  expect((await store.runs()).map(({ id }) => id)).toEqual(runs);
  for (const run of runs) {
    for (const agent of AGENTS) expect(await store.transcript(run, agent)).toHaveLength(2 * TURNS);
  }
  await store.close();
}

describe('a directory that is compacted', () => {
  test('has a smaller file with everything in it, and can be written to', async () => {
    const directory = await smallDirectory();
    const store = await openLmdbStore(directory);
    await store.deleteRun('r');
    await store.close();
    expect(measureFree(directory)).toBeGreaterThan(0.5);
    const { beforeBytes, afterBytes } = await compactLmdbStore(directory);
    expect(measureFree(directory)).toBe(0);
    expect(afterBytes).toBeLessThan(beforeBytes / 2);
    expect(statSync(dataOf(directory)).size).toBe(afterBytes);
    expect(findDamage(dataOf(directory))).toEqual([]);
    expect(existsSync(join(directory, 'compacting'))).toBe(false);
    await expectAll(directory, ['s']);
    for (let round = 0; round < 3; round++) {
      const again = await openLmdbStore(directory);
      await again.append('t', 'a/0', batchOf('a/0', round + 1));
      expect(await again.journal('t', 'a/0')).toHaveLength(round + 1);
      await again.close();
      expect(findDamage(dataOf(directory))).toEqual([]);
    }
  });

  test.each([0, 1])('is taken up by writers while somebody reads the old file, %i transactions more', async (more) => {
    const directory = await smallDirectory();
    const store = await openLmdbStore(directory);
    for (let count = 0; count < more; count++) await store.putRun({ ...runOf('r'), status: 'interrupted' });
    await store.close();
    const before = transactionOf(directory)!;
    const reader = startReader(directory);
    expect(await reader.count()).toBe(COUNT);
    await compactLmdbStore(directory);
    expect(transactionOf(directory)).toBe(before + 1);
    expect(await reader.count()).toBe(COUNT);
    for (let turn = 1; turn <= 3; turn++) {
      const writer = await openLmdbStore(directory);
      await writer.append('t', 'a/0', batchOf('a/0', turn));
      await writer.close();
      expect(await reader.count()).toBe(COUNT);
    }
    reader.end();
    await expectAll(directory, ['r', 's']);
    const again = await openLmdbStore(directory, { readOnly: true });
    expect(await again.journal('t', 'a/0')).toHaveLength(3);
    await again.close();
    expect(findDamage(dataOf(directory))).toEqual([]);
  });

  test('that is damaged has a new file of what is left', async () => {
    const directory = await smallDirectory();
    editData(directory, (data) => {
      data[rootOfBatches(data) * 4_096 + 18]! ^= 0x40;
      return data;
    });
    expect(findDamage(dataOf(directory))).not.toEqual([]);
    await expect(openLmdbStore(directory)).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringContaining('"troupe runs --prune" makes a new file of that'),
    });
    await compactLmdbStore(directory);
    expect(findDamage(dataOf(directory))).toEqual([]);
    const store = await openLmdbStore(directory, { onDamage: () => {} });
    expect((await store.runs()).map(({ id }) => id)).toEqual(['r', 's']);
    await store.append('t', 'a/0', batchOf('a/0', 1));
    await store.close();
  });

  test('that is in use is refused', async () => {
    const directory = await smallDirectory();
    const store = await openLmdbStore(directory);
    await expect(compactLmdbStore(directory)).rejects.toMatchObject({ code: 'STORE_BUSY' });
    await store.close();
  });

  test('without data stays so', async () => {
    const directory = temporaryFolder();
    expect(await compactLmdbStore(directory)).toEqual({ beforeBytes: 0, afterBytes: 0 });
    expect(readdirSync(directory)).toEqual([]);
  });
});

describe('what goes wrong leaves the old file', () => {
  test.each<[string, (to: string) => void]>([
    [
      'the copy fails',
      () => {
        throw new Error('the disk is full');
      },
    ],
    ['nothing is copied', () => {}],
    ['half of it is copied', (to) => writeFileSync(join(to, 'data.mdb'), 'x'.repeat(9_000))],
  ])('%s', async (_, work) => {
    const directory = await smallDirectory();
    const before = readFileSync(dataOf(directory));
    const copy = async (_from: string, to: string): Promise<void> => work(to);
    await expect(compactDirectory(directory, { copy, rebuild: copy })).rejects.toThrow();
    expect(readFileSync(dataOf(directory)).equals(before)).toBe(true);
    expect(existsSync(join(directory, 'compacting'))).toBe(false);
    await expectAll(directory, ['r', 's']);
  });

  test('the process is killed: what it has left is taken away at the next open', async () => {
    const directory = await smallDirectory();
    mkdirSync(join(directory, 'compacting'));
    writeFileSync(join(directory, 'compacting', 'data.mdb'), 'half');
    await expectAll(directory, ['r', 's']);
    expect(existsSync(join(directory, 'compacting'))).toBe(true);
    await (await openLmdbStore(directory)).close();
    expect(existsSync(join(directory, 'compacting'))).toBe(false);
    removeLeftovers(directory);
    await expectAll(directory, ['r', 's']);
  });
});
