import type {
  GroupSpec,
  ProviderModelSpec,
  Scenario,
  SimulatedAnswer,
  SimulatedRules,
  ToolSpec,
} from '../../protocol.ts';

/** Who talks to whom in a scenario, as far as it can be known before a run. */
export interface Topology {
  /** The scenario's name. */
  readonly id: string;
  /** Groups, models and tools, each in the scenario's order. */
  readonly nodes: readonly TopologyNode[];
  readonly edges: readonly TopologyEdge[];
}

/** Ids are `group:name`, `model:name` and `tool:name`. */
export type TopologyNode = { readonly id: string; readonly name: string } & (
  | {
      readonly kind: 'group';
      /** Members; absent: one for each row of a file. */
      readonly count?: number;
      /** There is nobody to begin with: so many may come at most, `count` is absent. */
      readonly upTo?: number;
      /** Its members wait for messages. */
      readonly inbox: boolean;
    }
  /** `provider`, `tool`: `code` if the scenario does not declare it. */
  | { readonly kind: 'model'; readonly provider: string }
  | { readonly kind: 'tool'; readonly tool: string }
);

export interface TopologyEdge {
  /** Id of a group. */
  readonly source: string;
  readonly target: string;
  /** A group asks a model, calls a tool, messages a group. */
  readonly kind: 'asks' | 'calls' | 'messages';
}

/**
 * Reads from a scenario who talks to whom.
 *
 * A group with a `send` tool may message every group with an inbox. If its model is simulated, its rules say more: only
 * groups that an address in them names (`to: reviewer/0`), and nobody if no rule sends anything.
 */
export function toTopology(scenario: Scenario): Topology {
  const groups = Object.values(scenario.agents);
  const models = new Set([...Object.keys(scenario.models), ...groups.map(({ model }) => model)]);
  const tools = new Set([...Object.keys(scenario.tools), ...groups.flatMap((group) => group.tools)]);
  return {
    id: scenario.name,
    nodes: [
      ...groups.map(toGroupNode),
      ...[...models].map((name) => {
        const provider = lookUp(scenario.models, name)?.provider ?? 'code';
        return { id: `model:${name}`, kind: 'model', name, provider } as const;
      }),
      ...[...tools].map((name) => {
        const tool = toKind(lookUp(scenario.tools, name));
        return { id: `tool:${name}`, kind: 'tool', name, tool } as const;
      }),
    ],
    edges: groups.flatMap((group) => toEdges(group, scenario)),
  };
}

/** A built-in tool's name, or where it comes from. */
function toKind(tool: ToolSpec | undefined): string {
  if (tool === undefined) return 'code';
  if ('builtin' in tool) return tool.builtin;
  return 'mcp' in tool ? 'mcp' : 'module';
}

function toGroupNode({ name, members, observe }: GroupSpec): TopologyNode {
  const node = { id: `group:${name}`, kind: 'group', name } as const;
  const { inbox } = observe;
  switch (members.kind) {
    case 'each':
    case 'files':
      return { ...node, inbox };
    case 'spawned':
    case 'sessions':
      return { ...node, upTo: members.max, inbox };
    case 'count':
      return { ...node, count: members.count, inbox };
    case 'list':
      return { ...node, count: members.rows.length, inbox };
  }
}

function toEdges(group: GroupSpec, scenario: Scenario): TopologyEdge[] {
  const source = `group:${group.name}`;
  return [
    { source, target: `model:${group.model}`, kind: 'asks' },
    ...[...new Set(group.tools)].map((tool) => ({ source, target: `tool:${tool}`, kind: 'calls' }) as const),
    ...toAddressed(group, scenario).map((name) => ({ source, target: `group:${name}`, kind: 'messages' }) as const),
  ];
}

/** Names of the groups that members of this one may send messages to. */
function toAddressed(group: GroupSpec, scenario: Scenario): string[] {
  const senders = new Set(group.tools.filter((name) => toKind(lookUp(scenario.tools, name)) === 'send'));
  if (senders.size === 0) return [];
  const listening = Object.values(scenario.agents).filter(({ observe }) => observe.inbox);
  const anybody = listening.map(({ name }) => name);
  const model = lookUp(scenario.models, group.model);
  const rules = model?.provider === 'simulated' ? (model as SimulatedRules) : (model as ProviderModelSpec)?.simulate;
  if (rules === undefined) return anybody;

  const answers: readonly SimulatedAnswer[] = [...rules.sequence, ...rules.rules];
  const addresses = answers.flatMap(({ call }) =>
    call.filter(({ tool }) => senders.has(tool)).map(({ args }) => args.to),
  );
  const named = addresses.map((to) => toGroupName(to, scenario));
  if (named.includes(undefined)) return anybody;
  return Object.keys(scenario.agents).filter((name) => named.includes(name));
}

/** `reviewer` of `reviewer/0` and of `reviewer/{{ index }}`; undefined if it stands in no clear text. */
function toGroupName(to: unknown, { agents }: Scenario): string | undefined {
  const [, name] = /^\s*([^/{}]+)\//.exec(typeof to === 'string' ? to : '') ?? [];
  return name !== undefined && Object.hasOwn(agents, name) ? name : undefined;
}

function lookUp<T>(map: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(map, name) ? map[name] : undefined;
}
