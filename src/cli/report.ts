import pc from 'picocolors';
import type { ModelSummary, RunEvent, RunSummary } from '../protocol.ts';
import { toBudgetUsed } from './budget-used.ts';
import { toDataOption } from './data-option.ts';
import { createFailureList } from './failure-list.ts';
import { createGroupTable } from './group-table.ts';
import { cut, formatMs, formatNumber, formatUsd } from './table.ts';

/** Replies, budgets and waiting agents shown; the rest is in the data directory. */
const SHOWN = 3;

/** A wait for a model that somebody may wonder about. */
const WORTH_TELLING_MS = 1_000;

/** What a report says beside the summary; gathered while the run goes on. */
export interface Report {
  onEvent(event: RunEvent): void;
  /** The whole report as lines. */
  lines(summary: RunSummary): string[];
}

/** @param data The data directory, which the commands that it suggests look into. */
export function createReport(data: string): Report {
  const groups = createGroupTable();
  const replies: { agent: string; observation: string; reply: string }[] = [];
  const failures = createFailureList();
  const budgets: string[] = [];
  let stalled: string[] = [];
  return {
    onEvent(event) {
      groups.onEvent(event);
      switch (event.type) {
        case 'run.stalled':
          stalled = event.waiting.slice(0, SHOWN).map(({ agent, for: what }) => `${agent} waits for ${what}`);
          if (event.waiting.length > SHOWN) stalled.push(`and ${event.waiting.length - SHOWN} more`);
          break;
        case 'budget.reached':
          if (budgets.length < SHOWN) budgets.push(budgetLine(event));
          break;
        case 'agent.replied':
          if (replies.length < SHOWN) replies.push(event);
          break;
        case 'agent.ended':
          if (event.status === 'failed' && event.error !== undefined) failures.add(event.agent, event.error);
          break;
      }
    },
    lines: (summary) => [
      ...headline(summary),
      '',
      ...groups.lines({ cost: summary.costUsd > 0 }),
      ...section(
        'Replies',
        replies.map(
          (r) =>
            `${pc.cyan(r.agent)}  ${cut(r.observation, width() - r.agent.length - 6)}\n    ${cut(r.reply, width() - 6)}`,
        ),
      ),
      ...section('Failures', failures.lines()),
      ...section('Budgets that were reached', budgets),
      ...section('Models', Object.entries(summary.models).flatMap(modelLine)),
      ...section('Stalled: everyone left waits, and nobody is left to send', stalled),
      ...section('Expectations', summary.expectations.map(expectationLine)),
      '',
      ...closing(summary, toDataOption(data)),
    ],
  };
}

/** Of the terminal; 120 where there is none. */
function width(): number {
  return process.stdout.columns ?? 120;
}

const AT_LIMIT = { stop: 'are stopped', pause: 'wait', finish: 'ended with what they have' } as const;

function budgetLine(event: RunEvent & { type: 'budget.reached' }): string {
  return `${pc.yellow(event.scope)}  ${toBudgetUsed(event)} used; agents ${AT_LIMIT[event.atLimit]}`;
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

/** @param data What suggested commands need to find the run. */
function closing(summary: RunSummary, data: string): string[] {
  const { run, seed, loopDelayMs, memory, cpuMs, corrections, error } = summary;
  const facts = [
    `run ${run}`,
    `seed ${seed}`,
    ...(corrections > 0 ? [`${formatNumber(corrections)} ${corrections === 1 ? 'correction' : 'corrections'}`] : []),
    `event-loop delay p99 ${formatMs(loopDelayMs.p99)}`,
    `${formatNumber(memory.writes)} writes`,
    `${formatMs(cpuMs)} CPU`,
  ];
  return [
    ...(error === undefined ? [] : [pc.red(`${error.code}: ${error.message}`)]),
    pc.dim(facts.join('  ')),
    pc.dim(`troupe show ${run}${data}         every agent's result`),
    pc.dim(`troupe show ${run} AGENT${data}   its transcript and journal`),
  ];
}
