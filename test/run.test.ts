import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openLmdbStore } from '../src/memory/lmdb.ts';
import type { RunEvent, RunRecord } from '../src/protocol.ts';
import { startRun } from '../src/run.ts';
import { loadScenario } from '../src/scenario/load.ts';
import { inMemory, next, rehearse, scenarioOf, toLines, waiting } from './rehearsals.ts';
import { temporaryFolder } from './temporary-folder.ts';

const IN_MEMORY = 'memory.store=in-memory';
const fileOf = (name: string) => join(import.meta.dirname, `../scenarios/${name}.yaml`);

describe('a rehearsal', () => {
  test.each([
    ['anomaly-triage', [IN_MEMORY, 'agents.analyst.count=40']],
    ['anomaly-triage', ['agents.analyst.count=10']],
    ['faults', [IN_MEMORY]],
    ['async-agent', ['agents.agent.count=50']],
  ])('of %s with %j is the same, byte for byte, with the same seed', { timeout: 30_000 }, async (name, set) => {
    const scenario = await loadScenario(fileOf(name), { set });
    const first = await rehearse(scenario, { seed: 11, data: temporaryFolder() });
    const second = await rehearse(scenario, { seed: 11, data: temporaryFolder() });
    expect(first.events.length).toBeGreaterThan(100);
    expect(toLines(second.events)).toBe(toLines(first.events));
  });

  test('with another seed differs where there is chance', async () => {
    const scenario = await loadScenario(fileOf('anomaly-triage'), { set: [IN_MEMORY, 'agents.analyst.count=5'] });
    const [first, second] = [await rehearse(scenario, { seed: 11 }), await rehearse(scenario, { seed: 12 })];
    expect(second.summary.virtualMs).not.toBe(first.summary.virtualMs);
  });

  test.each(['faults', 'async-agent'])('of %s with another seed differs in its name alone', async (name) => {
    const scenario = await loadScenario(fileOf(name), { set: [IN_MEMORY] });
    const [first, second] = [await rehearse(scenario, { seed: 11 }), await rehearse(scenario, { seed: 12 })];
    expect(second.summary.run).not.toBe(first.summary.run);
    expect(toLines(second.events.slice(1))).toBe(toLines(first.events.slice(1)));
  });

  test('of 1,000 agents that wait for more than a minute each takes seconds', { timeout: 30_000 }, async () => {
    const models = { clerk: { latency: '20s', rules: [{ reply: 'x' }] } };
    const agents = { clerk: { count: 1_000, model: 'clerk', observe: ['first', 'second', 'third', 'fourth'] } };
    const { summary } = await rehearse(scenarioOf({ ...inMemory, models, tools: {}, agents }));
    expect(summary).toMatchObject({ status: 'done', turns: 4_000, virtualMs: 80_000, criticalPathMs: 80_000 });
    expect(summary.wallMs).toBeLessThan(20_000);
  });

  test('replaces its predecessor in the data directory', async () => {
    const data = temporaryFolder();
    const first = await rehearse(scenarioOf(), { data });
    const second = await rehearse(scenarioOf(), { data });
    expect(second.summary.run).toBe(first.summary.run);
    expect(toLines(second.events)).toBe(toLines(first.events));
    const store = await openLmdbStore(data, { readOnly: true });
    expect(await store.runs()).toHaveLength(1);
    // Four messages an observation, of one rehearsal.
    expect(await store.transcript(first.summary.run, 'clerk/0')).toHaveLength(12);
    await store.close();
  });
});

