import { createGroup, type Group, type Limited } from '../agent/environment.ts';
import type { Tape } from '../base/tape.ts';
import { withoutSecrets } from '../base/without-secrets.ts';
import type { Gate } from '../model/gate.ts';
import type { TokenCounter } from '../model/token-counter.ts';
import type { Scenario } from '../protocol.ts';
import type { Tool } from '../tools/tool.ts';
import { makeToolkit, playToolkit, recordToolkit, type Toolkit, type ToolkitOptions } from './toolkit.ts';

/** What the agents of a run work with. */
export interface Equipment {
  readonly tools: ReadonlyMap<string, Tool>;
  /** By the names of models. */
  readonly gates: ReadonlyMap<string, Gate>;
  /** By name. */
  readonly groups: ReadonlyMap<string, Group>;
  /** Frees connections, servers, processes. Idempotent. @throws {TroupeError} `USAGE` if a tape could not be written. */
  close(): Promise<void>;
}

export interface EquipOptions extends ToolkitOptions {
  readonly seed: number;
  /** Where calls are recorded. */
  readonly record?: string | undefined;
  /** Where calls are answered from. */
  readonly replay?: Tape | undefined;
}

/** How groups ask whose requests have to be counted, with one counter for each model. */
async function limitGroups(
  scenario: Scenario,
  { virtual, replay }: EquipOptions,
): Promise<ReadonlyMap<string, Limited>> {
  const groups = Object.values(scenario.agents).filter(
    ({ context, budget, budgetEach }) => (context ?? budget ?? budgetEach ?? scenario.budget) !== undefined,
  );
  if (groups.length === 0) return new Map();
  const { decideWithin: decide } = await import('../agent/decide-within.ts');
  const { createTokenCounter } = await import('../model/token-counter.ts');
  const counters = new Map<string, TokenCounter>();
  for (const { model } of groups) {
    // Its stand-in in a rehearsal is counted as such; what is played again is counted as it was.
    const isStandIn = virtual && replay === undefined;
    const provider = isStandIn ? 'simulated' : (scenario.models[model]?.provider ?? 'code');
    if (!counters.has(model)) counters.set(model, await createTokenCounter({ provider }));
  }
  return new Map(
    groups.flatMap(({ name, model }) => {
      const counter = counters.get(model);
      return counter === undefined ? [] : [[name, { counter, decide }] as const];
    }),
  );
}

async function openToolkit(scenario: Scenario, options: EquipOptions): Promise<Toolkit> {
  const { record, replay, seed } = options;
  if (replay !== undefined) return playToolkit(scenario, replay, options);
  if (record === undefined) return makeToolkit(scenario, options);
  const { writeTape } = await import('../base/tape/write-tape.ts');
  // First, so that a file that cannot be written costs nothing else.
  const tape = writeTape(record);
  try {
    return await recordToolkit(await makeToolkit(scenario, options), tape, { scenario: scenario.name, seed });
  } catch (error) {
    await tape.close();
    throw error;
  }
}

/**
 * Makes models and tools, or takes them from a tape, and looks up what each group has of them.
 *
 * @throws {TroupeError} As `makeToolkit`; `SCENARIO_INVALID` if a group has a model or tool that is not there; `USAGE` for a tape
 * that cannot be written. Nothing is left open then.
 */
export async function equip(scenario: Scenario, options: EquipOptions): Promise<Equipment> {
  const { params } = scenario;
  const { models, tools, sets, gates, close } = await openToolkit(scenario, options).catch((error: unknown) => {
    throw withoutSecrets(error);
  });
  try {
    const limited = await limitGroups(scenario, options);
    const parts = { params, models, tools, sets, limited };
    const groups = new Map(
      Object.values(scenario.agents).map((spec) => {
        const declared = scenario.models[spec.model];
        return [spec.name, createGroup(spec, { ...parts, ...(declared && { declared }) })];
      }),
    );
    return { tools, gates, groups, close };
  } catch (error) {
    await close();
    throw error;
  }
}
