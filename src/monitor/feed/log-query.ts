import { LOG_SCAN_ROWS } from '../../base/limits.ts';
import type { RunEvent } from '../../protocol.ts';
import type { Seq } from '../history/history.ts';
import { type Chunk, ENDINGS, EVENT_TYPES, FAILED, HELD, NO_AGENT, NO_NAME } from '../history/rows.ts';
import { toEvents } from '../to-events.ts';
import type { EventFilter } from './log-filter.ts';
import { toShortEvent } from './short-event.ts';
import type { Watch } from './watch.ts';

/** Agents whose journals one query reads; the other events are told by what the history knows of them. */
const JOURNALS_MAX = 200;
/** A journal's times are those of the records, taken just before the events'. */
const SAME_MS = 5;

/**
 * The newest events at a moment that fit a filter, oldest first, with their texts from the agents' journals.
 *
 * @param limit At most so many.
 * @param at The moment. Default: now.
 */
export async function queryLog(watch: Watch, filter: EventFilter, limit: number, at?: number): Promise<RunEvent[]> {
  const rows = findRows(watch, filter, limit, at);
  const byTeller = new Map<number, Found[]>();
  for (const row of [...rows].reverse()) {
    if (!IN_JOURNAL.has(row.type)) continue;
    const teller = tellerOf(row);
    const of = byTeller.get(teller) ?? [];
    of.push(row);
    byTeller.set(teller, of);
  }
  for (const [agent, newestFirst] of [...byTeller].slice(0, JOURNALS_MAX)) {
    const spec = watch.source.specs[agent];
    if (spec !== undefined) fill(watch, newestFirst, toEvents(spec, await watch.source.journal(spec.id)));
  }
  return rows.map((row) => toShortEvent(row.event ?? tell(watch, row)));
}

const IN_JOURNAL: ReadonlySet<RunEvent['type']> = new Set([
  'agent.observed',
  'agent.decided',
  'model.failed',
  'tool.started',
  'tool.finished',
  'agent.replied',
  'agent.ended',
  'message.sent',
]);

interface Found {
  readonly seq: Seq;
  readonly at: number;
  readonly agent: number;
  readonly type: RunEvent['type'];
  readonly turn: number;
  readonly chunk: Chunk;
  readonly index: number;
  event: RunEvent | undefined;
}

function findRows(watch: Watch, filter: EventFilter, limit: number, at: number | undefined): Found[] {
  const { history } = watch;
  const last = at === undefined ? history.last : history.seqAt(at);
  const oldest = Math.max(history.first, last - LOG_SCAN_ROWS + 1);
  const rows: Found[] = [];
  for (let seq = last; seq >= oldest && rows.length < limit; seq--) {
    const { chunk, index } = history.row(seq);
    if (!filter.fitsRow(chunk, index)) continue;
    const type = EVENT_TYPES[chunk.kind[index] ?? 0] ?? 'run.started';
    const agent = chunk.agent[index] ?? -1;
    const row = { at: chunk.at[index] ?? 0, turn: chunk.turn[index] ?? 0, event: history.runEvent(seq) };
    rows.push({ seq, agent, type, chunk, index, ...row });
  }
  return rows.reverse();
}

/** Position of the agent whose journal has a row's texts: a message is in its receiver's. */
function tellerOf({ type, agent, chunk, index }: Found): number {
  return type === 'message.sent' ? (chunk.value[index] ?? NO_AGENT) : agent;
}

/**
 * Each row gets the event that fits it and is nearest in time; each event serves once. From the newest on: of calls that
 * were made in one moment the rows have the last ones, whatever a limit has left out.
 */
function fill(watch: Watch, newestFirst: readonly Found[], events: readonly RunEvent[]): void {
  const free = new Map<string, Set<RunEvent>>();
  for (const event of events) {
    const key = `${event.type} ${turnOf(event)}`;
    free.set(key, (free.get(key) ?? new Set()).add(event));
  }
  for (const row of newestFirst) {
    const alike = free.get(`${row.type} ${row.turn}`);
    let nearest: RunEvent | undefined;
    for (const event of alike ?? []) {
      if (!fits(watch, row, event)) continue;
      if (nearest === undefined || Math.abs(event.at - row.at) <= Math.abs(nearest.at - row.at)) nearest = event;
    }
    if (nearest === undefined) continue;
    alike?.delete(nearest);
    row.event = { ...nearest, seq: row.seq, at: row.at };
  }
}

/** Of events of the row's type and turn. */
function fits(watch: Watch, row: Found, event: RunEvent): boolean {
  switch (event.type) {
    case 'tool.started':
      return event.call.name === nameOf(watch, row);
    case 'tool.finished':
      return event.result.name === nameOf(watch, row) && event.result.isError === isFailed(row);
    case 'message.sent':
      // One that is not yet observed is in no journal: it must not be taken for another one.
      return event.agent === senderOf(watch, row) && Math.abs(event.at - row.at) <= SAME_MS;
    default:
      return true;
  }
}

function nameOf(watch: Watch, { chunk, index }: Found): string {
  return watch.history.names[chunk.name[index] ?? NO_NAME] ?? '';
}

function isFailed({ chunk, index }: Found): boolean {
  return chunk.flag[index] === FAILED;
}

/** Whoever is none of the run's agents sends from outside. */
function senderOf(watch: Watch, { agent }: Found): string {
  return watch.source.specs[agent]?.id ?? 'user';
}

function turnOf(event: RunEvent): number {
  if ('turn' in event) return event.turn;
  return 'turns' in event ? event.turns : 0;
}

/** What the history alone knows. */
function tell(watch: Watch, row: Found): RunEvent {
  const { seq, at, agent, type, turn, chunk, index } = row;
  const { specs } = watch.source;
  const id = senderOf(watch, row);
  const flag = chunk.flag[index] ?? 0;
  const name = nameOf(watch, row);
  const durationMs = chunk.value[index] ?? 0;
  const decision = { toolCalls: [], final: false, usage: { inputTokens: 0, outputTokens: 0 }, serviceMs: 0 };
  const result = { callId: '', name, isError: isFailed(row), content: null, serviceMs: 0 };
  const details: Partial<Record<RunEvent['type'], object>> = {
    'agent.started': { group: specs[agent]?.group.name ?? '' },
    'agent.waiting': { for: flag === HELD ? 'to go on' : 'a message' },
    'agent.observed': { turn, observation: { kind: 'observation', text: '' } },
    'agent.decided': { turn, model: name, durationMs, decision },
    'model.failed': { turn, model: name, durationMs, error: { code: 'ERROR', message: '' } },
    'tool.started': { turn, call: { id: '', name, args: {} } },
    'tool.finished': { turn, durationMs, result },
    'agent.stored': { turn },
    'agent.replied': { turn, observation: '', reply: '' },
    'agent.ended': { status: ENDINGS[flag] ?? 'stopped', turns: turn, criticalPathMs: 0 },
    'message.sent': { message: { id: '', from: id, to: specs[durationMs]?.id ?? '', body: '', at } },
  };
  return { seq, at, type, agent: id, ...details[type] } as unknown as RunEvent;
}
