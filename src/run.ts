import { createRealClock, createVirtualClock } from './base/clock.ts';
import { TroupeError } from './base/errors.ts';
import { createRandom, drawRunId, drawSeed, type Random } from './base/random.ts';
import type { Tape } from './base/tape.ts';
import { type Equipment, equip } from './conduct/equip.ts';
import { createRunBudgets } from './conduct/run-budgets.ts';
import type { RunSources, RunSourcesOptions } from './conduct/run-sources.ts';
import { conduct, type Run } from './conduct.ts';
import { openStore } from './memory/open.ts';
import { createRetainingStore } from './memory/retaining.ts';
import type { Model } from './model/model.ts';
import type { AgentSpec, Durability, OnUnknown, RunEvent, RunRecord, Scenario, SourceSpec } from './protocol.ts';
import { expandAgents } from './scenario/expand.ts';
import { findRemaining } from './supervisor/resume.ts';
import { Outlet } from './telemetry/outlet.ts';
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
  /**
   * True: the run stays when it goes on only after a person has answered, who is expected to answer here. Default false: it
   * is ended as `interrupted` then, and resumed when there is an answer; a rehearsal stalls.
   */
  readonly staysForPeople?: boolean;
  /** Every call of a model or a tool goes into this file, with its outcome. */
  readonly record?: string;
  /** Every call of a model or a tool is answered from this file, which a run has recorded. */
  readonly replay?: string;
  /** Goes on with this run instead of beginning a new one. */
  readonly resume?: RunRecord;
}

/**
 * Starts a run of a scenario: the only place that puts the parts together.
 *
 * @throws {TroupeError} `SCENARIO_INVALID` for a bad row file, `STORE_UNAVAILABLE` or `STORE_BUSY` for the data
 * directory, `MODEL_UNAVAILABLE` for a real model that cannot be had, `USAGE` for a tape; nothing has started then.
 */
export async function startRun(scenario: Scenario, options: RunOptions = {}): Promise<Run> {
  const virtual = options.virtual ?? false;
  const data = options.data ?? '.troupe';
  assertTape(options);
  const tape = options.replay === undefined ? undefined : await openTape(options.replay, scenario.name);
  const given = options.resume?.seed ?? options.seed ?? tape?.header.seed ?? scenario.seed;
  const seed = given ?? (virtual ? 0 : drawSeed());
  const random = createRandom(seed);
  // A rehearsal is the same run each time, id included; it replaces its predecessor in the data directory.
  const fresh = virtual ? `sim-${random.fork(`run ${scenario.name}`).id(8)}` : drawRunId();
  const id = options.resume?.id ?? fresh;
  const specs = await expandAgents(scenario);
  const outlet = new Outlet();
  const equipment = await equip(scenario, {
    virtual,
    seed,
    record: options.record,
    replay: tape,
    tools: options.tools ?? [],
    models: options.models ?? [],
    tell: outlet.tell,
  });
  try {
    return await startEquipped(scenario, { ...options, virtual, data, seed, random, id, specs, equipment, outlet });
  } catch (error) {
    // What has failed first is what is told.
    await equipment.close().catch(() => undefined);
    throw error;
  }
}

/** @throws {TroupeError} `USAGE`: a tape is of a whole run, and either written or read. */
function assertTape({ record, replay, resume }: RunOptions): void {
  const option = record === undefined ? '--replay' : '--record';
  if (record !== undefined && replay !== undefined) {
    throw new TroupeError('USAGE', 'Cannot use --record with --replay: what is played is recorded already');
  }
  if ((record ?? replay) !== undefined && resume !== undefined) {
    throw new TroupeError('USAGE', `Cannot resume with ${option}: a tape is of a whole run`);
  }
}

async function openTape(path: string, scenario: string): Promise<Tape> {
  const { readTape } = await import('./base/tape/read-tape.ts');
  const tape = await readTape(path, (text) => process.emitWarning(text));
  const { header } = tape;
  if (header.scenario !== scenario) {
    process.emitWarning(`"${path}" was recorded with scenario "${header.scenario}", and is played with "${scenario}"`);
  }
  return tape;
}

interface Prepared extends RunOptions {
  readonly virtual: boolean;
  readonly data: string;
  readonly seed: number;
  readonly random: Random;
  readonly id: string;
  readonly specs: readonly AgentSpec[];
  readonly equipment: Equipment;
  readonly outlet: Outlet;
}

/** Opens the store, looks where the agents were, and lets them run. */
async function startEquipped(scenario: Scenario, prepared: Prepared): Promise<Run> {
  const { virtual, data, seed, random, id, specs, equipment, outlet, ...options } = prepared;
  const memory = { ...scenario.memory, durability: options.durability ?? scenario.memory.durability };
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
    agents: specs.filter(({ isReserved }) => isReserved !== true).length,
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
    const { tools, groups } = equipment;
    const { folder, params } = scenario;
    const parts = { run: id, folder, params, clock, random, store, durability, onUnknown, tools, groups };
    const { onEvent, keepOpen = false, staysForPeople = false } = options;
    const budgets = await createRunBudgets(clock, { scenario, specs, remaining }, outlet.tell);
    const source = { run: id, params, clock, virtual, store, durability, remaining, tell: outlet.tell };
    const sources = await openSources(scenario, source);
    const plan = {
      record,
      scenario,
      specs,
      remaining,
      keepOpen,
      staysForPeople,
      data,
      equipment,
      outlet,
      ...(sources && { sources }),
    };
    return conduct(parts, { ...plan, ...(budgets && { budgets }), ...(onEvent && { onEvent }) });
  } catch (error) {
    await store.close();
    throw error;
  }
}

function isEndless(kind: SourceSpec['kind']): boolean {
  return kind === 'every' || kind === 'cron';
}

/** Loaded only for a scenario that has some. */
async function openSources(scenario: Scenario, options: RunSourcesOptions): Promise<RunSources | undefined> {
  if (Object.keys(scenario.sources).length === 0) return undefined;
  const endless = Object.entries(scenario.sources).find(
    ([, { kind, limit }]) => limit === undefined && isEndless(kind),
  );
  if (options.virtual && endless !== undefined && scenario.until?.kind !== 'limits') {
    throw new TroupeError(
      'USAGE',
      `Cannot rehearse "${scenario.name}": source "${endless[0]}" never ends; give it a limit, or the run an end, such as --set until.time=1h`,
    );
  }
  const { RunSources: Sources } = await import('./conduct/run-sources.ts');
  return Sources.open(scenario.sources, options);
}
