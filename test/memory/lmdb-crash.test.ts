import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openLmdbStore } from '../../src/memory/lmdb.ts';
import { compileMemory } from './compile-memory.ts';
import { batchOf, resultOf, runOf } from './records.ts';

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'troupe-'));
});

afterAll(() => rmSync(folder, { recursive: true }));

describe('when the process is killed', () => {
  /** Appends a turn of fifty agents after the other, and prints the number of each turn that is acknowledged. */
  const writer = `
    import { openLmdbStore } from './memory/lmdb.js';
    import { batchOf } from './records.js';
    const store = await openLmdbStore(process.argv[2]);
    for (let turn = 1; ; turn++) {
      const written = [];
      for (let agent = 0; agent < 50; agent++) written.push(store.append('r', 'a/' + agent, batchOf('a/' + agent, turn)));
      Promise.all(written).then(() => process.stdout.write(turn + '\\n'));
      await new Promise(setImmediate);
      if (turn % 20 === 0) await store.flush();
    }`;

  beforeAll(() => {
    const out = compileMemory(folder);
    // The records are small enough to be made plain by hand: types are all they have beyond JavaScript.
    writeFileSync(join(out, 'records.js'), `export const batchOf = ${plainBatch.toString()};`);
    writeFileSync(join(out, 'writer.js'), writer);
  }, 30_000);

  const startWriter = (directory: string): ChildProcess =>
    spawn(process.execPath, [join(folder, 'out', 'writer.js'), directory], { stdio: ['ignore', 'pipe', 'inherit'] });

  test('every acknowledged batch is there, none is torn, none is missing in between', async () => {
    const directory = join(folder, 'killed');
    let acknowledged = 0;
    for (const until of [30, 60, 90]) {
      const child = startWriter(directory);
      const exited = once(child, 'exit');
      const before = acknowledged;
      for await (const line of createInterface({ input: child.stdout! })) {
        acknowledged = Math.max(acknowledged, before + Number(line));
        if (Number(line) === until) child.kill('SIGKILL');
      }
      // Its output can end before it does, and until then the directory is its own.
      await exited;
      const store = await openLmdbStore(directory);
      for (let agent = 0; agent < 50; agent++) {
        const name = `a/${agent}`;
        const journal = await store.journal('r', name);
        const transcript = await store.transcript('r', name);
        expect(journal.length).toBeGreaterThanOrEqual(acknowledged);
        expect(transcript).toHaveLength(2 * journal.length);
        expect((await store.snapshot('r', name))?.turn).toBe(journal.at(-1)?.turn);
      }
      // What was written without having been acknowledged stays: the next writer goes on behind it.
      acknowledged = (await store.journal('r', 'a/49')).length;
      await store.close();
    }
    expect(acknowledged).toBeGreaterThanOrEqual(180);
  }, 30_000);

  test('its directory is refused to other writers before, not to readers, and free after', async () => {
    const directory = join(folder, 'shared');
    const child = startWriter(directory);
    await once(child.stdout!, 'data');
    await expect(openLmdbStore(directory)).rejects.toMatchObject({
      code: 'STORE_BUSY',
      message: `Cannot open "${directory}": process ${child.pid} is using it`,
    });
    const reader = await openLmdbStore(directory, { readOnly: true });
    expect((await reader.journal('r', 'a/0')).length).toBeGreaterThan(0);
    await reader.close();
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(readFileSync(join(directory, 'lock'), 'utf8')).toContain(String(child.pid));
    const store = await openLmdbStore(directory);
    await store.append('r', 'b/0', batchOf('b/0', 1));
    await store.close();
  }, 30_000);
});

/** `batchOf` for a process that cannot read TypeScript. */
function plainBatch(agent: string, turn: number) {
  return {
    journal: [{ type: 'model.intended', turn, at: turn, model: 'analyst' }],
    transcript: [
      { role: 'user', content: `Turn ${turn} of ${agent}` },
      { role: 'assistant', content: 'x'.repeat(300), toolCalls: [] },
    ],
    snapshot: { agent, status: 'running', turn, step: 1, taken: 1, answered: false, messages: 2 * turn, at: turn },
  };
}

