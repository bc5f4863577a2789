import { toAgentView } from './agent/agent-view.ts';
import type { AgentEnvironment } from './agent/environment.ts';
import { toErrorInfo } from './base/errors.ts';
import { createLoopDelayMeter } from './base/loop-delay.ts';
import { createRunMemory, type RunMemory } from './memory/run-memory.ts';
import type {
  AgentSpec,
  AgentView,
  EndedStatus,
  ErrorInfo,
  InspectionStep,
  JournalRecord,
  MonitorCommand,
  RunEvent,
  RunRecord,
  RunSummary,
  Scenario,
} from './protocol.ts';
import { checkExpectations } from './scenario/expect.ts';
import { obey } from './supervisor/obey.ts';
import type { Remaining } from './supervisor/resume.ts';
import { Supervisor } from './supervisor/supervisor.ts';
import { buildTree } from './supervisor/tree.ts';
import { createEventStream, type EventStream } from './telemetry/event-stream.ts';
import { createRunMetrics, type RunMetrics, toRunStatus } from './telemetry/metrics.ts';

/** A run under way. Its first event comes in a later turn of the event loop: who subscribes at once misses nothing. */
export interface Run {
  readonly id: string;
  readonly seed: number;
  /** As it stood at the start. */
  readonly record: RunRecord;
  readonly scenario: Scenario;
  /** All of the run's agents, in order, those that ended before a resume too. */
  readonly specs: readonly AgentSpec[];
  /** Of a resumed run: the agents that had ended before. */
  readonly ended: ReadonlyMap<string, EndedStatus>;
  /** Milliseconds since the run's start, by the run's clock. */
  elapsed(): number;
  /** Calls `listener` with every event from now on. @returns Ends the subscription. */
  subscribe(listener: (event: RunEvent) => void): () => void;
  /**
   * @returns How many agents the command reached.
   * @throws {TroupeError} `AGENT_UNKNOWN`, `GROUP_UNKNOWN` or `MAILBOX_FULL` if it reaches nobody.
   */
  send(command: MonitorCommand): number;
  /** An agent's state machine as it is now; undefined if it has not started or has ended. */
  view(agent: string): AgentView | undefined;
  /** Everything that has happened to an agent, up to this moment, also after the end of the run. */
  journal(agent: string): Promise<readonly JournalRecord[]>;
  /** Calls `listener` with each step of the agents it `watches`. One at a time. @returns Ends it. */
  inspect(watches: (agent: string) => boolean, listener: (step: InspectionStep) => void): () => void;
  /** Resolves when every agent has ended and every write is on disk. @throws Rejects with `STORE_FAILED`. */
  readonly finished: Promise<RunSummary>;
  /** Frees what `journal` opened after the end. Idempotent. */
  close(): Promise<void>;
}

export type Parts = Pick<
  AgentEnvironment,
  'run' | 'clock' | 'random' | 'store' | 'durability' | 'onUnknown' | 'tools' | 'groups'
>;

export interface Plan {
  readonly record: RunRecord;
  readonly scenario: Scenario;
  readonly specs: readonly AgentSpec[];
  readonly remaining: Remaining;
  readonly keepOpen: boolean;
  /** The data directory. */
  readonly data: string;
  readonly onEvent?: (event: RunEvent) => void;
}

