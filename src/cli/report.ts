import pc from 'picocolors';
import type { ErrorInfo, ModelSummary, RunEvent, RunSummary } from '../protocol.ts';
import { type Column, cut, formatMs, formatNumber, formatUsd, toTable } from './table.ts';

/** Replies and failures shown; the rest is in the data directory. */
const SHOWN = 3;

/** A wait for a model that somebody may wonder about. */
const WORTH_TELLING_MS = 1_000;

/** What a report says beside the summary; gathered while the run goes on. */
export interface Report {
  onEvent(event: RunEvent): void;
  /** The whole report as lines. */
  lines(summary: RunSummary): string[];
}

interface GroupRow {
  readonly group: string;
  agents: number;
  done: number;
  failed: number;
  stopped: number;
  turns: number;
  tools: number;
  toolErrors: number;
  tokensIn: number;
  tokensOut: number;
  usd: number;
}

export function createReport(): Report {
  const groups = new Map<string, GroupRow>();
  const replies: { agent: string; observation: string; reply: string }[] = [];
  const failures: { agent: string; error: ErrorInfo }[] = [];
  const budgets: string[] = [];
  let stalled: string[] = [];

  const rowOf = (agent: string): GroupRow => {
    const group = agent.slice(0, agent.lastIndexOf('/'));
    let row = groups.get(group);
    if (row === undefined) {
      row = {
        group,
        agents: 0,
        done: 0,
        failed: 0,
        stopped: 0,
        turns: 0,
        tools: 0,
        toolErrors: 0,
        tokensIn: 0,
        tokensOut: 0,
        usd: 0,
      };
      groups.set(group, row);
    }
    return row;
  };

  return {
    onEvent(event) {
      if (event.type === 'run.stalled') {
        stalled = event.waiting.slice(0, SHOWN).map(({ agent, for: what }) => `${agent} waits for ${what}`);
        if (event.waiting.length > SHOWN) stalled.push(`and ${event.waiting.length - SHOWN} more`);
      }
      if (event.type === 'budget.reached' && budgets.length < SHOWN) budgets.push(budgetLine(event));
      if (!('agent' in event)) return;
      count(rowOf(event.agent), event);
      if (event.type === 'agent.replied' && replies.length < SHOWN) replies.push(event);
      if (
        event.type === 'agent.ended' &&
        event.status === 'failed' &&
        event.error !== undefined &&
        failures.length < SHOWN
      ) {
        failures.push({ agent: event.agent, error: event.error });
      }
    },
    lines: (summary) => [
      ...headline(summary),
      '',
      ...toTable(summary.costUsd > 0 ? [...GROUP_COLUMNS, COST_COLUMN] : GROUP_COLUMNS, [...groups.values()]),
      ...section(
        'Replies',
        replies.map(
          (r) =>
            `${pc.cyan(r.agent)}  ${cut(r.observation, width() - r.agent.length - 6)}\n    ${cut(r.reply, width() - 6)}`,
        ),
      ),
      ...section(
        'Failures',
        failures.map(
          (f) =>
            `${pc.red(f.agent)}  ${f.error.code}: ${cut(f.error.message, width() - f.agent.length - f.error.code.length - 8)}`,
        ),
      ),
      ...section('Budgets that were reached', budgets),
      ...section('Models', Object.entries(summary.models).flatMap(modelLine)),
      ...section('Stalled: everyone left waits, and nobody is left to send', stalled),
      ...section('Expectations', summary.expectations.map(expectationLine)),
      '',
      ...closing(summary),
    ],
  };
}

/** Of the terminal; 120 where there is none. */
function width(): number {
  return process.stdout.columns ?? 120;
}

const GROUP_COLUMNS: readonly Column<GroupRow>[] = [
  { heading: 'group', value: (row) => row.group },
  { heading: 'agents', value: (row) => row.agents },
  { heading: 'done', value: (row) => row.done },
  { heading: 'failed', value: (row) => row.failed },
  { heading: 'stopped', value: (row) => row.stopped },
  { heading: 'turns', value: (row) => row.turns },
  { heading: 'tool calls', value: (row) => row.tools },
  { heading: 'errors', value: (row) => row.toolErrors },
  { heading: 'tokens in', value: (row) => row.tokensIn },
  { heading: 'out', value: (row) => row.tokensOut },
];

