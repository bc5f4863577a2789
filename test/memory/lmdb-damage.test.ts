import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compactLmdbStore } from '../../src/memory/lmdb.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { compileMemory } from './compile-memory.ts';
import { AGENTS, smallDirectory, TURNS } from './small-directory.ts';

const PAGE_BYTES = 4_096;
/** A bit each, at a place that is drawn. */
const FLIPS = 1_500;
const RUNS = ['r', 's'];

let folder = '';
let out = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'troupe-'));
  out = compileMemory(folder);
  writeFileSync(join(out, 'reader.js'), READER);
  writeFileSync(join(out, 'writer.js'), WRITER);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

/** Flips a bit at each place it is given, and prints what can be read then: a line each. In a process that may crash. */
const READER = `
  import { readFileSync, rmSync, writeFileSync } from 'node:fs';
  import { openLmdbStore } from './memory/lmdb.js';
  const { good, directory, flips, agents, runs } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
  const whole = readFileSync(good);
  for (const [at, bit] of flips) {
    const data = Buffer.from(whole);
    data[at] ^= bit;
    writeFileSync(directory + '/data.mdb', data);
    rmSync(directory + '/lock.mdb', { force: true });
    const damages = [];
    const lost = [];
    const store = await openLmdbStore(directory, { readOnly: true, onDamage: (damage) => damages.push(damage) });
    const listed = (await store.runs()).map(({ id }) => id);
    for (const run of runs) {
      await store.snapshots(run);
      for (const agent of agents) {
        const turns = (await store.journal(run, agent)).flatMap(({ type, turn }) => (type === 'model.done' ? turn : []));
        for (let turn = 1; turn <= ${TURNS}; turn++) if (!turns.includes(turn)) lost.push({ run, agent, record: turn });
        if (turns.length > ${TURNS}) lost.push({ run, agent, record: 'too many' });
        if ((await store.notes(run, agent)).length !== 1) lost.push({ run, agent, record: 'note' });
      }
    }
    await store.close();
    console.log(JSON.stringify({ at, bit, listed, lost, damages }));
  }`;

/** The same for somebody who writes: prints whether it was refused, and what is missing of what was written then. */
const WRITER = `
  import { readFileSync, rmSync, writeFileSync } from 'node:fs';
  import { openLmdbStore } from './memory/lmdb.js';
  const { good, directory, flips, agents } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
  const whole = readFileSync(good);
  const batch = { journal: [{ type: 'model.intended', turn: 1, at: 1, model: 'm' }], transcript: [] };
  const large = { journal: [{ ...batch.journal[0], model: 'm'.repeat(9_000) }], transcript: [] };
  for (const [at, bit] of flips) {
    const data = Buffer.from(whole);
    data[at] ^= bit;
    writeFileSync(directory + '/data.mdb', data);
    rmSync(directory + '/lock.mdb', { force: true });
    const store = await openLmdbStore(directory).catch(({ code }) => code);
    if (typeof store === 'string') {
      console.log(JSON.stringify({ at, refused: store }));
      continue;
    }
    for (const run of ['t', 'u']) {
      for (let turn = 1; turn <= 3; turn++) {
        for (const agent of agents) void store.append(run, agent, turn === 2 ? large : batch);
      }
      await store.flush();
      if (run === 't') await store.deleteRun('r');
    }
    await store.close();
    const reader = await openLmdbStore(directory, { readOnly: true });
    let missing = 0;
    for (const run of ['t', 'u']) for (const agent of agents) missing += 3 - (await reader.journal(run, agent)).length;
    await reader.close();
    console.log(JSON.stringify({ at, missing }));
  }`;

interface Read {
  readonly at: number;
  readonly listed: readonly string[];
  readonly lost: readonly { readonly run: string; readonly agent: string; readonly record: number | string }[];
  readonly damages: readonly { readonly run?: string; readonly agent?: string; readonly record?: number }[];
}

