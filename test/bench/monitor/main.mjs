/**
 * What the monitor costs, and how fast its page is: `npm run bench:monitor [-- --rounds N] [--agents N] [--only PART]`.
 * See ../README.md.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cleanUpOnInterrupt } from '../children.mjs';
import { median, toTable } from '../statistics.mjs';
import { build, shebangOptions } from '../troupe.mjs';
import { runLoad } from './load.mjs';
import { measurePage } from './page.mjs';

const PARTS = ['dashboards', 'page'];
const DASHBOARDS = 10;
const MB = 1_048_576;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    agents: { type: 'string', default: '10000' },
    observations: { type: 'string', default: '3' },
    only: { type: 'string', multiple: true, default: PARTS },
    'no-build': { type: 'boolean', default: false },
  },
});
const log = (/** @type {string} */ line) => process.stderr.write(`${line}\n`);

/** @param {'read' | 'pause'} mode */
function openDashboards(mode) {
  return async (/** @type {string} */ url) => {
    const script = join(import.meta.dirname, 'dashboards.mjs');
    const child = spawn(process.execPath, [script, url, String(DASHBOARDS), mode], {
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    return () => child.kill();
  };
}

/** The sides in turn, each round's figures against the same round's without a monitor. */
async function measureDashboards() {
  const load = { agents: Number(values.agents), observations: Number(values.observations) };
  const sides = {
    off: () => runLoad(shebangOptions(), { ...load, monitor: false }),
    'no client': () => runLoad(shebangOptions(), { ...load, monitor: true }),
    [`${DASHBOARDS} dashboards`]: () => runLoad(shebangOptions(), { ...load, monitor: true }, openDashboards('read')),
    [`${DASHBOARDS} paused clients`]: () =>
      runLoad(shebangOptions(), { ...load, monitor: true }, openDashboards('pause')),
  };
  /** @type {Record<string, Awaited<ReturnType<typeof runLoad>>[]>} */
  const runs = Object.fromEntries(Object.keys(sides).map((name) => [name, []]));
  for (let round = 1; round <= Number(values.rounds); round++) {
    // Turn about, so that none is always the one after the longest pause.
    const entries = Object.entries(sides);
    for (const [name, run] of round % 2 === 0 ? entries.reverse() : entries) {
      log(`dashboards: round ${round} of ${values.rounds}, ${name}`);
      runs[name]?.push(await run());
    }
  }
  const of = (/** @type {string} */ name, /** @type {(run: any) => number} */ value) =>
    median((runs[name] ?? []).map(value));
  const against = (/** @type {string} */ name, /** @type {(run: any, off: any) => number} */ value) =>
    median((runs[name] ?? []).map((run, round) => value(run, runs.off?.[round])));
  const rate = (/** @type {any} */ run) => (run.turns * 1_000) / run.wallMs;
  return toTable(
    ['monitor', 'turns/s', 'against off', 'CPU us/turn', 'against off', 'most RSS', 'over off'],
    Object.keys(sides).map((name) => [
      name,
      of(name, rate).toFixed(0),
      against(name, (run, off) => rate(run) / rate(off)).toFixed(3),
      of(name, (run) => (run.cpuMs * 1_000) / run.turns).toFixed(0),
      against(name, (run, off) => run.cpuMs / off.cpuMs).toFixed(3),
      `${(of(name, (run) => run.maxRssBytes) / MB).toFixed(0)} MB`,
      `${(against(name, (run, off) => run.maxRssBytes - off.maxRssBytes) / MB).toFixed(0)} MB`,
    ]),
  );
}

async function measurePages() {
  if (!existsSync('/usr/bin/chromium')) return 'The page is not measured: /usr/bin/chromium is not there.';
  log('page: 1,000 agents');
  const small = await measurePage(shebangOptions(), { agents: 1_000, observations: 12 });
  log('page: 10,000 agents');
  const large = await measurePage(shebangOptions(), { agents: 10_000, observations: 3 });
  const { delays } = small;
  const ms = (/** @type {number} */ value) => `${value.toFixed(0)} ms`;
  return toTable(
    ['the page', 'value'],
    [
      [
        `event to the page, 1,000 active agents, p50 / p99 / max of ${delays.count}`,
        [delays.p50Ms, delays.p99Ms, delays.maxMs].map(ms).join(' / '),
      ],
      ['frames per second, 10,000 active agents', large.framesPerSecond.toFixed(0)],
      ['heap, 10,000 active agents', `${(large.heapBytes / MB).toFixed(0)} MB`],
    ],
  );
}

cleanUpOnInterrupt();
if (!values['no-build']) build();
const parts = { dashboards: measureDashboards, page: measurePages };
for (const part of PARTS) {
  if (values.only.includes(part)) console.log(`${await parts[/** @type {keyof typeof parts} */ (part)]()}\n`);
}
