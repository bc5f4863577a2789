import { spawn } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createFolder, type Folder } from '../../../src/tools/files/folder.ts';
import { touched } from './watched-fs.ts';
import { makeSpecialFiles, makeWorld, NAMES_OUTSIDE, SECRET, type SpecialFiles, type World } from './world.ts';

vi.mock('node:fs/promises', async (original) => (await import('./watched-fs.ts')).watchFs(await original()));

/** A race is run so long at least, and goes on until all that can come of it has been seen. */
const RACE_MS = 500;
const RACE_MAX_MS = 10_000;
const { signal } = new AbortController();
const everything = { depth: 3, limit: 100, isWanted: () => true, signal };

/** A process of its own, so that it can come between any two steps of ours: exchanges two names, again and again. */
const SWAP = `const { renameSync, rmSync } = require('node:fs');
const [folder, one, other, ms] = process.argv.slice(1);
process.chdir(folder);
const move = (from, to) => {
  for (let tried = 0; tried < 1_000; tried++) {
    try { return renameSync(from, to); } catch (error) {
      if (error.code === 'ENOENT') return;
      // A folder that was made while there was none.
      try { rmSync(to, { recursive: true, force: true }); } catch {}
    }
  }
};
for (const end = Date.now() + Number(ms); Date.now() < end; ) {
  move(one, 'spare'); move(other, one); move('spare', other);
}`;

let special: SpecialFiles;
let world: World;
let folder: Folder;

beforeAll(async () => {
  special = await makeSpecialFiles();
});
afterAll(() => special.close());
beforeEach(() => {
  world = makeWorld(special);
  folder = createFolder(world.root);
  return () => world.remove();
});

/**
 * Does something while two names are exchanged, and nothing outside may come of it.
 *
 * @param expected Parts of what has to be seen.
 */
async function race(one: string, other: string, work: () => Promise<unknown>, expected: string[]): Promise<void> {
  const before = world.look();
  touched.length = 0;
  const args = ['-e', SWAP, world.root, one, other, String(RACE_MAX_MS)];
  const swapper = spawn(process.execPath, args, { stdio: 'ignore' });
  const ended = new Promise((resolve) => swapper.once('exit', resolve));
  const outcomes = new Set<string>();
  const isSeen = (part: string) => [...outcomes].some((outcome) => outcome.includes(part));
  for (const startedAt = performance.now(); performance.now() < startedAt + RACE_MS || !expected.every(isSeen); ) {
    outcomes.add(
      await work().then(
        (value) => JSON.stringify(value ?? 'done'),
        (error: Error) => error.message.replace(/.*": /, ''),
      ),
    );
    if (swapper.exitCode !== null) break;
  }
  swapper.kill('SIGKILL');
  await ended;
  expect(
    expected.filter((part) => !isSeen(part)),
    [...outcomes].join(),
  ).toEqual([]);
  const places = touched.filter((place) => place !== world.root && !place.startsWith(`${world.root}/`));
  expect(places, 'opened outside').toEqual([]);
  expect(world.look()).toEqual(before);
  expect(world.namesOutside()).toEqual(NAMES_OUTSIDE);
  expect(new Set(world.texts())).toEqual(new Set([SECRET]));
  expect([...outcomes].join()).not.toContain(SECRET);
  expect([...outcomes].join()).not.toContain(world.base);
}

const OUTSIDE = 'it is outside the folder';

describe.runIf(process.platform === 'linux')('a race', { timeout: 2 * RACE_MAX_MS }, () => {
  beforeEach(() => {
    mkdirSync(join(world.root, 'real'));
    writeFileSync(join(world.root, 'real/key.txt'), 'inside');
    symlinkSync('../data-secret', join(world.root, 'trap'));
    writeFileSync(join(world.root, 'real-file'), 'inside');
    symlinkSync('../data-secret/key.txt', join(world.root, 'trap-file'));
  });

  test('of a folder with a link out, while a file is read', () =>
    race('real', 'trap', () => folder.read('real/key.txt', 100), [OUTSIDE, 'inside']));

  test('of a folder with a link out, while a file is written', () =>
    race('real', 'trap', () => folder.write('real/new/new.txt', 'WRITTEN', 'replace', signal), [OUTSIDE, 'done']));

  test('of a folder with a link out, while files are created', () => {
    let count = 0;
    return race('real', 'trap', () => folder.write(`real/${count++}`, 'WRITTEN', 'create', signal), [OUTSIDE, 'done']);
  });

  test('of a folder with a link out, while it is listed', () =>
    race('real', 'trap', () => folder.list('real', everything), [OUTSIDE, 'real/key.txt']));

  test('of a folder with a link out, while all is listed', () =>
    race('real', 'trap', () => folder.list('.', everything), ['real/key.txt', '"path":"real","kind":"link"']));

  test('of a file with a link out, while it is read', () =>
    race('real-file', 'trap-file', () => folder.read('real-file', 100), [OUTSIDE, 'inside']));

  test('of a file with a link out, while it is written', () =>
    race('real-file', 'trap-file', () => folder.write('real-file', 'WRITTEN', 'replace', signal), ['done']));

  test('of a file with a FIFO, while it is read, does not block', () =>
    race('real-file', 'fifo', () => folder.read('real-file', 100), ['it is not a regular file', 'inside']));

  test('of two folders, in one of which a link leads out, while a file is written', () => {
    symlinkSync('../../data-secret', join(world.root, 'real/way'));
    return race('real', 'sub', () => folder.write('real/way/x', 'WRITTEN', 'replace', signal), [OUTSIDE, 'done']);
  });
});
