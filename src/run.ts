import { createGroup } from './agent/environment.ts';
import { createRealClock, createVirtualClock } from './base/clock.ts';
import { createRandom, drawRunId, drawSeed } from './base/random.ts';
import { conduct, type Run } from './conduct.ts';
import { openStore } from './memory/open.ts';
import { createRetainingStore } from './memory/retaining.ts';
import type { Model } from './model/model.ts';
import { createModels } from './model/registry.ts';
import type { Durability, OnUnknown, RunEvent, RunRecord, Scenario } from './protocol.ts';
import { expandAgents } from './scenario/expand.ts';
import { findRemaining } from './supervisor/resume.ts';
import { createTools } from './tools/registry.ts';
import type { Tool } from './tools/tool.ts';

export type { Run };

export interface RunOptions {
  /** Rehearse in virtual time. Default false. */
  readonly virtual?: boolean;
  /** Default: the scenario's, else 0 in virtual time, else drawn. */
  readonly seed?: number;
  /** Where LMDB keeps its files. Default `.troupe`. */
  readonly data?: string;
  /** Default: the scenario's. */
  readonly durability?: Durability;
  /** What becomes of calls of which nobody knows whether they were made. Default `report`. */
  readonly onUnknown?: OnUnknown;
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

/**
 * Starts a run of a scenario: the only place that puts the parts together.
 *
 * @throws {TroupeError} `SCENARIO_INVALID` for a bad row file, `STORE_UNAVAILABLE` or `STORE_BUSY` for the data
 * directory; nothing has started then.
 */
export async function startRun(scenario: Scenario, options: RunOptions = {}): Promise<Run> {
  const virtual = options.virtual ?? false;
  const data = options.data ?? '.troupe';
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
  const opened = await openStore(memory, { directory: data, clock, random });
  const { keep } = scenario;
  const kept = { run: id, scenario: scenario.name, now: () => clock.realNow(), directory: data };
  const store = keep === undefined || virtual ? opened : createRetainingStore(opened, { ...kept, keep });
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
    ...(scenario.file !== undefined && { file: scenario.file }),
    ...(scenario.set !== undefined && { set: scenario.set }),
    source: scenario.source,
  };
  try {
    if (options.resume === undefined) await store.deleteRun(id);
    await store.putRun(record);
    const remaining = await findRemaining(store, id, specs);
    // Downtime is no time of the run's: a resumed run goes on where it was.
    clock.skipTo(Math.max(clock.elapsed(), remaining.storedAt));
    const { durability } = memory;
    const onUnknown = options.onUnknown ?? 'report';
    const parts = { run: id, clock, random, store, durability, onUnknown, tools, groups };
    const { onEvent, keepOpen = false } = options;
    return conduct(parts, { record, scenario, specs, remaining, keepOpen, data, ...(onEvent && { onEvent }) });
  } catch (error) {
    await store.close();
    throw error;
  }
}
