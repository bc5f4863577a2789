import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { latestMeta, PageFile } from '../../../src/memory/lmdb/page-file.ts';
import { PageWalk } from '../../../src/memory/lmdb/page-walk.ts';
import { decodeRecord } from '../../../src/memory/lmdb/record.ts';
import { decodeKey } from '../../../src/memory/lmdb/table-key.ts';
import { batchOf } from '../records.ts';
import { AGENTS, editData, pagesOf, rootOfBatches, smallDirectory, TURNS } from '../small-directory.ts';

function walk(directory: string): { readonly problems: string[]; readonly found: Map<string, unknown> } {
  const file = new PageFile(join(directory, 'data.mdb'));
  onTestFinished(() => file.close());
  const walked = new PageWalk(file, latestMeta(file.metas())!);
  const found = new Map<string, unknown>();
  walked.run((table, { key, offset, length }) =>
    found.set(`${table} ${String(decodeKey(key))}`, decodeRecord(file.read(offset, length))),
  );
  return { problems: walked.problems, found };
}

test('all entries of all tables are met, with their values', async () => {
  const { problems, found } = walk(await smallDirectory());
  expect(problems).toEqual([]);
  expect(found.size).toBe(2 + 1 + 2 * AGENTS.length * (TURNS + 1));
  expect(found.get('batches s,a/7,3')).toEqual(batchOf('a/7', 3));
  expect(found.get('store version')).toEqual({ layout: 1 });
});

test('a page that cannot be read costs what is on it, and nothing else', async () => {
  const directory = await smallDirectory();
  const page = pagesOf(readFileSync(join(directory, 'data.mdb')), 2).find((number) => {
    editData(directory, (data) => {
      data[number * 4_096 + 18]! ^= 0x40;
      return data;
    });
    const isUsed = walk(directory).problems.length > 0;
    if (isUsed && walk(directory).found.size > 80) return true;
    editData(directory, (data) => {
      data[number * 4_096 + 18]! ^= 0x40;
      return data;
    });
    return false;
  });
  expect(walk(directory).problems).toEqual([`page ${page} is of no known kind (66)`]);
});

test('pages that lead in a circle are met once', async () => {
  const directory = await smallDirectory();
  const branch = rootOfBatches(readFileSync(join(directory, 'data.mdb')));
  editData(directory, (data) => {
    const page = branch * 4_096;
    for (let place = 0; place < data.readUInt16LE(page + 20); place += 2) {
      data.writeUInt16LE(branch, page + 24 + data.readUInt16LE(page + 24 + place));
    }
    return data;
  });
  const { problems } = walk(directory);
  expect(problems).toContain(`page ${branch} refers to page ${branch}, as another one does`);
});

test('entries out of order are told, and still met', async () => {
  const directory = await smallDirectory();
  editData(directory, (data) => {
    for (const page of pagesOf(data, 2)) {
      const at = page * 4_096 + 24;
      if (data.readUInt16LE(page * 4_096 + 20) < 4) continue;
      const [first, second] = [data.readUInt16LE(at), data.readUInt16LE(at + 2)];
      data.writeUInt16LE(second, at);
      data.writeUInt16LE(first, at + 2);
    }
    return data;
  });
  const { problems, found } = walk(directory);
  expect(problems[0]).toMatch(/^page \d+ has its entries out of order$/);
  expect(found.size).toBe(2 + 1 + 2 * AGENTS.length * (TURNS + 1));
});
