import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openLmdbStore } from '../../src/memory/lmdb.ts';
import type { JournalRecord, RunEvent } from '../../src/protocol.ts';
import { type Run, startRun } from '../../src/run.ts';
import { scenarioOf } from '../rehearsals.ts';
import { mountDisk } from './mount-disk.ts';

const AGENTS = 30;
const OBSERVATIONS = 8;
/** Two turns for each observation, in about two seconds altogether. */
const scenario = scenarioOf({
  models: {
    clerk: {
      latency: { min: '60ms', max: '120ms' },
      rules: [
        { on: 'observation', call: ['lookup'] },
        { on: 'results', reply: 'It is {{ results.lookup.state }}.' },
      ],
    },
  },
  tools: { lookup: { builtin: 'simulated', latency: '40ms', result: { state: 'paid' } } },
  agents: {
    clerk: {
      count: AGENTS,
      model: 'clerk',
      tools: ['lookup'],
      observe: Array.from({ length: OBSERVATIONS }, (_, index) => `order ${index}`),
    },
  },
});

const probe = mountDisk(1);
probe?.unmount();
if (probe === undefined)
  console.info('Not tested: a disk that fills up under a run, since this user may not mount one');

describe.runIf(probe !== undefined)('a live run', { timeout: 60_000 }, () => {
  let disk: ReturnType<typeof mountDisk>;
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => {
    unhandled.push(reason);
  };
  beforeEach(() => {
    disk = mountDisk(6);
    // LMDB prints each failure.
    vi.spyOn(console, 'error').mockImplementation(() => {});
    process.on('unhandledRejection', note);
    return () => process.off('unhandledRejection', note);
  });
  afterEach(() => {
    vi.restoreAllMocks();
    disk?.unmount();
    disk = undefined;
    expect(unhandled.splice(0)).toEqual([]);
  });

  const fill = (): void => {
    // Not to the last page, so that a transaction that is being written finds its place.
    const left = join(disk?.path ?? '', 'left');
    writeFileSync(left, Buffer.alloc(400_000, 1));
    for (const bytes of [1 << 20, 1 << 16, 1 << 12]) {
      for (let count = 0; ; count++) {
        try {
          writeFileSync(join(disk?.path ?? '', `filler-${bytes}-${count}`), Buffer.alloc(bytes, 1));
        } catch {
          break;
        }
      }
    }
    rmSync(left);
  };
  const free = (): void => {
    execFileSync('sh', ['-c', 'rm -f "$0"/filler-*', disk?.path ?? '']);
  };

  /** Starts a run, and fills its disk in the middle. */
  async function startOnFillingDisk(durability: 'async' | 'sync') {
    const data = join(disk?.path ?? '', 'data');
    const events: RunEvent[] = [];
    const run = await startRun(scenario, { data, durability, onEvent: (event) => events.push(event) });
    await until(() => events.filter(({ type }) => type === 'agent.stored').length > 3 * AGENTS);
    fill();
    await until(() => events.some(({ type }) => type === 'store.degraded'));
    return { run, data, events };
  }

  test.each([
    'async',
    'sync',
  ] as const)('%s: whose disk fills up waits, and finishes when there is space again', async (durability) => {
    const { run, data, events } = await startOnFillingDisk(durability);
    // What was under way ends; then nothing begins any more.
    await sleep(400);
    const before = events.length;
    await sleep(900);
    expect(events.slice(before)).toEqual([]);
    free();
    const summary = await run.finished;
    expect(summary.error).toBeUndefined();
    expect(summary).toMatchObject({ status: 'done', agents: { done: AGENTS }, replies: AGENTS * OBSERVATIONS });
    expect(events.map(({ type }) => type).filter((type) => type.startsWith('store.'))).toEqual([
      'store.degraded',
      'store.recovered',
    ]);
    const recovered = events.find((event) => event.type === 'store.recovered');
    expect(recovered?.downMs).toBeGreaterThan(1_300);
    expect(recovered?.writes).toBeGreaterThan(0);
    await expectWhole(data, run.id);
    await run.close();
  });

  test('that is interrupted meanwhile ends, says what is not written, and can be resumed', async () => {
    const { run, data } = await startOnFillingDisk('async');
    await sleep(300);
    run.send({ type: 'run.drain', reason: 'SIGINT received' });
    const summary = await run.finished;
    expect(summary.status).toBe('failed');
    expect(summary.error).toMatchObject({
      code: 'STORE_FAILED',
      message: expect.stringMatching(
        /^Cannot write to ".*": the disk .*; not written: \d+ batches of clerk\/\d+.* and \d+ more$/,
      ),
    });
    await run.close();
    free();
    await resume(data, run);
  });

  test('that waits for its disk after its last agent can be interrupted too', async () => {
    const data = join(disk?.path ?? '', 'data');
    const events: RunEvent[] = [];
    const run = await startRun(scenario, { data, onEvent: (event) => events.push(event) });
    await until(() => events.filter(({ type }) => type === 'agent.ended').length >= AGENTS - 2);
    fill();
    const ended = run.finished;
    await until(() => events.some(({ type }) => type === 'store.degraded' || type === 'run.finished'));
    await sleep(500);
    run.send({ type: 'run.drain', reason: 'SIGINT received' });
    const summary = await ended;
    if (events.some(({ type }) => type === 'store.degraded')) expect(summary.error?.message).toContain('not written');
    await run.close();
    free();
    await resume(data, run);
  });

  async function resume(data: string, run: Run): Promise<void> {
    const store = await openLmdbStore(data, { readOnly: true });
    const record = await store.run(run.id);
    await store.close();
    if (record === undefined) throw new Error('The run should be known');
    const resumed = await startRun(scenario, { data, resume: record });
    const summary = await resumed.finished;
    expect(summary).toMatchObject({ status: 'done', agents: { done: AGENTS } });
    await resumed.close();
    await expectWhole(data, run.id);
  }
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(5);
}

/** Every agent's journal tells its whole life, each turn once. */
async function expectWhole(data: string, run: string): Promise<void> {
  const store = await openLmdbStore(data, { readOnly: true });
  const snapshots = await store.snapshots(run);
  expect(snapshots).toHaveLength(AGENTS);
  for (const { agent, status, turn } of snapshots) {
    expect([agent, status, turn]).toEqual([agent, 'done', 2 * OBSERVATIONS]);
    const journal = await store.journal(run, agent);
    const turnsOf = (type: JournalRecord['type']) => [
      ...new Set(journal.filter((one) => one.type === type).map((one) => one.turn)),
    ];
    const turns = Array.from({ length: turn }, (_, index) => index + 1);
    expect(turnsOf('observed')).toEqual(turns);
    expect(turnsOf('model.done')).toEqual(turns);
    expect(turnsOf('tool.done')).toEqual(turns.filter((one) => one % 2 === 1));
    expect(journal.at(-1)?.type).toBe('ended');
    expect(await store.transcript(run, agent)).toHaveLength(4 * OBSERVATIONS);
  }
  await store.close();
}