test('the summary has every number of a run', async () => {
  const { summary } = await rehearse(scenarioOf({ ...inMemory, expect: ['turns == 60', 'turns == 0'] }));
  expect(summary).toEqual({
    run: expect.stringMatching(/^sim-\w{8}$/),
    scenario: 'orders',
    status: 'done',
    seed: 3,
    agents: { total: 10, done: 10, failed: 0, stopped: 0 },
    turns: 60,
    replies: 30,
    modelCalls: 60,
    modelFailures: 0,
    toolCalls: { total: 30, failed: 0 },
    restarts: 0,
    retries: { model: 0, tool: 0 },
    throttled: 0,
    corrections: 0,
    deadLetters: 0,
    deadlocks: 0,
    loops: 0,
    messages: 0,
    tokens: { input: expect.any(Number), output: expect.any(Number) },
    costUsd: 0,
    models: {
      clerk: { calls: 60, tries: 60, retries: 0, throttled: 0, trips: 0, waitMs: { p50: 0, p99: 0, max: 0 } },
    },
    wallMs: expect.any(Number),
    virtualMs: expect.any(Number),
    criticalPathMs: expect.any(Number),
    drainMs: expect.any(Number),
    cpuMs: expect.any(Number),
    // Each turn, and before that the calls that are about to be made.
    memory: { writes: 90, bytes: 0 },
    loopDelayMs: { p50: expect.any(Number), p99: expect.any(Number), max: expect.any(Number) },
    expectations: [
      { expect: 'turns == 60', pass: true, actual: 'turns = 60' },
      { expect: 'turns == 0', pass: false, actual: 'turns = 60' },
    ],
  });
  expect(summary.virtualMs).toBe(summary.criticalPathMs);
  expect(summary.virtualMs).toBeGreaterThan(3 * (1_000 + 500 + 1_000));
});

test('what a run leaves can be read when it has finished', async () => {
  const data = temporaryFolder();
  const { summary } = await rehearse(scenarioOf(), { data });
  const store = await openLmdbStore(data, { readOnly: true });
  expect(await store.run(summary.run)).toEqual({
    id: summary.run,
    scenario: 'orders',
    status: 'done',
    seed: 3,
    startedAt: '2000-01-01T00:00:00.000Z',
    recordedAt: expect.stringMatching(/^20[2-9]/),
    virtual: true,
    agents: 10,
    folder: '/',
    source: scenarioOf().source,
    summary,
  });
  const snapshots = await store.snapshots(summary.run);
  expect(snapshots.map(({ agent }) => agent)).toEqual(Array.from({ length: 10 }, (_, i) => `clerk/${i}`));
  for (const snapshot of snapshots) {
    expect(snapshot).toMatchObject({ status: 'done', turn: 6, answered: true, reply: 'It is paid.' });
  }
  await store.close();
});

describe('a run that is kept open', () => {
  const open = () => startRun(scenarioOf({ ...inMemory, ...waiting }), { virtual: true, keepOpen: true });

  test('answers what is sent to it, and ends when it is drained', async () => {
    const run = await open();
    await next(run, 'agent.waiting', 'clerk/1');
    const replied = next(run, 'agent.replied');
    const waitsAgain = next(run, 'agent.waiting', 'clerk/1');
    run.send({ type: 'agent.send', agent: 'clerk/1', text: 'hello' });
    expect(await replied).toMatchObject({ agent: 'clerk/1', observation: 'hello', reply: 'You said hello.' });
    await waitsAgain;
    run.send({ type: 'run.drain', reason: 'enough' });
    expect(await run.finished).toMatchObject({
      status: 'interrupted',
      messages: 1,
      replies: 1,
      agents: { total: 2, done: 0, failed: 0, stopped: 2 },
    });
  });

  test('ends when all its agents have been stopped', async () => {
    const run = await open();
    await next(run, 'agent.waiting', 'clerk/1');
    run.send({ type: 'agent.stop', agent: 'clerk/0' });
    run.send({ type: 'agent.stop', agent: 'clerk/1' });
    expect((await run.finished).agents).toEqual({ total: 2, done: 0, failed: 0, stopped: 2 });
  });

  test('refuses a command for an agent that is not there', async () => {
    const run = await open();
    await next(run, 'agent.waiting', 'clerk/1');
    for (const type of ['agent.send', 'agent.stop'] as const) {
      expect(() => run.send({ type, agent: 'clerk/9', text: 'x' })).toThrow(
        expect.objectContaining({ code: 'AGENT_UNKNOWN' }),
      );
    }
    run.send({ type: 'run.drain', reason: 'enough' });
    await run.finished;
  });

  test('stalls instead when it is not kept open', async () => {
    const { summary, events } = await rehearse(scenarioOf({ ...inMemory, ...waiting }));
    expect(summary.status).toBe('stalled');
    expect(events.find(({ type }) => type === 'run.stalled')).toMatchObject({
      waiting: [{ agent: 'clerk/0', for: 'a message' }, { agent: 'clerk/1' }],
    });
  });
});

test('a subscription ends when it is told to', async () => {
  const run = await startRun(scenarioOf(inMemory), { virtual: true });
  const types: string[] = [];
  const forget = run.subscribe(({ type }) => {
    types.push(type);
    if (type === 'agent.observed') forget();
  });
  await run.finished;
  expect(types.at(-1)).toBe('agent.observed');
});

