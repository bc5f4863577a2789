import type { CallContext } from '../base/call-context.ts';
import type { Clock } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import { compileTemplate, type Template } from '../base/template.ts';
import type { MemoryStore } from '../memory/memory-store.ts';
import type { Model } from '../model/model.ts';
import type { AgentSpec, Durability, GroupSpec, JsonObject, OnUnknown, RunFact, ToolDefinition } from '../protocol.ts';
import type { Tool } from '../tools/tool.ts';
import type { Inspection } from './flat-logic.ts';

/** What every agent of a run shares. */
export interface AgentEnvironment {
  readonly run: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly store: MemoryStore;
  readonly durability: Durability;
  readonly onUnknown: OnUnknown;
  readonly tools: ReadonlyMap<string, Tool>;
  /** By group name. */
  readonly groups: ReadonlyMap<string, Group>;
  readonly inspection: Inspection;
  emit(fact: RunFact): void;
  /** True: finish the turn, then take nothing new. */
  isDraining(): boolean;
  /** The agent has nothing to do, or may not go on, and waits. */
  idle(agent: string): void;
  /** Something handed over could not be written. */
  storeFailed(error: unknown): void;
  /**
   * @param id Of the message: one that comes again with the same id is not delivered twice. Default: a new one.
   * @throws {TroupeError} `AGENT_UNKNOWN`, `MAILBOX_FULL`.
   */
  sendMessage(from: string, to: string, body: string, id?: string): void;
}

/** A group with its model and tools looked up and its templates compiled, once for all members. */
export interface Group {
  readonly spec: GroupSpec;
  readonly params: JsonObject;
  readonly model: Model;
  readonly toolDefinitions: readonly ToolDefinition[];
  readonly allowedTools: ReadonlySet<string>;
  readonly instructions: Template;
  /** Compiles an item's template once; items are shared by the members. */
  itemTemplate(source: string): Template;
}

/** @throws {TroupeError} `TEMPLATE` if one cannot be compiled; a checked scenario has none such. */
export function createGroup(
  spec: GroupSpec,
  options: { params: JsonObject; models: ReadonlyMap<string, Model>; tools: ReadonlyMap<string, Tool> },
): Group {
  const model = options.models.get(spec.model);
  if (model === undefined) throw new TypeError(`Cannot start group "${spec.name}": no model "${spec.model}"`);
  const tools = spec.tools.map((name) => {
    const tool = options.tools.get(name);
    if (tool === undefined) throw new TypeError(`Cannot start group "${spec.name}": no tool "${name}"`);
    return { name, description: tool.description, parameters: tool.parameters };
  });
  const templates = new Map<string, Template>();
  return {
    spec,
    params: options.params,
    model,
    toolDefinitions: tools,
    allowedTools: new Set(spec.tools),
    instructions: compileTemplate(spec.instructions),
    itemTemplate(source) {
      const known = templates.get(source);
      if (known !== undefined) return known;
      const template = compileTemplate(source);
      templates.set(source, template);
      return template;
    },
  };
}

/** The names a group's templates may read, for one agent. */
export function templateScope(spec: AgentSpec, group: Group): Record<string, unknown> {
  return { agent: spec.id, index: spec.index, row: spec.row, params: group.params };
}

/** A group of an agent; every spec's group is in the environment. */
export function groupOf(env: AgentEnvironment, spec: AgentSpec): Group {
  const group = env.groups.get(spec.group.name);
  if (group === undefined) throw new TypeError(`Cannot find the group of "${spec.id}"`);
  return group;
}

/** Ends whatever the agent has in flight. */
export function abortCalls(calls: readonly CallContext[], reason: Error): void {
  for (const call of calls) call.abort(reason);
}
