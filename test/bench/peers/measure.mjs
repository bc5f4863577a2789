/** Runs before the measurement, so that what is measured is compiled. */
const WARM_UP = 1_000;
const RUNS = 3_000;
/** Agent runs in flight at once. */
export const CONCURRENCY = 100;

/**
 * Prints `{ cpuUs }`, the CPU time of one agent run of a framework in microseconds.
 *
 * @param {(runs: number) => Promise<void>} runMany Does that many agent runs, at most `CONCURRENCY` at once.
 */
export async function measureMany(runMany) {
  await runMany(WARM_UP);
  const cpuFrom = process.cpuUsage();
  await runMany(RUNS);
  const cpu = process.cpuUsage(cpuFrom);
  console.log(JSON.stringify({ cpuUs: (cpu.user + cpu.system) / RUNS }));
}

/**
 * The same for a framework that does one agent run at a time.
 *
 * @param {(index: number) => Promise<unknown>} runOne Resolves to the agent's final text.
 */
export function measureEach(runOne) {
  return measureMany(async (runs) => {
    let next = 0;
    const worker = async () => {
      while (next < runs) {
        const index = next++;
        expectAnswer(await runOne(index), index);
      }
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  });
}

/** The workload, the same for everyone: decide, two tools in parallel, decide again with what they gave. */
export const INSTRUCTIONS = 'You triage anomalies. Use both tools, then answer.';
export const TOOLS = /** @type {const} */ ([
  { name: 'search', description: 'Searches the runbooks.' },
  { name: 'measure', description: 'Measures the host.' },
]);

/** @param {number} index */
export const observationText = (index) => `Anomaly ${index}: the disk of host-${index} is full.`;

/**
 * What both tools answer, at once.
 *
 * @param {string} name
 * @param {string} about
 */
export const toolResult = (name, about) => `${name} of ${about}: found`;

/**
 * What the mock model says once it has the results; it repeats them, so that a run whose tools did not run is noticed.
 *
 * @param {readonly string[]} results
 */
export const answerText = (results) => `Answer from ${results.join(' and ')}`;

/**
 * Contract: throws if the tools did not run, so that only whole runs are counted.
 *
 * @param {unknown} answer The final text of a run.
 * @param {number} index
 */
export function expectAnswer(answer, index) {
  const expected = answerText(TOOLS.map(({ name }) => toolResult(name, observationText(index))));
  if (answer !== expected) throw new Error(`Cannot count run ${index}: it answered "${answer}", not "${expected}"`);
}
