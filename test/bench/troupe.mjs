import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { readChild, withTemporaryFolder } from './children.mjs';

export const ROOT = join(import.meta.dirname, '../..');
export const SCENARIO = join(ROOT, 'scenarios/async-agent.yaml');
export const CLI = join(ROOT, 'dist/cli/main.js');

/** @typedef {import('../../src/protocol.ts').RunSummary} RunSummary */

/** Compiles what is measured. */
export function build() {
  // Our stdout is for results, and what a failing build says is worth seeing.
  execFileSync('npm', ['run', 'build', '--silent'], { cwd: ROOT, stdio: ['ignore', 2, 2] });
}

/** @returns {string[]} The options of Node that the command line asks for in its first line; `node FILE` ignores them. */
export function shebangOptions() {
  const [, options = ''] = /^#!.*\bnode (.*)/.exec(readFileSync(CLI, 'utf8')) ?? [];
  return options.split(/\s+/).filter(Boolean);
}

/** @returns {string} The model that the scenario's agents use. */
export function scenarioModel() {
  return parse(readFileSync(SCENARIO, 'utf8')).agents.agent.model;
}

/**
 * Runs the scenario with so many agents, in a process and a data directory of its own.
 *
 * @param {readonly string[]} nodeOptions
 * @param {number} agents
 * @returns {Promise<RunSummary>}
 * @throws {Error} If not every agent came to its end: such a run's numbers mean nothing.
 */
export function runTroupe(nodeOptions, agents) {
  return withTemporaryFolder(async (data) => {
    /** @type {RunSummary} */
    const summary = await readChild(
      process.execPath,
      [
        ...nodeOptions,
        CLI,
        ...['run', SCENARIO, '--set', `agents.agent.count=${agents}`, '--json', '--monitor', 'off', '--data', data],
      ],
      // 1: an expectation of the scenario is not met, as on a slow machine. Whether the run counts is decided below.
      { statuses: [0, 1] },
    );
    if (summary.agents.done !== agents || summary.toolCalls.total !== 2 * agents || summary.toolCalls.failed > 0) {
      throw new Error(`Cannot count a run of ${agents} agents: ${JSON.stringify(summary)}`);
    }
    return summary;
  });
}