/** @returns A file system of 2 MB, or undefined where we may not mount one. */
function mountSmallDisk(): string | undefined {
  const mount = mkdtempSync(join(tmpdir(), 'troupe-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', mount], { stdio: 'ignore' });
    return mount;
  } catch {
    rmSync(mount, { recursive: true });
    return undefined;
  }
}

describe('when the disk is full', () => {
  const disk = mountSmallDisk();
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => {
    unhandled.push(reason);
  };
  if (disk === undefined) console.info('Not tested: a full disk, since this user may not mount one');

  beforeAll(() => {
    process.on('unhandledRejection', note);
    // LMDB prints the reason as well.
    vi.spyOn(console, 'error').mockImplementation(() => {});
  });
  afterAll(() => {
    process.off('unhandledRejection', note);
    vi.restoreAllMocks();
    if (disk === undefined) return;
    execFileSync('umount', ['-l', disk]);
    rmSync(disk, { recursive: true });
  });

  test.runIf(disk !== undefined)('a batch too large for it rejects, and leaves no file', async () => {
    const directory = join(disk ?? '', 'large');
    const store = await openLmdbStore(directory);
    const large = { journal: [resultOf('x'.repeat(3_000_000))], transcript: [] };
    await expect(store.append('r', 'a/0', large)).rejects.toMatchObject({
      code: 'STORE_FAILED',
      message: expect.stringContaining(`Cannot write to "${directory}": the disk is full`),
    });
    expect(await store.journal('r', 'a/0')).toEqual([]);
    await expect(store.close()).rejects.toMatchObject({ code: 'STORE_FAILED' });
    expect(unhandled).toEqual([]);
    rmSync(directory, { recursive: true });
  });

  test.runIf(disk !== undefined)('appends reject, and what was acknowledged before is readable', async () => {
    const directory = join(disk ?? '', 'data');
    const store = await openLmdbStore(directory);
    await store.putRun(runOf('r'));
    const failed = {
      code: 'STORE_FAILED',
      message: expect.stringMatching(
        /^Cannot write to ".*\/data": the disk .* \(the disk has \d+ kB left\); not written: 20 batches of a\/0, .* and 15 more$/,
      ),
    };
    let acknowledged = 0;
    let failure: unknown;
    for (let turn = 1; failure === undefined && turn < 1_000; turn++) {
      for (let agent = 0; agent < 20; agent++) void store.append('r', `a/${agent}`, batchOf(`a/${agent}`, turn));
      await store.flush().then(
        () => acknowledged++,
        (error) => {
          failure = error;
        },
      );
    }
    expect(failure).toMatchObject(failed);
    expect(acknowledged).toBeGreaterThan(3);
    expect(store.stats().writes).toBe(acknowledged * 20);

    void store.append('r', 'a/0', batchOf('a/0', 0));
    await expect(store.append('r', 'a/0', batchOf('a/0', 0))).rejects.toBe(failure);
    await expect(store.flush()).rejects.toBe(failure);
    await expect(store.putRun(runOf('s'))).rejects.toBe(failure);
    expect(store.room()).toBeUndefined();

    for (let agent = 0; agent < 20; agent++) expect(await store.journal('r', `a/${agent}`)).toHaveLength(acknowledged);
    expect(await store.runs()).toEqual([runOf('r')]);
    await expect(store.close()).rejects.toBe(failure);

    const reader = await openLmdbStore(directory, { readOnly: true });
    expect(await reader.snapshots('r')).toHaveLength(20);
    await reader.close();
    await new Promise((resolve) => setImmediate(resolve));
    expect(unhandled).toEqual([]);
  });

  test.runIf(disk !== undefined)('a store is not opened', async () => {
    const directory = join(disk ?? '', 'another');
    await expect(openLmdbStore(directory)).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringMatching(/^Cannot open ".*": the disk is full \(the disk has \d+ kB left\)$/),
    });
  });
});
