import pc from 'picocolors';
import { TroupeError } from '../base/errors.ts';
import { toText } from '../base/template.ts';
import { withoutKept } from '../base/without-kept.ts';
import { type Damage, openLmdbStore } from '../memory/lmdb.ts';
import type { MemoryStore } from '../memory/memory-store.ts';
import type { ChatMessage, ErrorInfo, JournalRecord, MemorySnapshot, RunRecord, Spent } from '../protocol.ts';
import { createDamageList, type DamageList } from './damage-list.ts';
import { toDataOption } from './data-option.ts';
import { type FoundRun, findAnyRun } from './find-run.ts';
import type { DataOptions } from './runs.ts';
import { type Column, cut, formatMs, formatUsd, toTable } from './table.ts';

/** `troupe show RUN [AGENT]`: results of a run, or one agent's transcript and journal. @returns The exit status: 1 if something of it is damaged. */
export async function show(name: string, agent: string | undefined, options: DataOptions): Promise<number> {
  const damage = createDamageList();
  const store = await openLmdbStore(options.data, { readOnly: true, onDamage: damage.add });
  try {
    const run = await findAnyRun(store, options.data, name, damage);
    const looked = { store, data: options.data, run, damage, json: options.json ?? false };
    if (agent === undefined) await showRun(looked);
    else await showAgent(looked, agent);
    return damage.of(run.id, agent).length === 0 ? 0 : 1;
  } finally {
    await store.close();
  }
}

interface Looked {
  readonly store: MemoryStore;
  readonly data: string;
  readonly run: FoundRun;
  readonly damage: DamageList;
  readonly json: boolean;
}

/** An agent of a run; `snapshot` is undefined when none of its snapshots can be read. */
interface AgentRow {
  readonly agent: string;
  readonly snapshot: MemorySnapshot | undefined;
  readonly damaged: boolean;
}

const AGENT_COLUMNS: readonly Column<AgentRow>[] = [
  { heading: 'agent', value: ({ agent }) => agent },
  {
    heading: 'status',
    value: ({ snapshot, damaged }) => `${snapshot?.status ?? ''}${damaged ? ' (damaged)' : ''}`.trimStart(),
  },
  { heading: 'turns', value: ({ snapshot }) => snapshot?.turn ?? '' },
  { heading: 'at', value: ({ snapshot }) => (snapshot === undefined ? '' : formatMs(snapshot.at)) },
  { heading: 'tokens', value: ({ snapshot }) => toTokens(snapshot?.spent) },
  {
    heading: 'last reply or error',
    value: ({ snapshot }) =>
      snapshot?.error === undefined ? (snapshot?.reply ?? '') : `${snapshot.error.code}: ${snapshot.error.message}`,
    maxWidth: 100,
  },
];

function toTokens(spent: Spent | undefined): number | string {
  return spent === undefined ? '' : spent.inputTokens + spent.outputTokens;
}

/** What agents have cost, if any of them has. */
const COST_COLUMN: Column<AgentRow> = {
  heading: 'cost',
  value: ({ snapshot }) => formatUsd(snapshot?.spent?.usd ?? 0),
};

function toColumns(agents: readonly MemorySnapshot[]): readonly Column<AgentRow>[] {
  if (!agents.some(({ spent }) => (spent?.usd ?? 0) > 0)) return AGENT_COLUMNS;
  return [...AGENT_COLUMNS.slice(0, -1), COST_COLUMN, ...AGENT_COLUMNS.slice(-1)];
}

