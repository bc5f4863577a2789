import { isBoardTool, isMailTool } from '../base/mail-tools.ts';
import type { Tape, TapeWriter } from '../base/tape.ts';
import { createGate, type Gate } from '../model/gate.ts';
import type { Model } from '../model/model.ts';
import { createModels } from '../model/registry.ts';
import type { RunFact, Scenario } from '../protocol.ts';
import { createTools, type Toolbox } from '../tools/registry.ts';
import type { Tool } from '../tools/tool.ts';

/** Models and tools, before anybody has them. */
export interface Toolkit extends Pick<Toolbox, 'tools' | 'sets'> {
  /** The gates, for what goes on there. */
  readonly gates: ReadonlyMap<string, Gate>;
  /** What agents ask: the gates, or what stands before them. */
  readonly models: ReadonlyMap<string, Model>;
  /** Frees connections, servers, processes. Idempotent. @throws {TroupeError} `USAGE` if a tape could not be written. */
  close(): Promise<void>;
}

export interface ToolkitOptions {
  readonly virtual: boolean;
  /** From code. */
  readonly tools: readonly Tool[];
  readonly models: readonly Model[];
  /** Tells everyone who watches the run. */
  tell(fact: RunFact): void;
}

/** @throws {TroupeError} As `createModels` and `createTools`; nothing is left open then. */
export async function makeToolkit(scenario: Scenario, options: ToolkitOptions): Promise<Toolkit> {
  const { params, limits } = scenario;
  const { virtual, tell } = options;
  const { concurrency } = limits;
  const gates = await createModels(scenario.models, { params, concurrency, virtual, extra: options.models });
  const closeGates = (): Promise<unknown> => Promise.allSettled([...gates.values()].map((gate) => gate.close?.()));
  const making = createTools(scenario.tools, { extra: options.tools, params, virtual, tell });
  const toolbox = await making.catch(async (error: unknown) => {
    await closeGates();
    throw error;
  });
  const close = async (): Promise<void> => {
    await Promise.allSettled([toolbox.close(), closeGates()]);
  };
  return { gates, models: gates, tools: toolbox.tools, sets: toolbox.sets, close };
}

/** The same kit with everything that is asked of it, and its outcome, on the tape. */
export async function recordToolkit(
  kit: Toolkit,
  tape: TapeWriter,
  about: { readonly scenario: string; readonly seed: number },
): Promise<Toolkit> {
  // Loaded only for those who record: what reads and writes tapes checks them by a schema.
  const { createRecordingModel } = await import('../model/tape-model.ts');
  const { createRecordingTool, toTapedTools } = await import('../tools/tape-tool.ts');
  const { tools, sets } = kit;
  const taped = new Map([...tools].filter(([, { internal }]) => internal !== true));
  tape.begin({ ...about, ...toTapedTools({ tools: taped, sets }) });
  return {
    ...kit,
    models: mapValues(kit.models, (model) => createRecordingModel(model, tape)),
    tools: mapValues(kit.tools, (tool) => (tool.internal === true ? tool : createRecordingTool(tool, tape))),
    async close() {
      await kit.close();
      await tape.close();
    },
  };
}

/**
 * A kit in which everything comes from a tape, but for what agents say to each other, which they say again, and what people
 * say, who are asked again: no key, server, module or folder is needed.
 */
export async function playToolkit(scenario: Scenario, tape: Tape, options: ToolkitOptions): Promise<Toolkit> {
  const { createReplayingModel } = await import('../model/tape-model.ts');
  const { createReplayingTools } = await import('../tools/tape-tool.ts');
  const names = new Set(Object.values(scenario.agents).map(({ model }) => model));
  const play = (name: string): Gate => {
    const price = scenario.models[name]?.price;
    // A recorded call took its time, with all waits and tries: it has no deadline of its own.
    const terms = { timeoutMs: Number.POSITIVE_INFINITY, ...(price !== undefined && { price }) };
    return createGate(createReplayingModel(name, tape), terms);
  };
  const gates = new Map([...names].map((name) => [name, play(name)]));
  const { tools, sets } = createReplayingTools(tape);
  const played = withApprovals(scenario.tools, { tools, sets });
  const { params } = scenario;
  const { virtual, tell } = options;
  const internal = await createTools(pickInternal(scenario.tools), { extra: [], params, virtual, tell });
  return { gates, models: gates, tools: new Map([...played, ...internal.tools]), sets, close: internal.close };
}

/** A call that has waited for a person does so again: one that was rejected is not on the tape. */
function withApprovals(specs: Scenario['tools'], { tools, sets }: Pick<Toolbox, 'tools' | 'sets'>): Map<string, Tool> {
  const asking = new Map(tools);
  for (const [declared, { approval }] of Object.entries(specs)) {
    if (approval === undefined) continue;
    for (const name of sets.get(declared) ?? [declared]) {
      const tool = tools.get(name);
      if (tool !== undefined) asking.set(name, { ...tool, approval });
    }
  }
  return asking;
}

function pickInternal(specs: Scenario['tools']): Scenario['tools'] {
  const isInternal = (builtin: string): boolean =>
    isMailTool(builtin) || isBoardTool(builtin) || builtin === 'ask-person';
  return Object.fromEntries(Object.entries(specs).filter(([, spec]) => 'builtin' in spec && isInternal(spec.builtin)));
}

function mapValues<T, U>(map: ReadonlyMap<string, T>, change: (value: T) => U): Map<string, U> {
  return new Map([...map].map(([key, value]) => [key, change(value)]));
}
