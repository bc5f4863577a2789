import { availableParallelism, freemem, loadavg, totalmem } from 'node:os';
import type { Clock } from '../../base/clock.ts';
import { createLoopDelayMeter, type LoopDelayMeter } from '../../base/loop-delay.ts';
import type { Random } from '../../base/random.ts';
import type { BuiltinToolSpec, Json } from '../../protocol.ts';
import { trustContent } from '../content.ts';
import type { Tool, ToolOptions } from '../tool.ts';

/** Reading this host takes about 60 us, and ten thousand agents may ask at once: they share one reading. */
const READING_MAX_AGE_MS = 50;
const MB = 1024 * 1024;

/** One for the process, since there is one event loop; from the first live run on. */
let meter: LoopDelayMeter | undefined;

/**
 * How this host and process are: `{ load1, load5, load15, cpus, memory, process, loopDelayMs, at }`.
 *
 * `cpuPercent` is of one CPU, since the reading before. In a rehearsal the values are plausible and drawn from the call's
 * chance, since this host's would differ from run to run.
 */
export function createMetrics(name: string, spec: BuiltinToolSpec, { virtual }: Pick<ToolOptions, 'virtual'>): Tool {
  const read = virtual ? undefined : createReader();
  return {
    name,
    description:
      spec.description ?? 'Load, memory and event-loop delay of the host and process this runs on, as they are now.',
    parameters: { type: 'object' },
    timeoutMs: spec.timeoutMs,
    effects: spec.effects ?? 'none',
    external: false,
    execute: (_, context) => (read === undefined ? draw(context.random, context.clock) : read(context.clock)),
  };
}

function createReader(): (clock: Clock) => Json {
  if (meter === undefined) {
    meter = createLoopDelayMeter();
    meter.start();
  }
  const { read } = meter;
  let reading: Json = null;
  let readAt = Number.NEGATIVE_INFINITY;
  let usage = process.cpuUsage();
  let uptimeS = process.uptime();
  return (clock) => {
    if (clock.elapsed() - readAt < READING_MAX_AGE_MS && clock.elapsed() >= readAt) return reading;
    readAt = clock.elapsed();
    const used = process.cpuUsage(usage);
    const passedS = Math.max(process.uptime() - uptimeS, 1e-3);
    usage = process.cpuUsage();
    uptimeS = process.uptime();
    const cpuPercent = ((used.user + used.system) / 1e6 / passedS) * 100;
    reading = trustContent(measure(clock.now(), cpuPercent, uptimeS, read()));
    return reading;
  };
}

function measure(now: number, cpuPercent: number, uptimeS: number, delay: ReturnType<LoopDelayMeter['read']>): Json {
  const [load1 = 0, load5 = 0, load15 = 0] = loadavg();
  const { rss, heapUsed } = process.memoryUsage();
  return {
    load1: round(load1, 2),
    load5: round(load5, 2),
    load15: round(load15, 2),
    cpus: availableParallelism(),
    memory: toMemory(totalmem() / MB, freemem() / MB),
    process: {
      rssMb: round(rss / MB, 1),
      heapUsedMb: round(heapUsed / MB, 1),
      cpuPercent: round(cpuPercent, 1),
      uptimeS: round(uptimeS, 1),
    },
    loopDelayMs: { ...delay },
    at: new Date(now).toISOString(),
  };
}

/** A host of 8 CPUs and 16 GB under some load. */
function draw(random: Random, clock: Clock): Json {
  const load1 = random.logNormal(2, 7);
  const rssMb = 120 + random.next() * 400;
  const p50 = random.next() * 2;
  const p99 = p50 + random.logNormal(3, 20);
  return {
    load1: round(load1, 2),
    load5: round(load1 * (0.7 + random.next() * 0.5), 2),
    load15: round(load1 * (0.5 + random.next() * 0.6), 2),
    cpus: 8,
    memory: toMemory(16_384, 1_000 + random.next() * 12_000),
    process: {
      rssMb: round(rssMb, 1),
      heapUsedMb: round(rssMb * (0.3 + random.next() * 0.4), 1),
      cpuPercent: round(random.next() * 100, 1),
      uptimeS: round(clock.elapsed() / 1_000, 1),
    },
    loopDelayMs: { p50: round(p50, 2), p99: round(p99, 2), max: round(p99 + random.logNormal(5, 60), 2) },
    at: new Date(clock.now()).toISOString(),
  };
}

function toMemory(totalMb: number, freeMb: number) {
  return {
    totalMb: Math.round(totalMb),
    freeMb: Math.round(freeMb),
    usedPercent: round((1 - freeMb / totalMb) * 100, 1),
  };
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
