/**
 * Whether agents can live for days: `npm run build && node --expose-gc test/bench/soak.mjs [--only turns|hour|idle]
 * [--turns 1000000] [--minutes 60] [--agents 1000]`. See README.md.
 *
 * - turns: so many turns in virtual time, as fast as they go, with LMDB: does memory grow, does the file?
 * - hour: live for so many minutes, with LMDB: RSS by time, its slope after the warm-up.
 * - idle: agents that wait for messages, live, for a minute, a minute after the last of them has begun to: CPU of the process.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startScenario } from '../../dist/index.js';
import { toTable } from './statistics.mjs';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    turns: { type: 'string', default: '1000000' },
    minutes: { type: 'string', default: '60' },
    agents: { type: 'string', default: '1000' },
    json: { type: 'boolean', default: false },
  },
});
const AGENTS = Number(options.agents);
const MB = 2 ** 20;
/** Of the time, before growth counts: caches fill, code is compiled, the heap finds its size. */
const WARM_UP = 0.3;
const KEEP_TURNS = 50;

const folders = [];
process.on('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
process.on('SIGINT', () => process.exit(130));

function newFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'troupe-soak-'));
  folders.push(folder);
  return folder;
}

/** @param {{ every: string, until: object | string }} options */
function toScenario({ every, until }) {
  return {
    name: 'soak',
    seed: 1,
    models: {
      worker: {
        latency: { median: '200ms', p95: '500ms' },
        rules: [
          { on: 'results', reply: 'Seen {{ results.look.found }}.' },
          { call: [{ look: { at: '{{ observation.text }}' } }] },
        ],
      },
    },
    tools: { look: { builtin: 'simulated', latency: '50ms', result: { found: '{{ args.at }}' } } },
    sources: { pulse: { every, to: 'worker', text: 'Item {{ n }} of the day, at {{ iso }}.' } },
    agents: {
      worker: { count: AGENTS, model: 'worker', tools: ['look'], conversation: 'each', keep_turns: KEEP_TURNS },
    },
    until,
  };
}

function measure(data) {
  globalThis.gc?.();
  const path = join(data, 'data.mdb');
  const file = existsSync(path) ? statSync(path).size / MB : 0;
  return { rss: ownBytes() / MB, heap: process.memoryUsage().heapUsed / MB, file };
}

/** Without the pages of the data file, which the system keeps as long as it has room. Elsewhere than on Linux: with them. */
function ownBytes() {
  if (process.platform !== 'linux') return process.memoryUsage().rss;
  const [, kilobytes] = /RssAnon:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return Number(kilobytes) * 1_024;
}

/** Least squares of y over x. @param {readonly (readonly [number, number])[]} points */
function slope(points) {
  const mean = (place) => points.reduce((sum, point) => sum + point[place], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const over = points.reduce((sum, [px, py]) => sum + (px - x) * (py - y), 0);
  const under = points.reduce((sum, [px]) => sum + (px - x) ** 2, 0);
  return under === 0 ? 0 : over / under;
}

const say = (text) => process.stderr.write(`${text}\n`);

async function soakTurns() {
  const turns = Number(options.turns);
  const data = newFolder();
  const started = performance.now();
  const run = await startScenario(toScenario({ every: '100ms', until: { replies: Math.ceil(turns / 2) } }), {
    virtual: true,
    data,
  });
  const samples = [];
  let seen = 0;
  const step = Math.max(1, Math.floor(turns / 100));
  run.subscribe(({ type }) => {
    if (type !== 'agent.observed' || ++seen % step !== 0) return;
    samples.push({ turns: seen, ...measure(data) });
    if (samples.length % 10 === 0) say(`${seen} turns: ${JSON.stringify(samples.at(-1))}`);
  });
  const summary = await run.finished;
  await run.close();
  return report('turns', {
    summary,
    samples,
    x: 'turns',
    unit: 100_000,
    seconds: (performance.now() - started) / 1_000,
  });
}

async function soakHour() {
  const data = newFolder();
  const ms = Number(options.minutes) * 60_000;
  const run = await startScenario(toScenario({ every: '10ms', until: { time: `${Math.round(ms / 1_000)}s` } }), {
    data,
  });
  const samples = [];
  const started = performance.now();
  let over = false;
  const finished = run.finished.finally(() => {
    over = true;
  });
  while (!over) {
    await Promise.race([sleep(10_000), finished]);
    samples.push({ hours: (performance.now() - started) / 3_600_000, ...measure(data) });
    if (samples.length % 30 === 0) say(`${Math.round(samples.length / 6)} min: ${JSON.stringify(samples.at(-1))}`);
  }
  const summary = await finished;
  await run.close();
  return report('hour', { summary, samples, x: 'hours', unit: 1, seconds: (performance.now() - started) / 1_000 });
}

function report(name, { summary, samples, x, unit, seconds }) {
  const warm = samples.slice(Math.floor(samples.length * WARM_UP));
  const of = (key) => slope(warm.map((sample) => [sample[x] / unit, sample[key]]));
  const last = samples.at(-1);
  return {
    part: name,
    turns: summary.turns,
    status: summary.status,
    seconds: Math.round(seconds),
    'CPU us/turn': Math.round((summary.cpuMs * 1_000) / summary.turns),
    'RSS MB at the end': Math.round(last.rss),
    [`RSS MB per ${unit === 1 ? '' : unit.toLocaleString('en')} ${x}`]: of('rss').toFixed(2),
    [`heap MB per ${unit === 1 ? '' : unit.toLocaleString('en')} ${x}`]: of('heap').toFixed(2),
    [`file MB per ${unit === 1 ? '' : unit.toLocaleString('en')} ${x}`]: of('file').toFixed(2),
  };
}

async function idle() {
  const scenario = toScenario({ every: '1s', until: 'never' });
  scenario.sources = {};
  scenario.agents.worker.observe = { items: ['Begin.'], inbox: true };
  const run = await startScenario(scenario, { data: newFolder() });
  let waiting = 0;
  await new Promise((resolve) => {
    run.subscribe(({ type }) => type === 'agent.waiting' && ++waiting === AGENTS && resolve());
  });
  // Once after work has ended the collector tidies up, for a few 100 ms of CPU.
  await sleep(60_000);
  const before = process.cpuUsage();
  const from = performance.now();
  await sleep(60_000);
  const { user, system } = process.cpuUsage(before);
  const share = (user + system) / 1_000 / (performance.now() - from);
  run.send({ type: 'run.drain', reason: 'measured' });
  await run.finished;
  await run.close();
  return { part: 'idle', agents: AGENTS, 'share of a core': `${(share * 100).toFixed(2)} %` };
}

const parts = { turns: soakTurns, idle, hour: soakHour };
for (const name of options.only ?? Object.keys(parts)) {
  const part = parts[name];
  if (part === undefined) throw new Error(`Unknown part "${name}"; there are ${Object.keys(parts).join(', ')}`);
  say(`${name} ...`);
  const row = await part();
  if (options.json) process.stdout.write(`${JSON.stringify(row)}\n`);
  else process.stdout.write(`${toTable(Object.keys(row), [Object.values(row)])}\n`);
}
