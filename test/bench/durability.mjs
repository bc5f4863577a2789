/**
 * What supervision and durability cost, and how far they go: `npm run bench:durability [-- --only PART]`. See README.md.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { defineModel, parseScenario, startRun } from '../../dist/index.js';
import { openLmdbStore } from '../../dist/memory/lmdb.js';
import { toTable } from './statistics.mjs';

const PARTS = ['journal', 'resume', 'restarts', 'passivation', 'growth'];
const MB = 1_048_576;
const { values } = parseArgs({ options: { only: { type: 'string', multiple: true, default: PARTS } } });

/** @param {number} ms */
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** @param {object} scenario */
function parse(scenario, models = /** @type {string[]} */ ([])) {
  return parseScenario(JSON.stringify(scenario), {
    name: 'bench',
    folder: process.cwd(),
    known: { models, tools: [] },
  });
}

/**
 * @template T
 * @param {(folder: string) => Promise<T>} use
 */
async function inFolder(use) {
  const folder = mkdtempSync(join(tmpdir(), 'troupe-bench-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** @param {number[]} sorted @param {number} share */
const at = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;

/** Batches of one record from a thousand agents, as fast as they are taken, for ten seconds. */
function journal() {
  return inFolder(async (folder) => {
    const store = await openLmdbStore(join(folder, 'data'));
    const delay = monitorEventLoopDelay({ resolution: 1 });
    let acknowledged = 0;
    const record = { type: 'model.intended', turn: 1, at: 0, model: 'm' };
    delay.enable();
    const end = performance.now() + 10_000;
    const started = performance.now();
    for (let i = 0; performance.now() < end; i++) {
      store.append('run', `agent/${i % 1_000}`, { journal: [record], transcript: [] }).then(() => acknowledged++);
      if (i % 64 === 63) await new Promise(setImmediate);
      const room = store.room();
      if (room !== undefined || i - acknowledged > 2_000) await (room ?? pause(1));
    }
    await store.flush();
    const seconds = (performance.now() - started) / 1_000;
    delay.disable();
    await store.close();
    return [
      [
        'acknowledged records a second, event-loop delay p99',
        `${Math.round(acknowledged / seconds).toLocaleString('en')}, ${(delay.percentile(99) / 1e6 - 1).toFixed(1)} ms`,
      ],
    ];
  });
}

/** A thousand agents in the middle of their work, stopped and gone on with; to the first event of the last of them. */
function resume() {
  return inFolder(async (folder) => {
    const data = join(folder, 'data');
    const model = { latency: '20ms', rules: [{ reply: 'done' }] };
    const scenario = parse({
      name: 'resume',
      models: { m: model },
      agents: { clerk: { count: 1_000, model: 'm', observe: Array(400).fill('Go') } },
    });
    const first = await startRun(scenario, { data });
    await pause(4_000);
    first.send({ type: 'run.drain', reason: 'measured' });
    await first.finished;
    const startedAt = performance.now();
    const store = await openLmdbStore(data, { readOnly: true });
    const [record] = await store.runs();
    const turns = (await store.snapshots(first.id)).reduce((sum, { turn }) => sum + turn, 0);
    await store.close();
    let started = 0;
    let ms = 0;
    const second = await startRun(scenario, { data, resume: record });
    await new Promise((resolve) => {
      second.subscribe((event) => {
        if (event.type !== 'agent.started' || ++started < 1_000) return;
        ms = performance.now() - startedAt;
        resolve(undefined);
      });
    });
    second.send({ type: 'run.drain', reason: 'measured' });
    await second.finished;
    return [
      [`resume of 1,000 agents with ${turns.toLocaleString('en')} turns behind them`, `${(ms / 1_000).toFixed(2)} s`],
    ];
  });
}

/** One agent that fails ten thousand times at the same observation. */
async function restarts() {
  const failures = 10_000;
  const model = defineModel({
    name: 'm',
    decide: async ({ attempt }) => {
      if (attempt <= failures) throw new Error('again');
      return 'at last';
    },
  });
  const scenario = parse(
    {
      name: 'restarts',
      supervision: { max_restarts: 2 * failures },
      agents: { one: { count: 1, model: 'm', observe: ['warm up', 'Go'], retries: 2 * failures } },
      memory: { store: 'lmdb' },
    },
    ['m'],
  );
  return inFolder(async (folder) => {
    const heap = () => {
      globalThis.gc?.();
      globalThis.gc?.();
      return process.memoryUsage().heapUsed;
    };
    const before = { heap: 0, count: 0 };
    const run = await startRun(scenario, { data: join(folder, 'data'), models: [model] });
    let restarted = 0;
    let after = 0;
    run.subscribe((event) => {
      if (event.type !== 'agent.restarting') return;
      restarted++;
      if (restarted === 1_000) before.heap = heap();
      if (restarted === failures - 1) after = heap();
    });
    await run.finished;
    const timers = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    return [
      ['heap of 9,000 more restarts of one agent', `${((after - before.heap) / MB).toFixed(2)} MB`],
      ['timers left after them', String(timers)],
    ];
  });
}

/** A hundred thousand agents that wait; then two thousand of them get a message. */
function passivation() {
  return inFolder(async (folder) => {
    const agents = 100_000;
    const scenario = parse({
      name: 'hosted',
      models: { m: { latency: '1ms', rules: [{ reply: 'ok' }] } },
      agents: { host: { count: agents, model: 'm', idle_after: '100ms', observe: { items: ['hello'], inbox: true } } },
    });
    const run = await startRun(scenario, { data: join(folder, 'data'), keepOpen: true });
    let asleep = 0;
    const sentAt = new Map();
    /** @type {number[]} */
    const wakes = [];
    await new Promise((resolve) => {
      run.subscribe((event) => {
        if (event.type === 'agent.passivated' && ++asleep === agents) resolve(undefined);
        if (event.type === 'agent.woken') wakes.push(performance.now() - sentAt.get(event.agent));
      });
    });
    await pause(1_000);
    globalThis.gc?.();
    await pause(1_000);
    const { rss } = process.memoryUsage();
    for (let i = 0; i < 2_000; i++) {
      const agent = `host/${(i * 7_919) % agents}`;
      sentAt.set(agent, performance.now());
      run.send({ type: 'agent.send', agent, text: 'hi' });
      await pause(2);
    }
    await pause(500);
    wakes.sort((a, b) => a - b);
    run.send({ type: 'run.drain', reason: 'measured' });
    await run.finished;
    return [
      ['resident memory with 100,000 agents asleep, each after a turn', `${Math.round(rss / MB)} MB`],
      [
        `to wake one of them, p50 / p99 of ${wakes.length}`,
        `${at(wakes, 0.5).toFixed(1)} / ${at(wakes, 0.99).toFixed(1)} ms`,
      ],
    ];
  });
}

/** What one agent's turns take in memory, at the beginning and a thousand turns later. */
function growth() {
  return inFolder(async (folder) => {
    const data = join(folder, 'data');
    const scenario = parse({
      name: 'growth',
      models: { m: { rules: [{ on: 'results', reply: 'It is {{ results.t.state }}.' }, { call: ['t'] }] } },
      tools: { t: { builtin: 'simulated', result: { state: 'paid' } } },
      agents: { one: { count: 1, model: 'm', tools: ['t'], observe: Array(501).fill('An order has come in.') } },
    });
    const run = await startRun(scenario, { data, virtual: true });
    await run.finished;
    const store = await openLmdbStore(data, { readOnly: true });
    const records = await store.journal(run.id, 'one/0');
    await store.close();
    const bytes = (/** @type {number} */ turn) =>
      records
        .filter((record) => record.turn === turn || record.turn === turn + 1)
        .reduce((sum, record) => sum + JSON.stringify(record).length, 0);
    return [['journal of turns 9 and 10, and of turns 999 and 1,000', `${bytes(9)} and ${bytes(999)} bytes`]];
  });
}

const parts = { journal, resume, restarts, passivation, growth };
const rows = [];
for (const part of PARTS) {
  if (!values.only.includes(part)) continue;
  process.stderr.write(`${part}\n`);
  rows.push(...(await parts[/** @type {keyof typeof parts} */ (part)]()));
}
console.log(toTable(['durability', 'value'], rows));
