import type { AgentEnvironment } from '../agent/environment.ts';
import type { Clock } from '../base/clock.ts';
import { toErrorInfo } from '../base/errors.ts';
import { STAY_ALIVE_MS } from '../base/limits.ts';
import { createLoopDelayMeter } from '../base/loop-delay.ts';
import type { RunMemory } from '../memory/run-memory.ts';
import type { EndedStatus, ErrorInfo, RunFact, RunSummary } from '../protocol.ts';
import { checkExpectations } from '../scenario/expect.ts';
import type { Remaining } from '../supervisor/resume.ts';
import type { Supervisor } from '../supervisor/supervisor.ts';
import type { EventStream } from '../telemetry/event-stream.ts';
import { type RunMetrics, toRunStatus } from '../telemetry/metrics.ts';
import { toModelSummaries, toRetries } from './model-figures.ts';
import type { Parts, Plan } from './plan.ts';
import { watchUntil } from './watch-until.ts';

/** A run that is conducted. */
export interface Conducted extends Parts, Plan {
  readonly metrics: RunMetrics;
  readonly events: EventStream;
  tell(fact: RunFact): void;
  readonly supervisor: Supervisor;
  readonly memory: RunMemory;
  /** Resolves when somebody asks for the run's end. */
  readonly interrupted: Promise<void>;
  readonly env: AgentEnvironment;
  /** Why memory could not be written. */
  trouble(): ErrorInfo | undefined;
}

/** Lets the agents run to their end, and says how it went. */
export async function performRun({
  clock,
  store,
  scenario,
  record,
  remaining,
  ...run
}: Conducted): Promise<RunSummary> {
  const { id, seed, startedAt, virtual } = record;
  await new Promise<void>((resolve) => clock.defer(resolve));
  const meter = createLoopDelayMeter();
  meter.start();
  const cpu = process.cpuUsage();
  const agents = record.agents + remaining.admitted.size;
  const started = { run: id, scenario: scenario.name, seed, virtual, agents, startedAt } as const;
  run.events.emit({
    type: 'run.started',
    ...started,
    ...(hasBefore(remaining) && { before: { ...countEnds(remaining.ended), spent: remaining.spent } }),
  });
  run.outlet.open(run.tell);
  const giveUp = store.endure(run.events.emit);
  const letGo = clock.kind === 'real' ? stayAlive(clock) : undefined;
  const { env, supervisor } = run;
  const { secrets, storeFailed } = env;
  const { emit, subscribe } = run.events;
  run.sources?.watch({ supervisor, emit, subscribe, storeFailed, ...(secrets && { secrets }) });
  const running = run.supervisor.run();
  run.sources?.start();
  const limit = scenario.until === undefined ? undefined : watchUntil(scenario.until, { ...run, clock, scenario });
  const end = await running;
  letGo?.();
  limit?.();
  await run.sources?.stop();
  const endedAt = clock.realElapsed();
  // Until then the run waits for a disk that cannot be written, also after its last agent.
  void run.interrupted.then(giveUp);
  const flushError = await store.flush().then(() => undefined, toErrorInfo);
  giveUp();
  const drainMs = Math.round(clock.realElapsed() - endedAt);
  meter.stop();
  const { user, system } = process.cpuUsage(cpu);

  // A tape that could not be written: the run is over all the same.
  const closeError = await run.equipment.close().then(() => undefined, toErrorInfo);

  const { toolRetries, ...counts } = run.metrics.counts();
  const models = toModelSummaries(run.equipment.gates);
  const error = run.trouble() ?? flushError ?? run.supervisor.failure;
  const status = error === undefined ? toRunStatus(end, counts.agents.failed) : 'failed';
  const told = error ?? closeError;
  run.events.emit({ type: 'run.finished', status });
  const measured: RunSummary = {
    run: id,
    scenario: scenario.name,
    status,
    seed,
    ...counts,
    ...toRetries(models, toolRetries),
    models,
    drainMs,
    cpuMs: Math.round((user + system) / 1_000),
    memory: store.stats(),
    loopDelayMs: meter.read(),
    expectations: [],
    ...(told !== undefined && { error: told }),
  };
  const summary = { ...measured, expectations: checkExpectations(scenario.expect, measured) };
  // A store that could not be written has said so above; the summary is still returned.
  await store.putRun({ ...record, status, summary }).catch(() => undefined);
  await run.memory.end();
  clock.stop();
  return summary;
}

/** While everybody waits for what comes from outside, nothing else may keep the process. @returns Ends it. */
function stayAlive(clock: Clock): () => void {
  let timer = clock.setTimer(STAY_ALIVE_MS, again);
  function again(): void {
    timer = clock.setTimer(STAY_ALIVE_MS, again);
  }
  return () => timer.cancel();
}

function hasBefore({ ended, spent }: Remaining): boolean {
  return ended.size > 0 || spent.calls > 0;
}

function countEnds(ended: ReadonlyMap<string, EndedStatus>): Record<EndedStatus, number> {
  const counts = { done: 0, failed: 0, stopped: 0 };
  for (const status of ended.values()) counts[status]++;
  return counts;
}