async function showRun({ store, run: { id, record }, damage, json }: Looked): Promise<void> {
  const agents = await store.snapshots(id);
  const damages = damage.of(id);
  const deadLetters = await findDeadLetters(store, id, agents);
  if (json) {
    process.stdout.write(`${JSON.stringify({ run: record ?? { id }, agents, deadLetters, damaged: damages })}\n`);
    return;
  }
  const expectations = record?.summary?.expectations ?? [];
  const lines = [
    record === undefined ? `${pc.bold(id)}  its record is damaged` : toHeadline(record),
    ...expectations.map((e) => `  ${e.pass ? 'met   ' : 'unmet '} ${e.expect}${e.pass ? '' : `    ${e.actual}`}`),
    '',
    ...toTable(toColumns(agents), toRows(agents, damages)),
    ...(deadLetters.length === 0 ? [] : ['', pc.bold('Dead letters'), ...toTable(LETTER_COLUMNS, deadLetters)]),
    ...(damages.length === 0 ? [] : ['', ...damage.lines(damages)]),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** An observation that was given up on. */
interface DeadLetter {
  readonly agent: string;
  readonly at: number;
  readonly turn: number;
  readonly observation: string;
  readonly attempts: number;
  readonly error: ErrorInfo;
}

const LETTER_COLUMNS: readonly Column<DeadLetter>[] = [
  { heading: 'agent', value: ({ agent }) => agent },
  { heading: 'at', value: ({ at }) => formatMs(at) },
  { heading: 'tries', value: ({ attempts }) => attempts },
  { heading: 'observation', value: ({ observation }) => observation, maxWidth: 50 },
  { heading: 'last error', value: ({ error }) => `${error.code}: ${error.message}`, maxWidth: 80 },
];

/** Only agents whose snapshot tells of some are looked at. */
async function findDeadLetters(
  store: MemoryStore,
  run: string,
  agents: readonly MemorySnapshot[],
): Promise<DeadLetter[]> {
  const letters: DeadLetter[] = [];
  for (const { agent, setAside = 0 } of agents) {
    if (setAside === 0) continue;
    for (const record of await store.journal(run, agent)) {
      if (record.type !== 'set-aside') continue;
      const { at, turn, observation, attempts, error } = record;
      letters.push({ agent, at, turn, observation, attempts, error });
    }
  }
  return letters;
}

function toHeadline(run: RunRecord): string {
  const when = run.virtual ? 'in virtual time' : run.startedAt;
  return `${pc.bold(run.scenario)}  ${run.status}  run ${run.id}  seed ${run.seed}  ${when}  ${run.agents} agents`;
}

function toRows(snapshots: readonly MemorySnapshot[], damages: readonly Damage[]): AgentRow[] {
  const damaged = new Set(damages.flatMap(({ agent }) => agent ?? []));
  const rows: AgentRow[] = snapshots.map((snapshot) => {
    const { agent } = snapshot;
    return { agent, snapshot, damaged: damaged.has(agent) };
  });
  for (const { agent } of snapshots) damaged.delete(agent);
  return [...rows, ...[...damaged].map((agent) => ({ agent, snapshot: undefined, damaged: true }))];
}

async function showAgent({ store, data, run: { id }, damage, json }: Looked, agent: string): Promise<void> {
  const snapshot = await store.snapshot(id, agent);
  const transcript = await store.transcript(id, agent);
  const journal = await store.journal(id, agent);
  const damages = damage.of(id, agent);
  if (snapshot === undefined && journal.length === 0 && damages.length === 0) {
    throw new TroupeError(
      'RUN_NOT_FOUND',
      `Cannot show "${agent}": run ${id} has nothing of it; "troupe show ${id}${toDataOption(data)}" lists its agents`,
    );
  }
  if (json) {
    const told = { transcript: transcript.map(toShownMessage), journal: journal.map(toShownRecord) };
    process.stdout.write(`${JSON.stringify({ run: id, snapshot, ...told, damaged: damages })}\n`);
    return;
  }
  const state = snapshot === undefined ? 'nothing stored yet' : `${snapshot.status} after ${snapshot.turn} turns`;
  const lines = [
    `${pc.bold(agent)}  ${state}${snapshot?.error === undefined ? '' : `  ${snapshot.error.code}: ${snapshot.error.message}`}`,
    ...damage.lines(damages),
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

/** What providers alone can read is shown to nobody. */
function toShownMessage(message: ChatMessage): ChatMessage {
  return message.role === 'assistant' ? withoutKept(message) : message;
}

function toShownRecord(record: JournalRecord): JournalRecord {
  return record.type === 'model.done' ? { ...record, decision: withoutKept(record.decision) } : record;
}

function messageLines(message: ChatMessage): string[] {
  const who = message.role === 'tool' ? `tool ${message.name}${message.isError ? ' (error)' : ''}` : message.role;
  const calls = message.role === 'assistant' ? message.toolCalls : [];
  return [
    `  ${pc.cyan(who.padEnd(14))} ${cut(message.content, 200)}`,
    ...calls.map((call) => `  ${''.padEnd(14)} calls ${call.name} ${cut(JSON.stringify(call.args), 150)}`),
  ];
}

function toAnswerText({ call, answer, by, args, text, reason }: JournalRecord & { type: 'approval.answered' }): string {
  const said = [args === undefined ? undefined : JSON.stringify(args), text, reason].filter(
    (part) => part !== undefined,
  );
  return [`${call} ${answer} by ${by}`, ...said.map((part) => cut(part, 100))].join('  ');
}

function about(record: JournalRecord): string {
  switch (record.type) {
    case 'observed':
      return `${record.observation.kind} ${cut(record.observation.text, 100)}`;
    case 'model.intended':
      return record.model;
    case 'model.done':
    case 'model.refused':
      return `${record.decision.toolCalls.length} calls${record.decision.final ? ', final' : ''}`;
    case 'model.failed':
      return `${record.error.code}: ${cut(record.error.message, 100)}`;
    case 'approval.requested':
      return `${record.callId} ${record.name}${record.deadlineAt === undefined ? '' : `  until ${formatMs(record.deadlineAt)}`}`;
    case 'approval.answered':
      return toAnswerText(record);
    case 'tools.intended':
      return record.calls.join(', ');
    case 'tool.done':
    case 'tool.failed':
    case 'tool.unknown':
      return `${record.result.callId} ${record.result.name} ${cut(toText(record.result.content), 100)}`;
    case 'restarting':
      return `failure ${record.attempt}, again at ${formatMs(record.until)}  ${record.error.code}: ${cut(record.error.message, 80)}`;
    case 'set-aside':
      return `after ${record.attempts} failures  ${cut(record.observation, 60)}  ${record.error.code}: ${cut(record.error.message, 80)}`;
    case 'received':
      return `from ${record.message.from} ${cut(record.message.body, 100)}`;
    case 'dropped':
      return `${record.message}: ${record.reason}`;
    case 'ended':
      return record.error === undefined
        ? record.status
        : `${record.status}  ${record.error.code}: ${record.error.message}`;
  }
}
