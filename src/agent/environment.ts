import type { CallContext } from '../base/call-context.ts';
import type { Clock } from '../base/clock.ts';
import { TroupeError } from '../base/errors.ts';
import { compileSchema } from '../base/json-schema.ts';
import type { Random } from '../base/random.ts';
import type { SecretFilter } from '../base/secret-filter.ts';
import { compileTemplate, type Template } from '../base/template.ts';
import type { MemoryStore } from '../memory/memory-store.ts';
import type { Budgets } from '../model/budget/budgets.ts';
import type { Model, ModelContext } from '../model/model.ts';
import type { TokenCounter } from '../model/token-counter.ts';
import type { Inbox } from '../people/inbox.ts';
import type {
  AgentSpec,
  ChatMessage,
  Condensed,
  DeadReason,
  Decision,
  Durability,
  Ends,
  GroupSpec,
  Json,
  JsonObject,
  Message,
  ModelRequest,
  ModelSpec,
  OnUnknown,
  Price,
  RunFact,
  Spent,
  ToolDefinition,
} from '../protocol.ts';
import type { Board, Mail, Tool } from '../tools/tool.ts';
import type { Inspection } from './flat-logic.ts';

/** What every agent of a run shares. */
export interface AgentEnvironment {
  readonly run: string;
  /** The scenario's folder, absolute, and its parameters. */
  readonly folder: string;
  readonly params: JsonObject;
  readonly clock: Clock;
  readonly random: Random;
  readonly store: MemoryStore;
  readonly durability: Durability;
  readonly onUnknown: OnUnknown;
  readonly tools: ReadonlyMap<string, Tool>;
  /** What models may still cost. Absent: nothing is limited. */
  readonly budgets?: Budgets;
  /** By group name. */
  readonly groups: ReadonlyMap<string, Group>;
  readonly inspection: Inspection;
  /** Takes secrets out of what comes into the run. Absent: a rehearsal, into which none come. */
  readonly secrets?: SecretFilter;
  emit(fact: RunFact): void;
  /** The same for what a model or a tool has to say, in which there may be secrets. */
  tell(fact: RunFact): void;
  /** True: finish the turn, then take nothing new. */
  isDraining(): boolean;
  /** The agent has nothing to do, or may not go on, and waits. */
  idle(agent: string): void;
  /** A budget does not have enough for the agent's next call: it waits until it is resumed. */
  park(agent: string): void;
  /** Somebody watches the agent: what its model writes is told as it comes. */
  isWatched(agent: string): boolean;
  /** Something handed over could not be written. */
  storeFailed(error: unknown): void;
  readonly mailroom: Mailroom;
  /** Calls that wait for a person. */
  readonly people: Inbox;
}

/** Where messages go from an agent, and what becomes of those it has got. */
export interface Mailroom {
  /** What a tool call of an agent may say to others. */
  mailOf(call: MailCall): CallMail;
  /** What it may do with a blackboard. @throws {TroupeError} `TOOL_ARGUMENTS` if there is no such board. */
  boardOf(call: MailCall, name: string): Board;
  /** Somebody goes on from what it answers to that. */
  isAwaited(spec: AgentSpec, cause: Message | undefined): boolean;
  /**
   * What it observed is answered; once for each observation, and once more after a crash. Only where it is awaited.
   *
   * @returns Undefined: all have it that are to have it. Else it resolves when they have; until then the turn is not stored.
   */
  answered(spec: AgentSpec, answer: Answer): Promise<void> | undefined;
  /**
   * It has given up on what it observed.
   *
   * @param taken Observations it had taken from its own list. Undefined: it will try again.
   */
  unanswered(agent: string, cause: Message | undefined, reason: string, taken?: number): void;
  /** It has taken a message out of its mailbox. */
  took(agent: string): void;
  /** A message that it will not observe. */
  bury(message: Message, reason: DeadReason): void;
}

export interface CallMail extends Mail {
  /** A try of the call begins: what it says is what the try before has said, and is not said again. */
  begin(): void;
}

/** A tool call that says something to others. */
export interface MailCall extends Pick<CallContext, 'agent' | 'isAborted' | 'onAbort'> {
  readonly idempotencyKey: string;
  readonly spec: AgentSpec;
  /** The message its agent is answering. */
  readonly cause: Message | undefined;
  /** What was said since the observation began. */
  conversation(): readonly ChatMessage[];
  /** See `ToolContext.ends`. */
  ends?: Ends;
}

