import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { resume } from '../../src/cli/resume.ts';
import { openLmdbStore } from '../../src/memory/lmdb.ts';
import type { RunEvent } from '../../src/protocol.ts';
import { startScenario } from '../../src/run-scenario.ts';
import { flipText } from '../memory/small-directory.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { captured } from './captured.ts';
import { exampleScenario, rehearsedData } from './example.ts';

const options = (data: string) => ({ data, logLevel: 'silent', monitor: 'off', json: true }) as const;

test('a run that was interrupted goes on with its own scenario and seed until all is done', async () => {
  const data = join(temporaryFolder(), 'data');
  const run = await startScenario(exampleScenario(), { virtual: true, data, seed: 77 });
  run.subscribe((event: RunEvent) => {
    if (event.type === 'agent.replied') run.send({ type: 'run.drain', reason: 'the test says so' });
  });
  const before = await run.finished;
  expect(before.status).toBe('interrupted');
  expect(before.agents.done).toBeLessThan(3);

  const { result, stdout } = await captured(() => resume('last', options(data)));
  expect(result).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    run: before.run,
    seed: 77,
    status: 'done',
    agents: { total: 3, done: 3, failed: 0, stopped: 0 },
  });
});

test('a run that has ended is not resumed', async () => {
  const { data, summary } = await rehearsedData(temporaryFolder());
  await expect(resume('last', options(data))).rejects.toMatchObject({
    code: 'USAGE',
    message: `Cannot resume run "${summary.run}": it has ended as done`,
  });
});

test('a run that is not there is refused, and no data directory is made', async () => {
  const data = join(temporaryFolder(), 'missing');
  await expect(resume('last', options(data))).rejects.toMatchObject({
    code: 'RUN_NOT_FOUND',
    message: `Cannot find run "last": "${data}" does not exist`,
  });
});

describe('a run with damaged agents', () => {
  /** Interrupted after everybody's first reply; damaged is the first record of `clerk/1`. */
  async function damagedData(): Promise<{ data: string; run: string }> {
    const data = join(temporaryFolder(), 'data');
    const run = await startScenario(exampleScenario(), { virtual: true, data, seed: 77 });
    let replies = 0;
    run.subscribe((event: RunEvent) => {
      if (event.type === 'agent.replied' && ++replies === 3) run.send({ type: 'run.drain', reason: 'enough' });
    });
    expect((await run.finished).status).toBe('interrupted');
    flipText(data, '{"order":1}');
    return { data, run: run.id };
  }

  test('is refused with agent and record', async () => {
    const { data, run } = await damagedData();
    await expect(resume('last', options(data))).rejects.toMatchObject({
      code: 'STORE_FAILED',
      message: expect.stringMatching(
        new RegExp(
          `^Cannot resume run "${run}": agents of it are damaged\\n` +
            `Cannot read record \\d of agent "clerk/1" in run "${run}": it is damaged, its checksum does not match\\n` +
            `[\\s\\S]*"troupe resume ${run} --data ${data} --without-damaged" goes on without them; they count as failed$`,
        ),
      ),
    });
  });

  test('goes on without them if told so: they have failed, the others do their work', async () => {
    const { data, run } = await damagedData();
    const { result, stdout } = await captured(() => resume('last', { ...options(data), withoutDamaged: true }));
    expect(result).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ run, agents: { total: 3, done: 2, failed: 1, stopped: 0 } });
    const store = await openLmdbStore(data, { readOnly: true, onDamage: () => {} });
    const statuses = (await store.snapshots(run)).map(({ status }) => status);
    expect(statuses).toEqual(['done', 'failed', 'done']);
    expect((await store.snapshot(run, 'clerk/1'))?.error?.message).toMatch(/^Cannot go on: record \d cannot be read/);
    await store.close();
  });

  test('of which the damaged ones have ended goes on as if nothing was', async () => {
    const data = join(temporaryFolder(), 'data');
    const run = await startScenario(exampleScenario(), { virtual: true, data, seed: 77 });
    const done = new Set<string>();
    run.subscribe((event: RunEvent) => {
      if (event.type !== 'agent.ended' || event.status !== 'done') return;
      done.add(event.agent);
      run.send({ type: 'run.drain', reason: 'enough' });
    });
    await run.finished;
    const [first = ''] = done;
    flipText(data, `{"order":${first.slice('clerk/'.length)}}`);
    const { result, stdout } = await captured(() => resume('last', options(data)));
    expect(result).toBe(0);
    expect(JSON.parse(stdout).agents).toMatchObject({ done: 3, failed: 0 });
  });
});
