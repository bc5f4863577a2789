import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { constants, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { startChild, withTemporaryFolder } from './children.mjs';
import { median } from './statistics.mjs';
import { CLI, SCENARIO, scenarioModel } from './troupe.mjs';

const REPEATS = 10;
/** Far more than a start takes; the process is stuck. */
const GIVE_UP_MS = 30_000;

/**
 * What a person waits for after Enter: from just before `spawn` until the line of the first `agent.decided` event has
 * arrived here through `--events`, a named pipe. The model answers at once, so this is troupe's own start.
 *
 * @param {readonly string[]} nodeOptions
 * @param {{ log: (line: string) => void }} options
 * @returns {Promise<{ repeats: number, firstDecisionMs: number, bareNodeMs: number }>} Medians; `bareNodeMs` is what
 * `node -e 0` takes from spawn to exit, the part nobody can save.
 */
export async function measureStartTime(nodeOptions, { log }) {
  const starts = [];
  const bare = [];
  for (let repeat = 1; repeat <= REPEATS; repeat++) {
    log(`start: ${repeat} of ${REPEATS}`);
    starts.push(await timeFirstDecision(nodeOptions));
    bare.push(await timeBareNode(nodeOptions));
  }
  return { repeats: REPEATS, firstDecisionMs: median(starts), bareNodeMs: median(bare) };
}

/** @param {readonly string[]} nodeOptions */
function timeFirstDecision(nodeOptions) {
  return withTemporaryFolder(async (folder) => {
    const fifo = join(folder, 'events');
    execFileSync('mkfifo', [fifo]);
    // Open for both ways: the pipe then neither waits for a writer now nor ends when the writer leaves.
    const pipe = new Socket({ fd: openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK), writable: false });
    const startedAt = performance.now();
    const child = startChild(process.execPath, [
      ...nodeOptions,
      CLI,
      ...['run', SCENARIO, '--set', 'agents.agent.count=1', '--set', `models.${scenarioModel()}.latency=0ms`],
      ...['--json', '--events', fifo, '--data', join(folder, 'data')],
    ]);
    child.stdout.resume();
    let stderr = '';
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    const closed = once(child, 'close');
    const guard = setTimeout(() => child.kill('SIGKILL'), GIVE_UP_MS);
    try {
      const decidedAt = await Promise.race([firstDecision(pipe), closed]);
      if (typeof decidedAt !== 'number') {
        throw new Error(`Cannot time the start: the process ended without a decision\n${stderr}`);
      }
      return decidedAt - startedAt;
    } finally {
      clearTimeout(guard);
      pipe.destroy();
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await closed;
    }
  });
}

/**
 * @param {Socket} pipe
 * @returns {Promise<number>} When the line was here.
 */
async function firstDecision(pipe) {
  for await (const line of createInterface({ input: pipe })) {
    if (JSON.parse(line).type === 'agent.decided') return performance.now();
  }
  throw new Error('Cannot time the start: the events ended without a decision');
}

/** @param {readonly string[]} nodeOptions */
async function timeBareNode(nodeOptions) {
  const startedAt = performance.now();
  await once(startChild(process.execPath, [...nodeOptions, '-e', '0']), 'exit');
  return performance.now() - startedAt;
}