const COST_COLUMN: Column<GroupRow> = { heading: 'cost', value: (row) => formatUsd(row.usd) };

const LIMITS = { tokens: 'tokens', usd: 'US dollars', calls: 'calls', wall: 'ms' } as const;
const AT_LIMIT = { stop: 'stopped', pause: 'waiting', finish: 'ended with what they have' } as const;

function budgetLine({ scope, limit, allowed, used, atLimit }: RunEvent & { type: 'budget.reached' }): string {
  const amount = (n: number): string => (limit === 'usd' ? formatUsd(n) : formatNumber(Math.round(n)));
  return `${pc.yellow(scope)}  ${amount(used)} of ${amount(allowed)} ${LIMITS[limit]} used; agents are ${AT_LIMIT[atLimit]}`;
}

/** Only of a model whose gate had something to do. */
function modelLine([name, model]: [string, ModelSummary]): string[] {
  const { calls, retries, throttled, trips, waitMs } = model;
  if (retries + throttled + trips === 0 && waitMs.p99 < WORTH_TELLING_MS) return [];
  const parts = [`${formatNumber(calls)} calls`];
  if (throttled > 0) parts.push(`${formatNumber(throttled)} refused for want of capacity`);
  if (retries > 0) parts.push(`${formatNumber(retries)} made again`);
  if (trips > 0) parts.push(`${formatNumber(trips)} outages`);
  return [`${pc.cyan(name)}  ${parts.join(', ')}; wait p50 ${formatMs(waitMs.p50)}, p99 ${formatMs(waitMs.p99)}`];
}

function count(row: GroupRow, event: RunEvent): void {
  switch (event.type) {
    case 'agent.started':
      row.agents++;
      break;
    case 'agent.observed':
      row.turns++;
      break;
    case 'agent.decided':
      row.tokensIn += event.decision.usage.inputTokens;
      row.tokensOut += event.decision.usage.outputTokens;
      row.usd += event.decision.usage.costUsd ?? 0;
      break;
    case 'tool.finished':
      row.tools++;
      if (event.result.isError) row.toolErrors++;
      break;
    case 'agent.ended':
      if (event.status === 'done' || event.status === 'failed' || event.status === 'stopped') row[event.status]++;
      break;
  }
}

function headline(summary: RunSummary): string[] {
  const { scenario, status, virtualMs, wallMs, criticalPathMs, costUsd } = summary;
  const colour = status === 'done' ? pc.green : status === 'interrupted' ? pc.yellow : pc.red;
  const took =
    Math.abs(virtualMs - wallMs) > 1
      ? `${formatMs(virtualMs)} of virtual time in ${formatMs(wallMs)}`
      : `in ${formatMs(wallMs)}`;
  const path = criticalPathMs > 0 ? `; critical path ${formatMs(criticalPathMs)}` : '';
  const cost = costUsd > 0 ? `; cost ${formatUsd(costUsd)}` : '';
  return [`${pc.bold(scenario)}  ${colour(status)} ${took}${path}${cost}`];
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', pc.bold(title), ...lines.map((line) => `  ${line}`)];
}

function expectationLine({ expect, pass, actual }: RunSummary['expectations'][number]): string {
  return pass ? `${pc.green('met')}    ${expect}` : `${pc.red('unmet')}  ${expect}    ${pc.dim(actual)}`;
}

function closing(summary: RunSummary): string[] {
  const { run, seed, loopDelayMs, memory, cpuMs, error } = summary;
  const facts = [
    `run ${run}`,
    `seed ${seed}`,
    `event-loop delay p99 ${formatMs(loopDelayMs.p99)}`,
    `${formatNumber(memory.writes)} writes`,
    `${formatMs(cpuMs)} CPU`,
  ];
  return [
    ...(error === undefined ? [] : [pc.red(`${error.code}: ${error.message}`)]),
    pc.dim(facts.join('  ')),
    pc.dim(`troupe show ${run}         every agent's result`),
    pc.dim(`troupe show ${run} AGENT   its transcript and journal`),
  ];
}
