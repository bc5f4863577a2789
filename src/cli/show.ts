import pc from 'picocolors';
import { TroupeError } from '../base/errors.ts';
import { toText } from '../base/template.ts';
import { openLmdbStore } from '../memory/lmdb.ts';
import type { MemoryStore } from '../memory/memory-store.ts';
import type { ChatMessage, JournalRecord, MemorySnapshot, RunRecord } from '../protocol.ts';
import { findRun } from './find-run.ts';
import type { DataOptions } from './runs.ts';
import { type Column, cut, formatMs, toTable } from './table.ts';

/** `troupe show RUN [AGENT]`: results of a run, or one agent's transcript and journal. @returns The exit status. */
export async function show(name: string, agent: string | undefined, options: DataOptions): Promise<number> {
  const store = await openLmdbStore(options.data, { readOnly: true });
  try {
    const run = await findRun(store, options.data, name);
    if (agent === undefined) await showRun(store, run, options);
    else await showAgent(store, run, agent, options);
  } finally {
    await store.close();
  }
  return 0;
}

const AGENT_COLUMNS: readonly Column<MemorySnapshot>[] = [
  { heading: 'agent', value: (agent) => agent.agent },
  { heading: 'status', value: (agent) => agent.status },
  { heading: 'turns', value: (agent) => agent.turn },
  { heading: 'at', value: (agent) => formatMs(agent.at) },
  {
    heading: 'last reply or error',
    value: ({ reply, error }) => (error === undefined ? (reply ?? '') : `${error.code}: ${error.message}`),
    maxWidth: 100,
  },
];

async function showRun(store: MemoryStore, run: RunRecord, options: DataOptions): Promise<void> {
  const agents = await store.snapshots(run.id);
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ run, agents })}\n`);
    return;
  }
  const { summary } = run;
  const when = run.virtual ? 'in virtual time' : run.startedAt;
  const lines = [
    `${pc.bold(run.scenario)}  ${run.status}  run ${run.id}  seed ${run.seed}  ${when}  ${run.agents} agents`,
    ...(summary?.expectations ?? []).map(
      (e) => `  ${e.pass ? 'met   ' : 'unmet '} ${e.expect}${e.pass ? '' : `    ${e.actual}`}`,
    ),
    '',
    ...toTable(AGENT_COLUMNS, agents),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

async function showAgent(store: MemoryStore, run: RunRecord, agent: string, options: DataOptions): Promise<void> {
  const snapshot = await store.snapshot(run.id, agent);
  const transcript = await store.transcript(run.id, agent);
  const journal = await store.journal(run.id, agent);
  if (snapshot === undefined && journal.length === 0) {
    throw new TroupeError(
      'RUN_NOT_FOUND',
      `Cannot show "${agent}": run ${run.id} has nothing of it; "troupe show ${run.id}" lists its agents`,
    );
  }
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ run: run.id, snapshot, transcript, journal })}\n`);
    return;
  }
  const state = snapshot === undefined ? 'nothing stored yet' : `${snapshot.status} after ${snapshot.turn} turns`;
  const lines = [
    `${pc.bold(agent)}  ${state}${snapshot?.error === undefined ? '' : `  ${snapshot.error.code}: ${snapshot.error.message}`}`,
    '',
    pc.bold('Transcript'),
    ...transcript.flatMap(messageLines),
    '',
    pc.bold('Journal'),
    ...journal.map(
      (record) =>
        `  ${formatMs(record.at).padStart(10)}  turn ${record.turn}  ${record.type.padEnd(14)} ${about(record)}`,
    ),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

function messageLines(message: ChatMessage): string[] {
  const who = message.role === 'tool' ? `tool ${message.name}${message.isError ? ' (error)' : ''}` : message.role;
  const calls = message.role === 'assistant' ? message.toolCalls : [];
  return [
    `  ${pc.cyan(who.padEnd(14))} ${cut(message.content, 200)}`,
    ...calls.map((call) => `  ${''.padEnd(14)} calls ${call.name} ${cut(JSON.stringify(call.args), 150)}`),
  ];
}

function about(record: JournalRecord): string {
  switch (record.type) {
    case 'observed':
      return `${record.observation.kind} ${cut(record.observation.text, 100)}`;
    case 'model.intended':
      return record.model;
    case 'model.done':
      return `${record.decision.toolCalls.length} calls${record.decision.final ? ', final' : ''}`;
    case 'model.failed':
      return `${record.error.code}: ${cut(record.error.message, 100)}`;
    case 'tools.intended':
      return record.calls.join(', ');
    case 'tool.done':
    case 'tool.failed':
      return `${record.result.callId} ${record.result.name} ${cut(toText(record.result.content), 100)}`;
    case 'ended':
      return record.error === undefined
        ? record.status
        : `${record.status}  ${record.error.code}: ${record.error.message}`;
  }
}
