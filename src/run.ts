import { type AgentEnvironment, createGroup } from './agent/environment.ts';
import { createRealClock, createVirtualClock } from './base/clock.ts';
import { toErrorInfo } from './base/errors.ts';
import { createLoopDelayMeter } from './base/loop-delay.ts';
import { createRandom, drawRunId, drawSeed } from './base/random.ts';
import { openStore } from './memory/open.ts';
import type { Model } from './model/model.ts';
import { createModels } from './model/registry.ts';
import type { Durability, ErrorInfo, MonitorCommand, RunEvent, RunRecord, RunSummary, Scenario } from './protocol.ts';
import { expandAgents } from './scenario/expand.ts';
import { checkExpectations } from './scenario/expect.ts';
import { findRemaining, type Remaining } from './supervisor/resume.ts';
import { Supervisor } from './supervisor/supervisor.ts';
import { createEventStream, type EventStream } from './telemetry/event-stream.ts';
import { createRunMetrics, type RunMetrics, toRunStatus } from './telemetry/metrics.ts';
import { createTools } from './tools/registry.ts';
import type { Tool } from './tools/tool.ts';

export interface RunOptions {
  /** Rehearse in virtual time. Default false. */
  readonly virtual?: boolean;
  /** Default: the scenario's, else 0 in virtual time, else drawn. */
  readonly seed?: number;
  /** Where LMDB keeps its files. Default `.troupe`. */
  readonly data?: string;
  /** Default: the scenario's. */
  readonly durability?: Durability;
  /** Tools from code, beside the scenario's. */
  readonly tools?: readonly Tool[];
  /** Models from code; one replaces a declared model of the same name. */
  readonly models?: readonly Model[];
  /** Called with every event, in order, from the start. One that throws is dropped with a warning. */
  readonly onEvent?: (event: RunEvent) => void;
  /** True: agents that wait for messages do not end the run; it ends when all have ended, or by `run.drain`. */
  readonly keepOpen?: boolean;
  /** Goes on with this run instead of beginning a new one. */
  readonly resume?: RunRecord;
}

/** A run under way. */
export interface Run {
  readonly id: string;
  readonly seed: number;
  /** Calls `listener` with every event from now on. @returns Ends the subscription. */
  subscribe(listener: (event: RunEvent) => void): () => void;
  /** @throws {TroupeError} If the command names an agent that is not there, or whose mailbox is full. */
  send(command: MonitorCommand): void;
  /** Resolves when every agent has ended and every write is on disk. @throws Rejects with `STORE_FAILED`. */
  readonly finished: Promise<RunSummary>;
}

/**
 * Starts a run of a scenario: the only place that puts the parts together.
 *
 * @throws {TroupeError} `SCENARIO_INVALID` for a bad row file, `STORE_UNAVAILABLE` or `STORE_BUSY` for the data
 * directory; nothing has started then.
 */
export async function startRun(scenario: Scenario, options: RunOptions = {}): Promise<Run> {
  const virtual = options.virtual ?? false;
  const seed = options.resume?.seed ?? options.seed ?? scenario.seed ?? (virtual ? 0 : drawSeed());
  const random = createRandom(seed);
  // A rehearsal is the same run each time, id included; it replaces its predecessor in the data directory.
  const fresh = virtual ? `sim-${random.fork(`run ${scenario.name}`).id(8)}` : drawRunId();
  const id = options.resume?.id ?? fresh;
  const memory = { ...scenario.memory, durability: options.durability ?? scenario.memory.durability };
  const specs = await expandAgents(scenario);
  const { params } = scenario;
  const tools = await createTools(scenario.tools, { extra: options.tools ?? [], params, virtual });
  const models = createModels(scenario.models, {
    params,
    concurrency: scenario.limits.concurrency,
    extra: options.models ?? [],
  });
  const groups = new Map(
    Object.values(scenario.agents).map((spec) => [spec.name, createGroup(spec, { params, models, tools })]),
  );
  // The run's time begins when everything it needs is there.
  const clock = virtual ? createVirtualClock() : createRealClock();
  const store = await openStore(memory, { directory: options.data ?? '.troupe', clock, random });
  const record: RunRecord = {
    id,
    scenario: scenario.name,
    status: 'running',
    seed,
    recordedAt: new Date(clock.realNow()).toISOString(),
    startedAt: options.resume?.startedAt ?? new Date(clock.now()).toISOString(),
    virtual,
    agents: specs.length,
    folder: scenario.folder,
    source: scenario.source,
  };
  try {
    if (options.resume === undefined) await store.deleteRun(id);
    await store.putRun(record);
    const remaining = await findRemaining(store, id, specs);
    const parts = { run: id, clock, random, store, durability: memory.durability, tools, groups };
    return perform(parts, { record, scenario, options, remaining });
  } catch (error) {
    await store.close();
    throw error;
  }
}