/** @returns What the process has printed for each flip; rejects when it crashes or hangs. */
async function flipped<T>(script: string, good: string, flips: readonly [number, number][]): Promise<T[]> {
  const directory = temporaryFolder();
  const task = join(directory, 'task.json');
  writeFileSync(task, JSON.stringify({ good, directory, flips, agents: AGENTS, runs: RUNS }));
  const { stdout } = await promisify(execFile)(process.execPath, [join(out, script), task], {
    timeout: 100_000,
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as T);
}

/** The same places each time. */
function drawFlips(bytes: number): [number, number][] {
  let seed = 20_260_101;
  const draw = (max: number): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % max;
  };
  return Array.from({ length: FLIPS }, () => [draw(bytes), 1 << draw(8)]);
}

/** What is lost has been told: with its place, or as a part of the file. */
function expectTold({ listed, lost, damages, at }: Read): void {
  for (const { run, agent } of lost) {
    const told = damages.filter((one) => one.run === undefined || (one.run === run && (one.agent ?? agent) === agent));
    expect(told, `byte ${at}: ${agent} of ${run}`).not.toEqual([]);
  }
  if (listed.length < RUNS.length) expect(damages, `byte ${at}: a run`).not.toEqual([]);
}

test.each([false, true])('whatever bit is flipped, nothing crashes, and what is not damaged is read (compacted: %s)', {
  timeout: 120_000,
}, async (compacted) => {
  const directory = await smallDirectory();
  if (compacted) await compactLmdbStore(directory);
  const good = join(directory, 'data.mdb');
  const data = readFileSync(good);
  const flips = drawFlips(data.length);
  const reads = await flipped<Read>('reader.js', good, flips);
  expect(reads).toHaveLength(FLIPS);
  const harmless = reads.filter(({ lost, damages }) => lost.length === 0 && damages.length === 0);
  expect(harmless.length).toBeLessThan(FLIPS);
  for (const read of reads) {
    expectTold(read);
    const page = Math.floor(read.at / PAGE_BYTES) * PAGE_BYTES;
    const kind = page < 2 * PAGE_BYTES ? 0 : data.readUInt16LE(page + 18);
    // In a page of values, past what says where they lie: one record, named.
    const isInValues = kind === 2 && read.at > page + data.readUInt16LE(page + 22) + 24 + 64;
    const named = read.damages.filter(({ record }) => record !== undefined);
    if (isInValues && named.length > 0) expect(read.lost.length, `byte ${read.at}`).toBeLessThanOrEqual(1);
  }
  const inValues = reads.filter(({ lost, damages }) => lost.length === 1 && damages.some(({ record }) => record));
  expect(inValues.length).toBeGreaterThan(FLIPS / 20);
});

test.each([false, true])('whatever bit is flipped, a writer is refused or what it writes is there (compacted: %s)', {
  timeout: 120_000,
}, async (compacted) => {
  const directory = await smallDirectory();
  if (compacted) await compactLmdbStore(directory);
  const good = join(directory, 'data.mdb');
  const flips = drawFlips(readFileSync(good).length).slice(0, FLIPS / 3);
  const written = await flipped<{ refused?: string; missing?: number }>('writer.js', good, flips);
  expect(written).toHaveLength(flips.length);
  for (const { refused, missing } of written) expect(refused ?? missing).toBe(refused ? 'STORE_UNAVAILABLE' : 0);
  const refused = written.filter((one) => one.refused !== undefined).length;
  expect(refused).toBeGreaterThan(0);
  expect(refused).toBeLessThan(flips.length / 3);
});

test('wherever the file ends, what is before that is read, or it is refused', { timeout: 120_000 }, async () => {
  const directory = await smallDirectory();
  const data = readFileSync(join(directory, 'data.mdb'));
  for (let pages = 3; pages < data.length / PAGE_BYTES; pages += 7) {
    const good = join(temporaryFolder(), 'cut.mdb');
    writeFileSync(good, data.subarray(0, pages * PAGE_BYTES - 100));
    const [read] = await flipped<Read>('reader.js', good, [[0, 0]]);
    expectTold(read!);
    expect(read?.damages.length).toBeGreaterThan(0);
  }
});