/** Lets the agents of a plan run, from the first event to the last write. */
export function conduct(parts: Parts, plan: Plan): Run {
  const { clock } = parts;
  const { record, scenario, specs, remaining, onEvent } = plan;
  const metrics = createRunMetrics(() => clock.realElapsed());
  const events = createEventStream(clock, [metrics.onEvent, ...(onEvent === undefined ? [] : [onEvent])]);
  let trouble: ErrorInfo | undefined;
  let messages = 0;

  const env: AgentEnvironment = {
    ...parts,
    inspection: {},
    emit: events.emit,
    isDraining: () => supervisor.isDraining,
    idle: (agent) => supervisor.idle(agent),
    storeFailed(error) {
      if (trouble !== undefined) return;
      trouble = toErrorInfo(error);
      clock.defer(() => {
        if (supervisor.alive().length > 0) supervisor.drain('memory cannot be written');
      });
    },
    sendMessage(from, to, body, id = `m${Math.round(clock.elapsed() * 1_000)}-${++messages}`) {
      supervisor.deliver({ id, from, to, body, at: clock.elapsed() });
    },
  };
  const tree = buildTree(remaining.specs, scenario.supervision, scenario.supervisors);
  const supervisor = new Supervisor(env, { resumed: remaining.resumed, tree, keepOpen: plan.keepOpen });
  const memory = createRunMemory(parts.store, { run: record.id, kind: scenario.memory.store, directory: plan.data });
  let interrupt = (): void => {};
  const interrupted = new Promise<void>((resolve) => {
    interrupt = resolve;
  });
  const conducted = { ...plan, ...parts, metrics, events, supervisor, memory, interrupted, trouble: () => trouble };
  return {
    id: record.id,
    seed: record.seed,
    record,
    scenario,
    specs,
    ended: remaining.ended,
    elapsed: () => clock.elapsed(),
    subscribe: events.subscribe,
    send(command) {
      if (command.type === 'run.drain') {
        interrupt();
        // Every agent has ended, and the run waits for its disk.
        if (supervisor.alive().length === 0) return 0;
      }
      return obey(command, supervisor, env);
    },
    view: (agent) => supervisor.view(agent),
    journal: (agent) => memory.journal(agent, () => supervisor.pendingJournal(agent)),
    inspect(watches, listener) {
      const onStep: typeof env.inspection.onStep = (actor, event, snapshot) => {
        try {
          if (!watches(actor.id)) return;
          listener({ agent: actor.id, event, view: toAgentView(actor.sessionId, snapshot, actor.id) });
        } catch (error) {
          // Whoever looks on must not be able to end an agent.
          env.inspection.onStep = undefined;
          process.emitWarning(`An inspector threw and hears no more: ${toErrorInfo(error).message}`);
        }
      };
      env.inspection.onStep = onStep;
      return () => {
        if (env.inspection.onStep === onStep) env.inspection.onStep = undefined;
      };
    },
    finished: perform(conducted),
    close: memory.close,
  };
}

interface Conducted extends Parts, Plan {
  readonly metrics: RunMetrics;
  readonly events: EventStream;
  readonly supervisor: Supervisor;
  readonly memory: RunMemory;
  /** Resolves when somebody asks for the run's end. */
  readonly interrupted: Promise<void>;
  /** Why memory could not be written. */
  trouble(): ErrorInfo | undefined;
}

async function perform({ clock, store, scenario, record, remaining, ...run }: Conducted): Promise<RunSummary> {
  const { id, seed, startedAt, virtual } = record;
  await new Promise<void>((resolve) => clock.defer(resolve));
  const meter = createLoopDelayMeter();
  meter.start();
  const cpu = process.cpuUsage();
  const started = { run: id, scenario: scenario.name, seed, virtual, agents: record.agents, startedAt } as const;
  run.events.emit({
    type: 'run.started',
    ...started,
    ...(remaining.ended.size > 0 && { before: countEnds(remaining.ended) }),
  });
  const giveUp = store.endure(run.events.emit);
  const end = await run.supervisor.run();
  const endedAt = clock.realElapsed();
  // Until then the run waits for a disk that cannot be written, also after its last agent.
  void run.interrupted.then(giveUp);
  const flushError = await store.flush().then(() => undefined, toErrorInfo);
  giveUp();
  const drainMs = Math.round(clock.realElapsed() - endedAt);
  meter.stop();
  const { user, system } = process.cpuUsage(cpu);

  const counts = run.metrics.counts();
  const error = run.trouble() ?? flushError ?? run.supervisor.failure;
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
  await run.memory.end();
  clock.stop();
  return summary;
}

function countEnds(ended: ReadonlyMap<string, EndedStatus>): Record<EndedStatus, number> {
  const counts = { done: 0, failed: 0, stopped: 0 };
  for (const status of ended.values()) counts[status]++;
  return counts;
}