/** How an agent has answered what it observed. */
export interface Answer {
  /** How many observations it had begun by then: with its address, which one it was. */
  readonly observations: number;
  /** And how many of them it had taken from its own list. */
  readonly taken: number;
  readonly cause: Message | undefined;
  /** Undefined: there is none, or somebody else answers. */
  readonly reply: string | undefined;
  readonly isHandedOver?: boolean;
}

/** How a group asks its model whose requests are counted: loaded only for those. */
export interface Limited {
  readonly counter: TokenCounter;
  decide(env: AgentEnvironment, conversation: Conversation, asking: Asking): Promise<Decision>;
}

/** What an agent has said and heard, and what of it has given way. */
export interface Conversation {
  readonly transcript: readonly ChatMessage[];
  condensed: Condensed | undefined;
  /** Where the observation under way begins; undefined: before this life of the agent. */
  readonly observedFrom: number | undefined;
  /** What models were paid for. */
  spent: Spent;
}

/** A request of an agent, on its way to its model. */
export interface Asking {
  readonly group: Group;
  readonly counter: TokenCounter;
  readonly request: ModelRequest;
  readonly call: ModelContext;
}

/** A group with its model and tools looked up and its templates compiled, once for all members. */
export interface Group {
  readonly spec: GroupSpec;
  readonly params: JsonObject;
  readonly model: Model;
  readonly toolDefinitions: readonly ToolDefinition[];
  readonly allowedTools: ReadonlySet<string>;
  readonly instructions: Template;
  /** What is wrong with a reply, as JSON; undefined: nothing. Absent: replies are any text. */
  readonly checkOutput?: (reply: Json) => string | undefined;
  /** Only where a context or a budget asks for it. */
  readonly limited?: Limited;
  /** Of its model. */
  readonly price?: Price;
  readonly maxOutputTokens?: number;
  /** Compiles an item's template once; items are shared by the members. */
  itemTemplate(source: string): Template;
}

/**
 * @param options.sets By declared name: the tools of a server or a module, which a group has all of by that name.
 * @throws {TroupeError} `SCENARIO_INVALID` if a tool is not there, such as one that a server does not have; `TEMPLATE` if a
 * template cannot be compiled; a checked scenario has none such.
 */
export function createGroup(
  spec: GroupSpec,
  options: {
    params: JsonObject;
    models: ReadonlyMap<string, Model>;
    tools: ReadonlyMap<string, Tool>;
    sets: ReadonlyMap<string, readonly string[]>;
    /** By group. */
    limited?: ReadonlyMap<string, Limited>;
    declared?: ModelSpec;
  },
): Group {
  const model = options.models.get(spec.model);
  if (model === undefined) throw new TypeError(`Cannot start group "${spec.name}": no model "${spec.model}"`);
  const names = [...new Set(spec.tools.flatMap((name) => options.sets.get(name) ?? [name]))];
  const tools = names.map((name) => {
    const tool = options.tools.get(name);
    if (tool === undefined) {
      const there = [...options.sets.keys(), ...options.tools.keys()].join(', ');
      throw new TroupeError(
        'SCENARIO_INVALID',
        `Cannot start group "${spec.name}": there is no tool "${name}"; there are ${there || 'none'}`,
      );
    }
    return { name, description: tool.description, parameters: tool.parameters };
  });
  const limited = options.limited?.get(spec.name);
  const templates = new Map<string, Template>();
  return {
    spec,
    params: options.params,
    model,
    toolDefinitions: tools,
    allowedTools: new Set(names),
    instructions: compileTemplate(spec.instructions),
    ...toModelTerms(options.declared),
    ...(limited !== undefined && { limited }),
    ...(spec.output !== undefined && { checkOutput: compileSchema(spec.output, 'the output') }),
    itemTemplate(source) {
      const known = templates.get(source);
      if (known !== undefined) return known;
      const template = compileTemplate(source);
      templates.set(source, template);
      return template;
    },
  };
}

function toModelTerms(model: ModelSpec | undefined): Pick<Group, 'price' | 'maxOutputTokens'> {
  if (model === undefined) return {};
  const limit = 'maxOutputTokens' in model ? model.maxOutputTokens : undefined;
  return {
    ...(model.price !== undefined && { price: model.price }),
    ...(limit !== undefined && { maxOutputTokens: limit }),
  };
}

/** The names a group's templates may read, for one agent. */
export function templateScope(spec: AgentSpec, group: Group): Record<string, unknown> {
  const { id: agent, index, row, user, session, parent } = spec;
  return { agent, index, row, params: group.params, user, session, parent };
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
