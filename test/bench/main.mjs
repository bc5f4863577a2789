import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cleanUpOnInterrupt, readChild } from './children.mjs';
import { compare, toComparisonTable } from './compare.mjs';
import { measureLoopDelay } from './loop-delay.mjs';
import { measureStartTime } from './start-time.mjs';
import { toTable } from './statistics.mjs';
import { build, shebangOptions } from './troupe.mjs';

const PARTS = ['compare', 'loop', 'start', 'heap'];
const USAGE = `usage: node test/bench/main.mjs [options]
  --rounds N             rounds of compare and loop (default 5)
  --agents N,N,...       agents at once in compare (default 1,500,10000)
  --only PART            one of ${PARTS.join(', ')}; may be repeated (default all)
  --node-options "..."   options of every Node process (default: those in the first line of dist/cli/main.js)
  --no-build             measure dist/ as it is
  --json                 JSON on stdout instead of Markdown
`;

/** @param {string} line */
const log = (line) => process.stderr.write(`${line}\n`);

function readOptions() {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '5' },
      agents: { type: 'string', default: '1,500,10000' },
      only: { type: 'string', multiple: true, default: PARTS },
      'node-options': { type: 'string' },
      'no-build': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const unknown = values.only.find((part) => !PARTS.includes(part));
  if (unknown !== undefined) throw new TypeError(`Cannot measure "${unknown}": the parts are ${PARTS.join(', ')}`);
  return {
    ...values,
    rounds: toCount('--rounds', values.rounds),
    counts: values.agents.split(',').map((count) => toCount('--agents', count)),
    nodeOptions: values['node-options']?.split(/\s+/).filter(Boolean),
  };
}

/**
 * @param {string} option
 * @param {string} text
 */
function toCount(option, text) {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1)
    throw new TypeError(`Cannot use ${option} "${text}": not a whole number from 1`);
  return count;
}

/**
 * @param {readonly string[]} nodeOptions
 * @param {'troupe' | 'xstate'} kind
 * @returns {Promise<{ agents: number, bytesPerAgent: number }>}
 */
function measureIdleHeap(nodeOptions, kind) {
  log(`heap: ${kind}`);
  const script = join(import.meta.dirname, 'idle-heap.mjs');
  return readChild(process.execPath, [...nodeOptions, '--expose-gc', script, kind]);
}

/** @param {ReturnType<typeof readOptions>} options */
async function measure({ only, rounds, counts, nodeOptions = shebangOptions() }) {
  const wanted = (/** @type {string} */ part) => only.includes(part);
  return {
    machine: `Node ${process.versions.node}, ${availableParallelism()} cores, ${cpus()[0]?.model ?? 'unknown'}`,
    nodeOptions,
    rounds,
    compare: wanted('compare') ? await compare(nodeOptions, { rounds, counts, log }) : undefined,
    loop: wanted('loop') ? await measureLoopDelay(nodeOptions, { rounds, log }) : undefined,
    start: wanted('start') ? await measureStartTime(nodeOptions, { log }) : undefined,
    heap: wanted('heap')
      ? { troupe: await measureIdleHeap(nodeOptions, 'troupe'), xstate: await measureIdleHeap(nodeOptions, 'xstate') }
      : undefined,
  };
}

/** @param {Awaited<ReturnType<typeof measure>>} report */
function toMarkdown({ machine, nodeOptions, rounds, compare: comparisons, loop, start, heap }) {
  const rows = [];
  if (loop !== undefined) {
    rows.push([`event-loop delay, ${loop.agents.toLocaleString('en')} agents, p50`, `${loop.p50Ms.toFixed(1)} ms`]);
    rows.push([`event-loop delay, ${loop.agents.toLocaleString('en')} agents, p99`, `${loop.p99Ms.toFixed(1)} ms`]);
    rows.push([`event-loop delay, ${loop.agents.toLocaleString('en')} agents, max`, `${loop.maxMs.toFixed(1)} ms`]);
  }
  if (start !== undefined) {
    rows.push([
      `process start to first decision, median of ${start.repeats}`,
      `${start.firstDecisionMs.toFixed(0)} ms`,
    ]);
    rows.push(['`node -e 0`, for comparison', `${start.bareNodeMs.toFixed(0)} ms`]);
  }
  if (heap !== undefined) {
    const agents = heap.troupe.agents.toLocaleString('en');
    rows.push([`heap for each of ${agents} idle agents`, `${(heap.troupe.bytesPerAgent / 1_000).toFixed(2)} kB`]);
    rows.push(['a bare XState actor, for comparison', `${(heap.xstate.bytesPerAgent / 1_000).toFixed(2)} kB`]);
  }
  const options = nodeOptions.length > 0 ? `, ${nodeOptions.join(' ')}` : '';
  return [
    `${machine}${options}; medians of ${rounds} rounds`,
    ...(comparisons === undefined ? [] : [toComparisonTable(comparisons)]),
    ...(rows.length > 0 ? [toTable(['measurement', 'value'], rows)] : []),
  ].join('\n\n');
}

/** @returns {ReturnType<typeof readOptions>} Ends the process if they are wrong or ask for help. */
function readOptionsOrExit() {
  try {
    const options = readOptions();
    if (!options.help) return options;
    process.stdout.write(USAGE);
    process.exit(0);
  } catch (error) {
    log(`${error instanceof Error ? error.message : error}\n${USAGE}`);
    process.exit(2);
  }
}

const options = readOptionsOrExit();
cleanUpOnInterrupt();
if (!options['no-build']) build();
const report = await measure(options);
console.log(options.json ? JSON.stringify(report, null, 2) : toMarkdown(report));
