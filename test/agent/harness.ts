import type { AgentEnvironment } from '../../src/agent/environment.ts';
import { createGroup } from '../../src/agent/environment.ts';
import type { CallContext } from '../../src/base/call-context.ts';
import { createVirtualClock } from '../../src/base/clock.ts';
import { createRandom } from '../../src/base/random.ts';
import { createInMemoryStore } from '../../src/memory/in-memory.ts';
import type { MemoryStore } from '../../src/memory/memory-store.ts';
import { createGate } from '../../src/model/gate.ts';
import type { Model } from '../../src/model/model.ts';
import { Inbox } from '../../src/people/inbox.ts';
import type {
  AgentSpec,
  Decision,
  Durability,
  GroupSpec,
  Json,
  ModelRequest,
  OnUnknown,
  RunEvent,
  SupervisionSpec,
  SupervisorSpec,
} from '../../src/protocol.ts';
import type { Remaining } from '../../src/supervisor/resume.ts';
import { Supervisor } from '../../src/supervisor/supervisor.ts';
import { buildTree } from '../../src/supervisor/tree.ts';
import { createEventStream } from '../../src/telemetry/event-stream.ts';
import type { Tool } from '../../src/tools/tool.ts';

export type Decide = (request: ModelRequest, context: CallContext) => Partial<Decision> | Promise<Partial<Decision>>;

export interface HarnessOptions {
  /** Where a run goes on. Absent: it is new. */
  readonly remaining?: Remaining;
  readonly decide: Decide;
  readonly tools?: readonly Tool[];
  readonly group?: Partial<GroupSpec>;
  readonly count?: number;
  readonly items?: AgentSpec['items'];
  readonly durability?: Durability;
  readonly store?: (inner: MemoryStore) => MemoryStore;
  readonly keepOpen?: boolean;
  readonly onUnknown?: OnUnknown;
  readonly supervision?: Partial<SupervisionSpec>;
  readonly supervisors?: Readonly<Record<string, SupervisorSpec>>;
  /** Other groups, which have the same model and the same tools. */
  readonly others?: Readonly<Record<string, OtherGroup>>;
  /** Default 1. */
  readonly seed?: number;
}

export interface OtherGroup {
  /** Default 1. */
  readonly count?: number;
  /** Default: none. */
  readonly items?: AgentSpec['items'];
  readonly group?: Partial<GroupSpec>;
  /** By index. */
  readonly names?: readonly string[];
}

/** A tool that waits on the run's clock and answers. */
export function tool(name: string, execute: Tool['execute'], timeoutMs = 30_000): Tool {
  return {
    name,
    description: name,
    parameters: { type: 'object' },
    timeoutMs,
    effects: 'none',
    external: false,
    execute,
  };
}

/** A tool that takes so many milliseconds of the run's time. */
export function timedTool(name: string, ms: number, value: Json): Tool {
  return tool(name, async (_, context) => {
    await context.sleep(ms);
    return value;
  });
}

export function decision(partial: Partial<Decision>): Decision {
  const toolCalls = partial.toolCalls ?? [];
  return {
    toolCalls,
    final: toolCalls.length === 0,
    usage: { inputTokens: 1, outputTokens: 1 },
    serviceMs: 0,
    ...partial,
  };
}

export function calls(...names: string[]) {
  return names.map((name, i) => ({ id: `c${i + 1}`, name, args: {} }));
}

/** OTP's, with Elixir's numbers. */
export const SUPERVISION: SupervisionSpec = {
  strategy: 'one_for_one',
  maxRestarts: 3,
  withinMs: 5_000,
  shutdownMs: 5_000,
};

/**
 * What a supervisor needs to go on with those who are left.
 *
 * @param all All agents of the run. Default: those who are left.
 */
export function toGoOn(
  { specs, resumed, ended, admitted, letters, spilled }: Remaining,
  supervision: SupervisionSpec = SUPERVISION,
  all: readonly AgentSpec[] = specs,
) {
  const tree = buildTree(specs, supervision, {});
  return { resumed, ended, admitted, letters, spilled, specs: all, tree, isOpen: () => false };
}

function toSpecs({
  group,
  count = 1,
  items = [],
  names = [],
}: OtherGroup & { readonly group: GroupSpec }): AgentSpec[] {
  return Array.from({ length: count }, (_, index): AgentSpec => {
    const name = names[index];
    const spec = { id: `${group.name}/${index}`, group, index, row: {}, items };
    return name === undefined ? spec : { ...spec, name };
  });
}

/** Everything a run has but files: agents of one group on a virtual clock, their events and their memory. */
export function createHarness(options: HarnessOptions) {
  const { count = 1, items = [{ template: 'Go' }], durability = 'async' } = options;
  const clock = createVirtualClock();
  const memory = createInMemoryStore();
  const store = options.store?.(memory) ?? memory;
  const model: Model = {
    name: 'model',
    decide: async (request, context) => decision(await options.decide(request, context)),
  };
  const tools = new Map((options.tools ?? []).map((each) => [each.name, each]));
  const group: GroupSpec = {
    name: 'agent',
    members: { kind: 'count', count },
    model: 'model',
    tools: [...tools.keys()],
    instructions: 'Work.',
    observe: { items: [], inbox: false },
    limits: { turns: 8, identicalCalls: 3, wallMs: 600_000 },
    restart: 'temporary',
    retries: 2,
    ...options.group,
  };
  const others = Object.entries(options.others ?? {}).map(([name, other]) => ({
    ...other,
    group: { ...group, observe: { items: [], inbox: true }, ...other.group, name },
  }));
  const all: readonly (OtherGroup & { group: GroupSpec })[] = [{ group, count, items }, ...others];
  const terms = { params: {}, models: new Map([['model', createGate(model)]]), tools, sets: new Map() };
  const groups = new Map(all.map(({ group: spec }) => [spec.name, createGroup(spec, terms)]));
  const specs = all.flatMap(toSpecs);
  const events: RunEvent[] = [];
  const stream = createEventStream(clock, [(event) => events.push(event)]);
  const storeErrors: unknown[] = [];
  const env: AgentEnvironment = {
    run: 'run',
    folder: '/nowhere',
    params: {},
    clock,
    random: createRandom(options.seed ?? 1),
    store,
    durability,
    tools,
    groups,
    inspection: {},
    people: new Inbox(),
    onUnknown: options.onUnknown ?? 'report',
    emit: stream.emit,
    tell: stream.emit,
    isDraining: () => supervisor.isDraining,
    park: (agent) => supervisor.park(agent),
    isWatched: () => false,
    idle: (agent) => supervisor.idle(agent),
    storeFailed: (error) => storeErrors.push(error),
    get mailroom() {
      return supervisor.office;
    },
  };
  const supervision = { ...SUPERVISION, ...options.supervision };
  const supervisor: Supervisor = new Supervisor(env, {
    tree: buildTree(options.remaining?.specs ?? specs, supervision, options.supervisors ?? {}),
    resumed: new Map(),
    admitted: new Map(),
    letters: [],
    ...options.remaining,
    specs,
    isOpen: () => options.keepOpen ?? false,
  });
  const ofType = <T extends RunEvent['type']>(type: T) =>
    events.filter((event): event is RunEvent & { type: T } => event.type === type);
  return { clock, memory, env, supervisor, specs, events, storeErrors, ofType, run: () => supervisor.run() };
}
