import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startChild, withTemporaryFolder } from '../children.mjs';
import { CLI } from '../troupe.mjs';

/**
 * Agents that never rest: three observations, each with a decision, a tool and another decision. Ten thousand of them ask
 * for more turns than one core can give, so that whatever the monitor costs is missing elsewhere.
 *
 * @param {number} agents
 * @param {number} observations
 */
export function loadScenario(agents, observations) {
  return {
    name: 'load',
    seed: 1,
    models: {
      clerk: {
        latency: { min: '500ms', max: '1500ms' },
        rules: [
          { on: 'results', reply: 'Order {{ index }} is {{ results.lookup.state }}.' },
          { call: [{ lookup: { order: '{{ index }}' } }] },
        ],
      },
    },
    tools: { lookup: { builtin: 'simulated', latency: { min: '200ms', max: '600ms' }, result: { state: 'paid' } } },
    agents: {
      clerk: {
        count: agents,
        model: 'clerk',
        tools: ['lookup'],
        observe: Array(observations).fill('An order has come in.'),
      },
    },
  };
}

/**
 * Runs the load in a process of its own.
 *
 * @param {readonly string[]} nodeOptions
 * @param {{ agents: number, observations: number, monitor: boolean, hold?: boolean }} load
 * @param {(url: string, pid: number) => Promise<() => void>} [watch] Begins to look on; what it gives ends that.
 * @returns {Promise<import('../../../src/protocol.ts').RunSummary & { maxRssBytes: number }>}
 */
export function runLoad(nodeOptions, { agents, observations, monitor, hold = false }, watch) {
  return withTemporaryFolder(async (folder) => {
    const file = join(folder, 'load.json');
    writeFileSync(file, JSON.stringify(loadScenario(agents, observations)));
    const listen = monitor ? '0' : 'off';
    const args = [
      'run',
      file,
      '--json',
      '--data',
      join(folder, 'data'),
      '--monitor',
      listen,
      ...(hold ? ['--hold'] : []),
    ];
    const child = startChild(process.execPath, [...nodeOptions, CLI, ...args]);
    const rss = sampleRss(child.pid ?? 0);
    let stdout = '';
    let stderr = '';
    /** @type {Promise<() => void> | undefined} */
    let watching;
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      stdout += chunk;
      if (hold && stdout.includes('\n')) child.kill('SIGINT');
    });
    child.stderr.setEncoding('utf8').on('data', (chunk) => {
      stderr = (stderr + chunk).slice(-4_000);
      const [url] = /http:\S+/.exec(stderr) ?? [];
      if (url !== undefined && watch !== undefined) watching ??= watch(url, child.pid ?? 0);
    });
    const status = await new Promise((resolve) => child.once('close', (code, signal) => resolve(code ?? signal)));
    (await watching)?.();
    const maxRssBytes = rss.stop();
    if (status !== 0) throw new Error(`Cannot count the load: it ended with ${status}\n${stderr}`);
    return { ...JSON.parse(stdout), maxRssBytes };
  });
}

/**
 * The most memory a process has held, looked at ten times a second; 0 where there is no /proc.
 *
 * @param {number} pid
 */
function sampleRss(pid) {
  let most = 0;
  const timer = setInterval(async () => {
    const { readFile } = await import('node:fs/promises');
    const text = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    most = Math.max(most, Number(/VmRSS:\s+(\d+)/.exec(text)?.[1] ?? 0) * 1_024);
  }, 100);
  return {
    stop() {
      clearInterval(timer);
      return most;
    },
  };
}
