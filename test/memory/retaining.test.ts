import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { createInMemoryStore } from '../../src/memory/in-memory.ts';
import { openLmdbStore } from '../../src/memory/lmdb.ts';
import { createRetainingStore } from '../../src/memory/retaining.ts';
import type { KeepSpec, RunRecord } from '../../src/protocol.ts';
import { runScenario } from '../../src/run-scenario.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { describeMemoryStore } from './memory-store-conformance.ts';
import { batchOf, runOf } from './records.ts';

describeMemoryStore('retaining', async () => {
  const retention = { run: 'none', scenario: 'triage', keep: { runs: 1 }, now: () => 0, directory: '/none' };
  const store = createRetainingStore(createInMemoryStore(), retention);
  return { store, cleanup: () => store.close() };
});

const day = (n: number) => `2026-01-0${n}T00:00:00.000Z`;

/** A directory with old runs, and the store of a run `new` that ends as it says. */
async function ending(status: RunRecord['status'], keep: KeepSpec, others: Partial<RunRecord>[] = []) {
  const directory = temporaryFolder();
  const inner = await openLmdbStore(directory);
  const old = [1, 2, 3].map((n): RunRecord => ({ ...runOf(`old${n}`, day(n)), status: 'done' }));
  const more = others.map((other, n) => ({ ...runOf(`other${n}`, day(1)), status: 'done' as const, ...other }));
  for (const run of [...old, ...more, { ...runOf('new', day(9)), status }]) {
    await inner.putRun(run);
    for (let turn = 1; turn <= 40; turn++) void inner.append(run.id, 'a/0', batchOf('a/0', turn));
  }
  const now = () => Date.parse(day(9));
  await createRetainingStore(inner, { run: 'new', scenario: 'triage', keep, now, directory }).close();
  const reader = await openLmdbStore(directory, { readOnly: true });
  const left = (await reader.runs()).map(({ id }) => id);
  expect(await reader.journal('new', 'a/0')).toHaveLength(40);
  await reader.close();
  return { left, bytes: statSync(join(directory, 'data.mdb')).size };
}

describe('at the end of a run', () => {
  test('older runs of its scenario go that are beyond the limit', async () => {
    expect((await ending('done', { runs: 2 })).left).toEqual(['new', 'old3']);
    expect((await ending('failed', { runs: 1 })).left).toEqual(['new']);
    expect((await ending('done', { days: 6.5 })).left).toEqual(['new', 'old3']);
    expect((await ending('done', { bytes: 1 })).left).toEqual(['new']);
  });

  test.each(['running', 'interrupted'] as const)('that is %s nothing goes', async (status) => {
    expect((await ending(status, { runs: 1 })).left).toEqual(['new', 'old3', 'old2', 'old1']);
  });

  test('others stay: of other scenarios, rehearsals, and those that can be resumed', async () => {
    const others = [{ scenario: 'else' }, { virtual: true }, { status: 'interrupted' as const }];
    expect((await ending('done', { runs: 1 }, others)).left).toEqual(['new', 'other0', 'other1', 'other2']);
  });

  test('the file is made smaller when more than half of it is free', async () => {
    const [all, one] = [await ending('done', { runs: 9 }), await ending('done', { runs: 1 })];
    expect(one.bytes).toBeLessThan(all.bytes / 2);
  });

  test('what goes wrong costs nobody the run', async () => {
    const warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const inner = createInMemoryStore();
    await inner.putRun({ ...runOf('new'), status: 'done' });
    inner.runs = () => Promise.reject(new Error('damaged'));
    const retention = { run: 'new', scenario: 'triage', keep: { runs: 1 }, now: () => 0, directory: '/none' };
    const store = createRetainingStore(inner, retention);
    await Promise.all([store.close(), store.close()]);
    expect(warnings.mock.calls).toEqual([['Older runs are still there: damaged']]);
    warnings.mockRestore();
  });
});

test('a live run does so as its scenario says, a rehearsal never', async () => {
  const data = temporaryFolder();
  const scenario = {
    name: 'kept',
    models: { m: { rules: [{ reply: 'Yes.' }] } },
    agents: { a: { count: 3, model: 'm', observe: 'Go' } },
    keep: { runs: 2 },
  };
  const runs: string[] = [];
  await runScenario(scenario, { data, virtual: true });
  for (let count = 0; count < 4; count++) runs.unshift((await runScenario(scenario, { data })).run);
  await runScenario(scenario, { data, virtual: true });
  const store = await openLmdbStore(data, { readOnly: true });
  const left = (await store.runs()).filter(({ virtual }) => !virtual).map(({ id }) => id);
  expect(left).toEqual(runs.slice(0, 2));
  expect(await store.runs()).toHaveLength(3);
  expect(await store.snapshots(runs[0]!)).toHaveLength(3);
  await store.close();
});
