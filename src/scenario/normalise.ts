import { resolve } from 'node:path';
import {
  AGENT_IDENTICAL_CALLS,
  AGENT_TURNS,
  AGENT_WALL_MS,
  MAX_RESTARTS,
  RESTART_WITHIN_MS,
  SHUTDOWN_MS,
} from '../base/limits.ts';
import type {
  AgentLimits,
  BudgetSpec,
  GroupSpec,
  JsonObject,
  MailboxSpec,
  Members,
  Restart,
  Scenario,
  SupervisionSpec,
  UntilSpec,
} from '../protocol.ts';
import { defined } from './defined.ts';
import { findReached } from './find-reached.ts';
import type { CheckedScenario } from './schema.ts';
import { toModel } from './to-model.ts';
import { toSource } from './to-source.ts';
import { toTool } from './to-tool.ts';
import { toWiring } from './to-wiring.ts';

/** From the file's keys and omissions to what the rest of troupe reads. */
export function normalise(input: CheckedScenario, folder: string, source: string): Scenario {
  const { name, about, seed, params, memory, keep } = input;
  const limits = toLimits(input.limits, {
    turns: AGENT_TURNS,
    identicalCalls: AGENT_IDENTICAL_CALLS,
    wallMs: AGENT_WALL_MS,
  });
  // Whoever declares supervision wants restarts; without it an agent that fails has failed.
  const isSupervised = input.supervision !== undefined || Object.keys(input.supervisors).length > 0;
  const restart = isSupervised ? 'transient' : 'temporary';
  const reached = new Set(findReached(input as unknown as JsonObject));
  return {
    name,
    ...(about !== undefined && { about }),
    ...(seed !== undefined && { seed }),
    folder,
    params,
    models: mapValues(input.models, toModel),
    tools: mapValues(input.tools, (tool) => toTool(tool, folder)),
    agents: mapValues(input.agents, (group, key) =>
      toGroup(key, group, folder, { limits, restart, isReached: reached.has(key) }),
    ),
    sources: mapValues(input.sources, (one) => toSource(one, folder)),
    ...(input.wiring.length > 0 && { wiring: input.wiring.map(toWiring) }),
    supervision: toSupervision(input.supervision),
    supervisors: mapValues(input.supervisors, (one) => ({ ...toSupervision(one), children: one.children })),
    memory,
    ...(keep !== undefined && { keep: defined(keep) }),
    limits: { ...limits, concurrency: input.limits.concurrency },
    ...(input.budget !== undefined && { budget: toBudget(input.budget) }),
    ...(input.until !== undefined && { until: toUntil(input.until) }),
    expect: input.expect,
    source,
  };
}

type CheckedGroup = CheckedScenario['agents'][string];
type CheckedBudget = NonNullable<CheckedScenario['budget']>;
type CheckedLimits = CheckedGroup['limits'];

function mapValues<T, U>(map: Readonly<Record<string, T>>, change: (value: T, key: string) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value, key)]));
}

type CheckedSupervision = NonNullable<CheckedScenario['supervision']>;

function toSupervision(checked: Omit<CheckedSupervision, never> | undefined): SupervisionSpec {
  if (checked === undefined) return UNDECLARED;
  const { strategy, max_restarts: maxRestarts, max_seconds: seconds, backoff, shutdown: shutdownMs } = checked;
  const spec = { strategy, maxRestarts, withinMs: seconds * 1_000, shutdownMs };
  return backoff === undefined ? spec : { ...spec, backoff };
}

const UNDECLARED: SupervisionSpec = {
  strategy: 'one_for_one',
  maxRestarts: MAX_RESTARTS,
  withinMs: RESTART_WITHIN_MS,
  shutdownMs: SHUTDOWN_MS,
};

function toGroup(
  name: string,
  group: CheckedGroup,
  folder: string,
  otherwise: { limits: AgentLimits; restart: Restart; isReached: boolean },
): GroupSpec {
  const { model, tools, instructions, observe } = group;
  const { items, inbox, ...dealt } = observe;
  const members = toMembers(group, folder);
  const single = dealt.each === undefined && dealt.text !== undefined;
  return {
    name,
    members,
    model,
    tools,
    instructions,
    observe: {
      items: single ? [...items, dealt.text ?? ''] : items,
      ...(dealt.each !== undefined && { each: resolve(folder, dealt.each) }),
      ...(dealt.each !== undefined && dealt.text !== undefined && { text: dealt.text }),
      inbox: inbox || otherwise.isReached || isCalledFor(members) || group.subscribe.length > 0,
    },
    ...toCorrespondence(group),
    limits: toLimits(group.limits, otherwise.limits),
    ...(group.output !== undefined && { output: group.output }),
    ...(group.budget !== undefined && { budget: toBudget(group.budget) }),
    ...(group.budget_each !== undefined && { budgetEach: toBudget(group.budget_each) }),
    ...(group.context !== undefined && {
      context: { tokens: group.context.tokens, whenFull: group.context.when_full },
    }),
    restart: group.restart ?? otherwise.restart,
    retries: group.retries,
    ...(group.idle_after !== undefined && { idleAfterMs: group.idle_after }),
  };
}

function isCalledFor({ kind }: Members): boolean {
  return kind === 'spawned' || kind === 'sessions';
}

function toMembers({ count = 0, each, list, spawn, sessions }: CheckedGroup, folder: string): Members {
  if (each !== undefined) return toEach(each, folder);
  if (list !== undefined) return { kind: 'list', rows: list };
  if (spawn !== undefined) return { kind: 'spawned', ...spawn };
  return sessions === undefined ? { kind: 'count', count } : { kind: 'sessions', ...sessions };
}

/** What a group's members say to each other, and what stays of it. */
function toCorrespondence({ address, mailbox, subscribe, conversation, keep_turns: keepTurns }: CheckedGroup) {
  return {
    ...(address !== undefined && { address }),
    ...(mailbox !== undefined && { mailbox: toMailbox(mailbox) }),
    ...(subscribe.length > 0 && { subscribe }),
    ...(conversation === 'each' && { conversation }),
    ...(keepTurns !== undefined && { keepTurns }),
  };
}

function toMailbox({ size, overflow, ttl }: NonNullable<CheckedGroup['mailbox']>): MailboxSpec {
  return { size, overflow, ...(ttl !== undefined && { ttlMs: ttl }) };
}

function toEach(each: NonNullable<CheckedGroup['each']>, folder: string): Members {
  if (typeof each === 'string') return { kind: 'each', file: resolve(folder, each) };
  const { extension } = each;
  return { kind: 'files', folder: resolve(folder, each.folder), ...(extension !== undefined && { extension }) };
}

function toUntil(until: NonNullable<CheckedScenario['until']>): UntilSpec {
  if (until === 'never') return { kind: 'never' };
  const { time: timeMs, ...limits } = until;
  return { kind: 'limits', ...defined(limits), ...(timeMs !== undefined && { timeMs }) };
}

function toBudget({ at_limit: atLimit, wall: wallMs, ...limits }: CheckedBudget): BudgetSpec {
  return { ...defined(limits), atLimit, ...(wallMs !== undefined && { wallMs }) };
}

function toLimits(limits: CheckedLimits, otherwise: AgentLimits): AgentLimits {
  return {
    turns: limits.turns ?? otherwise.turns,
    identicalCalls: limits.identical_calls ?? otherwise.identicalCalls,
    wallMs: limits.wall ?? otherwise.wallMs,
  };
}
