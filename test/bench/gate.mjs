/**
 * How well a gate finds the limit of a provider: `npm run build && node test/bench/gate.mjs [--seconds 30]`. See README.md.
 *
 * A process of its own serves HTTP for each way of counting, all of them at once; here 500 agents for each ask again as
 * soon as they are answered.
 */
import { fork } from 'node:child_process';
import { Agent, createServer, request as httpRequest } from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { CallContext } from '../../dist/base/call-context.js';
import { createRealClock } from '../../dist/base/clock.js';
import { createRandom } from '../../dist/base/random.js';
import { createGate } from '../../dist/model/gate.js';
import { ModelCallError } from '../../dist/model/model-call-error.js';
import { toTable } from './statistics.mjs';

const PER_SECOND = 60;
const AGENTS = 500;
/** Median and 95th percentile of an answer, milliseconds. */
const LATENCY = [200, 500];
/** What is not counted of the shares given for "after the start". */
const START_MS = 2_000;

/** @typedef {{ name: string, counting: 'fixed' | 'bucket', retryAfter: boolean, headers: boolean }} Variant */
/** @type {Variant[]} */
const VARIANTS = [
  { name: 'fixed window of 1 s, Retry-After', counting: 'fixed', retryAfter: true, headers: false },
  { name: 'fixed window of 1 s', counting: 'fixed', retryAfter: false, headers: false },
  { name: 'bucket of 60, Retry-After', counting: 'bucket', retryAfter: true, headers: false },
  { name: 'bucket of 60', counting: 'bucket', retryAfter: false, headers: false },
  { name: 'fixed window of 1 s, headers', counting: 'fixed', retryAfter: false, headers: true },
];

/** @typedef {{ isTaken: boolean, left: number, resetMs: number, waitMs: number }} Counted */

/** @returns {() => Counted} Counts a request. */
function fixedWindow() {
  let window = -1;
  let used = 0;
  return () => {
    const now = performance.now();
    if (Math.floor(now / 1_000) !== window) used = 0;
    window = Math.floor(now / 1_000);
    const isTaken = used < PER_SECOND;
    if (isTaken) used++;
    const resetMs = (window + 1) * 1_000 - now;
    return { isTaken, left: PER_SECOND - used, resetMs, waitMs: resetMs };
  };
}

/** @returns {() => Counted} */
function bucket() {
  let left = PER_SECOND;
  let at = performance.now();
  return () => {
    const now = performance.now();
    left = Math.min(PER_SECOND, left + ((now - at) / 1_000) * PER_SECOND);
    at = now;
    const isTaken = left >= 1;
    if (isTaken) left--;
    const toMs = (/** @type {number} */ units) => (units / PER_SECOND) * 1_000;
    return { isTaken, left: Math.floor(left), resetMs: toMs(PER_SECOND - left), waitMs: toMs(1 - left) };
  };
}

/** The server's process: it sends its ports, and what it has seen when it is asked. */
function serve() {
  const random = createRandom(1);
  const servers = VARIANTS.map(({ counting, retryAfter, headers }) => {
    const count = counting === 'fixed' ? fixedWindow() : bucket();
    const seen = { allowed: /** @type {number[]} */ ([]), refused: /** @type {number[]} */ ([]) };
    const server = createServer((incoming, response) => {
      incoming.resume();
      const { isTaken, left, resetMs, waitMs } = count();
      if (headers) response.setHeader('x-limits', JSON.stringify({ remaining: left, resetMs }));
      if (isTaken) {
        seen.allowed.push(Date.now());
        setTimeout(() => response.end('{"reply":"ok"}'), random.logNormal(LATENCY[0] ?? 0, LATENCY[1] ?? 0));
        return;
      }
      seen.refused.push(Date.now());
      if (retryAfter) response.setHeader('retry-after', Math.max(1, Math.ceil(waitMs / 1_000)));
      response.writeHead(429).end('{}');
    });
    server.listen(0, '127.0.0.1');
    return { server, seen };
  });
  process.on('message', () =>
    process.send?.(
      servers.map(({ seen }) => seen),
      () => process.exit(),
    ),
  );
  Promise.all(servers.map(({ server }) => new Promise((resolve) => server.once('listening', resolve)))).then(() =>
    process.send?.(servers.map(({ server }) => /** @type {import('node:net').AddressInfo} */ (server.address()).port)),
  );
}

