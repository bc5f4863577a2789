import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { readChild } from './children.mjs';
import { median, toTable } from './statistics.mjs';
import { runTroupe } from './troupe.mjs';

/** One decision of 1.2 s, then the slower of the two tools, 0.8 s. */
const CRITICAL_PATH_MS = 2_000;

/**
 * @typedef {{ wallMs: number, cpuMs: number, drainMs: number, criticalPathMs: number }} Run
 * @typedef {{ wallRatio: number, cpuUsPerAgent: number, drainMs: number }} Side Medians.
 * @typedef {object} Comparison
 * @property {number} agents
 * @property {Record<string, Side>} sides By name; one that cannot run here is absent.
 * @property {Record<string, number>} cpuRatios Of troupe to each other side, the median of the rounds' ratios.
 */

/**
 * The same workload on every side, in turn, so that a slow minute of the machine is everyone's.
 *
 * @param {readonly string[]} nodeOptions
 * @param {{ rounds: number, counts: readonly number[], log: (line: string) => void }} options
 * @returns {Promise<Comparison[]>} In the order of `counts`.
 */
export async function compare(nodeOptions, { rounds, counts, log }) {
  const sides = createSides(nodeOptions, log);
  const comparisons = [];
  for (const agents of counts) {
    /** @type {Record<string, Run[]>} */
    const runs = Object.fromEntries(Object.keys(sides).map((name) => [name, []]));
    for (let round = 1; round <= rounds; round++) {
      for (const [name, run] of Object.entries(sides)) {
        log(`compare: ${agents} agents, round ${round} of ${rounds}, ${name}`);
        runs[name]?.push(await run(agents));
      }
    }
    comparisons.push(toComparison(agents, runs));
  }
  return comparisons;
}

/**
 * @param {readonly string[]} nodeOptions
 * @param {(line: string) => void} log
 * @returns {Record<string, (agents: number) => Promise<Run>>}
 */
function createSides(nodeOptions, log) {
  /** @type {(command: string, args: string[]) => (agents: number) => Promise<Run>} */
  const baseline = (command, args) => async (agents) => ({
    ...(await readChild(command, [...args, String(agents)])),
    criticalPathMs: CRITICAL_PATH_MS,
  });
  /** @type {Record<string, (agents: number) => Promise<Run>>} */
  const sides = { troupe: (agents) => runTroupe(nodeOptions, agents) };
  if (spawnSync('python3', ['--version']).status === 0) {
    sides.asyncio = baseline('python3', [join(import.meta.dirname, 'async-agent.py')]);
  } else {
    log('compare: python3 is missing, so asyncio is left out');
  }
  sides.promises = baseline(process.execPath, [...nodeOptions, join(import.meta.dirname, 'promises.mjs')]);
  return sides;
}

/**
 * @param {number} agents
 * @param {Record<string, Run[]>} runs
 * @returns {Comparison}
 */
function toComparison(agents, runs) {
  const sides = Object.entries(runs).map(([name, own]) => [
    name,
    {
      wallRatio: median(own.map((run) => run.wallMs / run.criticalPathMs)),
      cpuUsPerAgent: median(own.map((run) => (run.cpuMs * 1_000) / agents)),
      drainMs: median(own.map((run) => run.drainMs)),
    },
  ]);
  const cpuRatios = Object.entries(runs)
    .filter(([name]) => name !== 'troupe')
    .map(([name, own]) => [
      name,
      median(own.map((run, round) => (runs.troupe?.[round]?.cpuMs ?? Number.NaN) / run.cpuMs)),
    ]);
  return { agents, sides: Object.fromEntries(sides), cpuRatios: Object.fromEntries(cpuRatios) };
}

/**
 * @param {readonly Comparison[]} comparisons
 * @returns {string} Markdown.
 */
export function toComparisonTable(comparisons) {
  const missing = 'python3 is missing';
  /** @type {(value: number | undefined, digits: number) => string} */
  const number = (value, digits) => (value === undefined ? missing : value.toFixed(digits));
  const names = ['troupe', 'asyncio', 'promises'];
  const head = [
    'workload',
    ...names.map((name) => `${name} wall/critical`),
    ...names.map((name) => `${name} CPU us/agent`),
    'CPU troupe/asyncio',
    'CPU troupe/promises',
  ];
  return toTable(
    head,
    comparisons.map(({ agents, sides, cpuRatios }) => [
      agents === 1 ? '1 agent' : `${agents.toLocaleString('en')} agents`,
      ...names.map((name) => number(sides[name]?.wallRatio, 3)),
      ...names.map((name) => number(sides[name]?.cpuUsPerAgent, 0)),
      number(cpuRatios.asyncio, 2),
      number(cpuRatios.promises, 2),
    ]),
  );
}
