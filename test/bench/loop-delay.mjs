import { median } from './statistics.mjs';
import { runTroupe } from './troupe.mjs';

/** Agents that run at once while the event loop is watched. */
const AGENTS = 1_000;

/**
 * How late the event loop was while 1,000 agents ran, as the run's summary says.
 *
 * @param {readonly string[]} nodeOptions
 * @param {{ rounds: number, log: (line: string) => void }} options
 * @returns {Promise<{ agents: number, p50Ms: number, p99Ms: number, maxMs: number }>} Medians over the rounds.
 */
export async function measureLoopDelay(nodeOptions, { rounds, log }) {
  const delays = [];
  for (let round = 1; round <= rounds; round++) {
    log(`loop: ${AGENTS} agents, round ${round} of ${rounds}`);
    delays.push((await runTroupe(nodeOptions, AGENTS)).loopDelayMs);
  }
  return {
    agents: AGENTS,
    p50Ms: median(delays.map((delay) => delay.p50)),
    p99Ms: median(delays.map((delay) => delay.p99)),
    maxMs: median(delays.map((delay) => delay.max)),
  };
}