describe('resuming', () => {
  /** Rehearses until `when`, and drains there. */
  async function interrupted(data: string, when: (event: RunEvent) => boolean): Promise<RunRecord> {
    const run = await startRun(scenarioOf(), { virtual: true, data });
    const forget = run.subscribe((event) => {
      if (!when(event)) return;
      forget();
      run.send({ type: 'run.drain', reason: 'the test says so' });
    });
    expect((await run.finished).status).toBe('interrupted');
    const store = await openLmdbStore(data, { readOnly: true });
    const record = await store.run(run.id);
    await store.close();
    expect(record?.status).toBe('interrupted');
    return record as RunRecord;
  }

  test.each<[string, (event: RunEvent) => boolean]>([
    ['at its start', ({ type }) => type === 'agent.started'],
    ['between a decision and its calls', ({ type }) => type === 'agent.decided'],
    ['after the first reply', ({ type }) => type === 'agent.replied'],
    ['after the first end', ({ type }) => type === 'agent.ended'],
  ])('a rehearsal that was interrupted %s finishes every agent once', async (_, when) => {
    const data = temporaryFolder();
    const record = await interrupted(data, when);
    const done = record.summary?.agents.done ?? 0;
    expect(done).toBeLessThan(10);
    const { summary, events } = await rehearse(scenarioOf(), { data, resume: record });
    expect(summary).toMatchObject({
      run: record.id,
      status: 'done',
      agents: { total: 10, done: 10, failed: 0, stopped: 0 },
    });
    expect(events.filter(({ type }) => type === 'agent.started')).toHaveLength(10 - done);

    const store = await openLmdbStore(data, { readOnly: true });
    expect((await store.run(record.id))?.status).toBe('done');
    for (const { agent, status } of await store.snapshots(record.id)) {
      expect([agent, status]).toEqual([agent, 'done']);
      const transcript = await store.transcript(record.id, agent);
      expect(transcript.filter(({ role }) => role === 'user').map(({ content }) => content)).toEqual([
        'first',
        'second',
        'third',
      ]);
    }
    await store.close();
  });

  test('goes on with the times where the stopped run was', async () => {
    const data = temporaryFolder();
    const record = await interrupted(data, ({ type, at }) => type === 'agent.replied' && at > 4_000);
    const stoppedAt = record.summary?.virtualMs ?? 0;
    expect(stoppedAt).toBeGreaterThan(4_000);
    const run = await startRun(scenarioOf(), { virtual: true, data, resume: record });
    expect(run.elapsed()).toBe(stoppedAt);
    const events: RunEvent[] = [];
    run.subscribe((event) => events.push(event));
    await run.finished;
    expect(events[0]).toMatchObject({ type: 'run.started', at: stoppedAt, startedAt: record.startedAt });
    expect(events.every(({ at }, i) => at >= (events[i - 1]?.at ?? stoppedAt))).toBe(true);
    // Each agent's journal is one life, in the order of time.
    for (const { id } of run.specs) {
      const times = (await run.journal(id)).map(({ at }) => at);
      expect(times).toEqual([...times].sort((a, b) => a - b));
      expect(times.at(-1)).toBeGreaterThan(stoppedAt);
    }
    await run.close();
  });

  test('keeps the seed of the run', async () => {
    const data = temporaryFolder();
    const record = await interrupted(data, ({ type }) => type === 'agent.replied');
    const { summary } = await rehearse(scenarioOf(), { data, resume: record, seed: 99 });
    expect(summary.seed).toBe(3);
  });
});

test('a data directory that cannot be used is refused, and nothing has started', async () => {
  const events: RunEvent[] = [];
  await expect(
    startRun(scenarioOf(), { virtual: true, data: import.meta.filename, onEvent: (event) => events.push(event) }),
  ).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  expect(events).toEqual([]);
});

test('a run whose supervisors have all given up has failed, and says why', async () => {
  const models = { clerk: { latency: '1s', rules: [{ fail: 'no credit' }] } };
  const supervision = { max_restarts: 2, max_seconds: 60 };
  const { summary } = await rehearse(scenarioOf({ ...inMemory, models, supervision, expect: [] }));
  expect(summary).toMatchObject({ status: 'failed', error: { code: 'RESTARTS_EXCEEDED' } });
  expect(summary.agents.failed).toBeGreaterThan(0);
});
