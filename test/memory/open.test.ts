import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRealClock, createVirtualClock } from '../../src/base/clock.ts';
import { createRandom } from '../../src/base/random.ts';
import { openStore } from '../../src/memory/open.ts';
import type { Latency, MemorySpec } from '../../src/protocol.ts';
import { batchOf } from './records.ts';

const none: Latency = { kind: 'constant', ms: 0 };
const slow: Latency = { kind: 'constant', ms: 250 };
const random = createRandom(1);

describe('a scenario’s store', () => {
  let directory = '';
  beforeEach(() => {
    directory = join(mkdtempSync(join(tmpdir(), 'troupe-')), 'data');
  });
  afterEach(() => rmSync(join(directory, '..'), { recursive: true }));

  test('in-memory touches no disk', async () => {
    const spec: MemorySpec = { store: 'in-memory', durability: 'async', latency: none };
    const store = await openStore(spec, { directory, clock: createRealClock(), random });
    await store.append('r', 'a/0', batchOf('a/0', 1));
    await store.close();
    expect(existsSync(directory)).toBe(false);
  });

  test('lmdb keeps what it is given in the directory', async () => {
    const spec: MemorySpec = { store: 'lmdb', durability: 'async', latency: none };
    for (const clock of [createRealClock(), createVirtualClock()]) {
      const store = await openStore(spec, { directory, clock, random });
      await store.append('r', 'a/0', batchOf('a/0', 1));
      await store.close();
    }
    const store = await openStore(spec, { directory, clock: createRealClock(), random });
    expect(await store.journal('r', 'a/0')).toHaveLength(2);
    await store.close();
  });

  test.each(['lmdb', 'in-memory'] as const)('%s is as slow as the scenario says', async (kind) => {
    const spec: MemorySpec = { store: kind, durability: 'sync', latency: slow };
    const clock = createVirtualClock();
    const store = await openStore(spec, { directory, clock, random });
    await store.append('r', 'a/0', batchOf('a/0', 1));
    expect(clock.elapsed()).toBe(250);
    await store.close();
  });

  test('on a real disk gives the same order of events in each rehearsal, sync and async', async () => {
    const rehearse = async (spec: MemorySpec): Promise<string[]> => {
      const clock = createVirtualClock();
      const store = await openStore(spec, { directory, clock, random: createRandom(3) });
      const log: string[] = [];
      await Promise.all(
        Array.from({ length: 40 }, async (_, index) => {
          const agent = `a/${index}`;
          for (let turn = 0; turn < 5; turn++) {
            await clock.sleep((index * 7 + turn * 3) % 11);
            const written = store.append('r', agent, batchOf(agent, turn));
            if (spec.durability === 'sync') await written;
            log.push(`${clock.elapsed()} ${agent} ${turn}`);
          }
        }),
      );
      await store.deleteRun('r');
      await store.close();
      return log;
    };
    for (const durability of ['async', 'sync'] as const) {
      for (const latency of [none, slow]) {
        const spec: MemorySpec = { store: 'lmdb', durability, latency };
        const first = await rehearse(spec);
        expect(first).toHaveLength(200);
        expect(await rehearse(spec)).toEqual(first);
      }
    }
  });

  test('passes on why a directory cannot be opened', async () => {
    const spec: MemorySpec = { store: 'lmdb', durability: 'async', latency: none };
    const options = { directory, clock: createRealClock(), random };
    const store = await openStore(spec, options);
    await expect(openStore(spec, options)).rejects.toMatchObject({ code: 'STORE_BUSY' });
    await store.close();
  });
});