type Parts = Pick<AgentEnvironment, 'run' | 'clock' | 'random' | 'store' | 'durability' | 'tools' | 'groups'>;

interface Plan {
  readonly record: RunRecord;
  readonly scenario: Scenario;
  readonly options: RunOptions;
  readonly remaining: Remaining;
}

function perform(parts: Parts, plan: Plan): Run {
  const { clock } = parts;
  const { record, options, remaining } = plan;
  const metrics = createRunMetrics(() => clock.realElapsed());
  const events = createEventStream(clock, [
    metrics.onEvent,
    ...(options.onEvent === undefined ? [] : [options.onEvent]),
  ]);
  let trouble: ErrorInfo | undefined;
  let messages = 0;

  const env: AgentEnvironment = {
    ...parts,
    emit: events.emit,
    isDraining: () => supervisor.isDraining,
    idle: (agent) => supervisor.idle(agent),
    storeFailed(error) {
      if (trouble !== undefined) return;
      trouble = toErrorInfo(error);
      clock.defer(() => supervisor.drain('memory cannot be written'));
    },
    sendMessage(from, to, body) {
      supervisor.deliver({ id: `m${++messages}`, from, to, body, at: clock.elapsed() });
    },
  };
  const supervisor = new Supervisor(env, { ...remaining, keepOpen: options.keepOpen ?? false });
  const run = { ...plan, ...parts, metrics, events, supervisor, trouble: () => trouble };
  return {
    id: record.id,
    seed: record.seed,
    subscribe: events.subscribe,
    send: (command) => obey(command, supervisor, env),
    finished: conduct(run),
  };
}

interface Conducted extends Parts, Plan {
  readonly metrics: RunMetrics;
  readonly events: EventStream;
  readonly supervisor: Supervisor;
  /** Why memory could not be written. */
  trouble(): ErrorInfo | undefined;
}

/** From the first event to the last write. */
async function conduct({ clock, store, scenario, record, remaining, ...run }: Conducted): Promise<RunSummary> {
  const { id, seed, startedAt, virtual } = record;
  const meter = createLoopDelayMeter();
  meter.start();
  const cpu = process.cpuUsage();
  const { before } = remaining;
  const started = { run: id, scenario: scenario.name, seed, virtual, agents: record.agents, startedAt } as const;
  run.events.emit({
    type: 'run.started',
    ...started,
    ...(before.done + before.failed + before.stopped > 0 && { before }),
  });
  const end = await run.supervisor.run();
  const endedAt = clock.realElapsed();
  const flushError = await store.flush().then(() => undefined, toErrorInfo);
  const drainMs = Math.round(clock.realElapsed() - endedAt);
  meter.stop();
  const { user, system } = process.cpuUsage(cpu);

  const counts = run.metrics.counts();
  const error = run.trouble() ?? flushError;
  const status = error === undefined ? toRunStatus(end, counts.agents.failed) : 'failed';
  run.events.emit({ type: 'run.finished', status });
  const measured: RunSummary = {
    run: id,
    scenario: scenario.name,
    status,
    seed,
    ...counts,
    drainMs,
    cpuMs: Math.round((user + system) / 1_000),
    memory: store.stats(),
    loopDelayMs: meter.read(),
    expectations: [],
    ...(error !== undefined && { error }),
  };
  const summary = { ...measured, expectations: checkExpectations(scenario.expect, measured) };
  // A store that could not be written has said so above; the summary is still returned.
  await store.putRun({ ...record, status, summary }).catch(() => undefined);
  await store.close().catch(() => undefined);
  clock.stop();
  return summary;
}

function obey(command: MonitorCommand, supervisor: Supervisor, env: AgentEnvironment): void {
  switch (command.type) {
    case 'agent.send':
      env.sendMessage('user', command.agent, command.text);
      break;
    case 'agent.stop':
      supervisor.stop(command.agent);
      break;
    case 'run.drain':
      supervisor.drain(command.reason);
      break;
  }
}
