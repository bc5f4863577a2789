import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openLmdbStore } from '../../src/memory/lmdb.ts';
import { compileMemory } from './compile-memory.ts';
import { batchOf } from './records.ts';
import { AGENTS, smallDirectory, TURNS } from './small-directory.ts';

const KILLS = 25;
const AGENTS_MORE = 400;

let folder = '';
let out = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'troupe-'));
  out = compileMemory(folder);
  writeFileSync(
    join(out, 'compactor.js'),
    `import { compactLmdbStore } from './memory/lmdb.js';
    console.log('begin');
    for (;;) await compactLmdbStore(process.argv[2]);`,
  );
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

test('killed at any moment, a compaction leaves a directory with everything in it', { timeout: 60_000 }, async () => {
  const directory = await smallDirectory();
  let leftovers = 0;
  for (let kill = 1; kill <= KILLS; kill++) {
    const store = await openLmdbStore(directory);
    expect(existsSync(join(directory, 'compacting'))).toBe(false);
    for (const run of ['r', 's']) {
      for (const agent of AGENTS) expect(await store.journal(run, agent)).not.toHaveLength(0);
      expect(await store.transcript(run, 'a/1')).toHaveLength(2 * TURNS);
    }
    for (let index = 0; index < AGENTS_MORE; index++) void store.append('t', `a/${index}`, batchOf(`a/${index}`, kill));
    expect((await store.snapshots('t')).filter(({ turn }) => turn === kill)).toHaveLength(AGENTS_MORE);
    expect(await store.journal('t', 'a/7')).toHaveLength(kill);
    await store.close();
    const child = spawn(process.execPath, [join(out, 'compactor.js'), directory], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(child, 'exit');
    await once(child.stdout, 'data');
    await sleep(kill * 2.7);
    child.kill('SIGKILL');
    await exited;
    if (readdirSync(directory).includes('compacting')) leftovers++;
  }
  // Otherwise it was never in the middle.
  expect(leftovers).toBeGreaterThan(KILLS / 10);
});