/** @param {number} port */
function createHttpModel(port) {
  const agent = new Agent({ keepAlive: true });
  return {
    name: `http:${port}`,
    /** @param {object} _ @param {CallContext} context @param {((limits: object) => void) | undefined} onLimits */
    decide: (_, context, onLimits) =>
      new Promise((resolve, reject) => {
        const { signal } = context;
        const request = httpRequest({ agent, port, host: '127.0.0.1', method: 'POST', signal }, (response) => {
          let text = '';
          response.on('data', (chunk) => {
            text += chunk;
          });
          response.on('error', reject);
          response.on('end', () => {
            const said = response.headers['x-limits'];
            const limits = said === undefined ? undefined : { requests: JSON.parse(String(said)) };
            const after = response.headers['retry-after'];
            if (response.statusCode === 429) {
              const retryAfterMs = after === undefined ? undefined : Number(after) * 1_000;
              reject(new ModelCallError('MODEL_FAILED', 'HTTP 429', { throttled: true, retryAfterMs, limits }));
              return;
            }
            if (limits !== undefined) onLimits?.(limits);
            resolve(JSON.parse(text));
          });
        });
        request.on('error', (cause) =>
          reject(new ModelCallError('MODEL_FAILED', String(cause.message), { retryable: true, cause })),
        );
        request.end('{}');
      }),
    close: async () => agent.destroy(),
  };
}

class Call extends CallContext {
  tell() {}
}

/** Agents that ask again as soon as they are answered, until the time is over. @param {number} port @param {number} ms */
async function run(port, ms) {
  const clock = createRealClock();
  const random = createRandom(port);
  const gate = createGate(createHttpModel(port), { adaptive: true });
  const startedAt = Date.now();
  /** @type {Set<Call>} */
  const calls = new Set();
  let isOver = false;
  let failed = 0;
  clock.setTimer(ms, () => {
    isOver = true;
    for (const call of calls) call.abort(new Error('The time is over'));
  });
  const ask = async (/** @type {number} */ agent) => {
    for (let turn = 1; !isOver; turn++) {
      const call = new Call(`agent/${agent}`, turn, `${turn}/model`, clock, random);
      calls.add(call);
      const request = { turn, transcript: [], instructions: '', observation: { kind: 'observation', text: 'Go' } };
      try {
        await gate.decide(/** @type {any} */ (request), /** @type {any} */ (call));
      } catch {
        if (isOver) return;
        failed++;
        return;
      } finally {
        calls.delete(call);
      }
    }
  };
  await Promise.all(Array.from({ length: AGENTS }, (_, agent) => ask(agent)));
  const { waitMs } = gate.stats();
  await gate.close?.();
  clock.stop();
  return { startedAt, failed, waitMs };
}

/** @param {number} part @param {number} whole */
const percent = (part, whole) => `${((part / whole) * 100).toFixed(1)} %`;

async function measure(/** @type {number} */ seconds) {
  const child = fork(fileURLToPath(import.meta.url), ['--serve'], { serialization: 'json' });
  const receive = () => new Promise((resolve) => child.once('message', resolve));
  const ports = /** @type {number[]} */ (await receive());
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const runs = await Promise.all(ports.map((port) => run(port, seconds * 1_000)));
  delay.disable();
  child.send('report');
  const seen = /** @type {{ allowed: number[], refused: number[] }[]} */ (await receive());
  const rows = runs.map(({ startedAt, failed, waitMs }, index) => {
    const { allowed = [], refused = [] } = seen[index] ?? {};
    const end = startedAt + seconds * 1_000;
    const inTime = allowed.filter((at) => at < end);
    const later = inTime.filter((at) => at >= startedAt + START_MS).length;
    return [
      VARIANTS[index]?.name ?? '',
      (inTime.length / seconds).toFixed(1),
      percent(later, (seconds - START_MS / 1_000) * PER_SECOND),
      percent(inTime.length, seconds * PER_SECOND),
      percent(refused.length, refused.length + allowed.length),
      String(failed),
      `${(waitMs.p50 / 1_000).toFixed(1)} s`,
      `${(waitMs.p99 / 1_000).toFixed(1)} s`,
    ];
  });
  console.log(
    toTable(
      [
        'server',
        'allowed/s',
        `used after ${START_MS / 1_000} s`,
        'used',
        'refused',
        'failed agents',
        'wait p50',
        'wait p99',
      ],
      rows,
    ),
  );
  console.log(`\nevent-loop delay p99: ${(delay.percentile(99) / 1e6 - 1).toFixed(1)} ms`);
}

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '30' }, serve: { type: 'boolean', default: false } },
});
if (values.serve) serve();
else await measure(Number(values.seconds));
