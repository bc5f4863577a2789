import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openLmdbStore } from '../../src/memory/lmdb.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { batchOf, noteOf, resultOf, runOf } from './records.ts';

export const AGENTS = Array.from({ length: 12 }, (_, index) => `a/${index}`);
export const TURNS = 4;

/** A data directory of two runs, `r` and `s`, of twelve agents with four turns and a note each, one of them with large values. */
export async function smallDirectory(directory = temporaryFolder()): Promise<string> {
  const store = await openLmdbStore(directory);
  for (const run of ['r', 's']) await store.putRun({ ...runOf(run), status: 'interrupted' });
  for (let turn = 1; turn <= TURNS; turn++) {
    for (const run of ['r', 's']) {
      for (const agent of AGENTS) {
        const batch = batchOf(agent, turn);
        const large = { ...batch, journal: [...batch.journal, resultOf('x'.repeat(6_000))] };
        void store.append(run, agent, agent === 'a/3' ? large : batch);
      }
    }
    if (turn === 1) {
      for (const run of ['r', 's']) for (const agent of AGENTS) void store.putNote(run, agent, noteOf(agent, 'disk'));
    }
    // A transaction each, so that there are free pages.
    await store.flush();
  }
  await store.close();
  return directory;
}

/** Changes the data file of a directory that nobody has open. */
export function editData(directory: string, edit: (data: Buffer) => Buffer): void {
  const path = join(directory, 'data.mdb');
  writeFileSync(path, edit(readFileSync(path)));
  rmSync(join(directory, 'lock.mdb'), { force: true });
}

/** Flips a bit of every place where `text` stands. */
export function flipText(directory: string, text: string): void {
  editData(directory, (data) => {
    for (let at = data.indexOf(text); at >= 0; at = data.indexOf(text, at + 1)) data[at]! ^= 0x04;
    return data;
  });
}

/** Numbers of the pages of a kind: 1 branches, 2 leaves, 4 first pages of large values. */
export function pagesOf(data: Buffer, kind: number): number[] {
  const pages = Array.from({ length: Math.floor(data.length / 4_096) }, (_, page) => page);
  return pages.filter((page) => page > 1 && data.readUInt16LE(page * 4_096 + 18) === kind);
}

/** The page at which the description begins that counts, in bytes. */
export function latestMetaAt(data: Buffer): number {
  return data.readUInt32LE(152) > data.readUInt32LE(4_096 + 152) ? 0 : 4_096;
}

/** The branch page that leads to all batches. */
export function rootOfBatches(data: Buffer): number {
  const main = data.readUInt32LE(latestMetaAt(data) + 136) * 4_096;
  const name = data.indexOf('batches', main);
  const node = name - 8;
  return data.readUInt32LE(name + data.readUInt16LE(node + 6) + 40);
}
