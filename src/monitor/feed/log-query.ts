import { LOG_SCAN_ROWS } from '../../base/monitor-limits.ts';
import type { Message, RunEvent } from '../../protocol.ts';
import type { Seq } from '../history/kept-events.ts';
import {
  type Chunk,
  EVENT_TYPES,
  FAILED,
  isJournalled,
  isKept,
  MESSAGE_KINDS,
  NO_AGENT,
  NO_NAME,
  toKind,
} from '../history/rows.ts';
import { toShortEvent } from '../short-event.ts';
import { toEvents } from '../to-events.ts';
import type { EventFilter } from './log-filter.ts';
import { OUTSIDE, tellRow } from './tell-row.ts';
import type { Watch } from './watch.ts';

/** Agents whose journals one query reads; the other events are told by what the history knows of them. */
const JOURNALS_MAX = 200;
/** Times in journals are exact, but for how numbers are written. */
const SAME_MS = 0.01;
/** An answer is told by the record of its turn, which is made so long before it is sent, at most: until memory has it. */
const REPLY_MS = 100;

/**
 * The newest events at a moment that fit a filter, oldest first: those that the history has kept, and the others with their
 * texts from the agents' journals.
 *
 * @param limit At most so many.
 * @param at The moment. Default: now.
 */
export async function queryLog(
  watch: Watch,
  filter: Pick<EventFilter, 'fitsRow'>,
  limit: number,
  at?: number,
): Promise<RunEvent[]> {
  const rows = findRows(watch, filter, limit, at);
  const byTeller = new Map<number, Found[]>();
  for (const row of [...rows].reverse()) {
    if (row.kept !== undefined || !isJournalled(toKind(row.type))) continue;
    const teller = tellerOf(row);
    const of = byTeller.get(teller) ?? [];
    of.push(row);
    byTeller.set(teller, of);
  }
  for (const [agent, newestFirst] of [...byTeller].slice(0, JOURNALS_MAX)) {
    const spec = watch.source.specs[agent];
    if (spec !== undefined) fill(watch, newestFirst, toEvents(spec, await watch.source.journal(spec.id)));
  }
  return rows.flatMap((row) => toEvent(watch, row) ?? []);
}

interface Found {
  readonly seq: Seq;
  readonly at: number;
  readonly agent: number;
  readonly type: RunEvent['type'];
  readonly turn: number;
  readonly chunk: Chunk;
  readonly index: number;
  /** By the history, as the log shows it. */
  readonly kept: RunEvent | undefined;
  /** From a journal. */
  event: RunEvent | undefined;
}

function findRows(watch: Watch, filter: Pick<EventFilter, 'fitsRow'>, limit: number, at: number | undefined): Found[] {
  const { history } = watch;
  const last = at === undefined ? history.last : history.seqAt(at);
  const oldest = Math.max(history.first, last - LOG_SCAN_ROWS + 1);
  const rows: Found[] = [];
  for (let seq = last; seq >= oldest && rows.length < limit; seq--) {
    const { chunk, index } = history.row(seq);
    if (!filter.fitsRow(chunk, index)) continue;
    const kind = chunk.kind[index] ?? 0;
    const type = EVENT_TYPES[kind] ?? 'run.started';
    const agent = chunk.agent[index] ?? -1;
    const kept = history.keptEvent(seq);
    // One that has given way to newer ones: there is nothing left to tell.
    if (kept === undefined && isKept(kind) && !isJournalled(kind)) continue;
    const [at, turn] = [chunk.at[index] ?? 0, chunk.turn[index] ?? 0];
    rows.push({ seq, at, agent, type, turn, chunk, index, kept, event: undefined });
  }
  return rows.reverse();
}

/** Position of the agent whose journal has a row's texts: a message is in its receiver's, an answer in its sender's. */
function tellerOf({ type, agent, chunk, index }: Found): number {
  const isReceivers = type === 'message.sent' && MESSAGE_KINDS[chunk.flag[index] ?? 0] !== 'reply';
  return isReceivers ? (chunk.value[index] ?? NO_AGENT) : agent;
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
    const alike = free.get(`${row.type} ${row.type === 'message.sent' ? 0 : row.turn}`);
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
      return event.agent === senderOf(watch, row) && isSent(row, event.message);
    default:
      return true;
  }
}

/** One that is not yet observed, or answered, is in no journal: it must not be taken for another one. */
function isSent({ at, turn, chunk, index }: Found, message: Message): boolean {
  const kind = MESSAGE_KINDS[chunk.flag[index] ?? 0];
  if (message.kind !== kind) return false;
  const earlier = at - turn / 1_000 - message.at;
  return kind === 'reply' ? earlier >= -SAME_MS && earlier <= REPLY_MS : Math.abs(earlier) <= SAME_MS;
}

function nameOf(watch: Watch, { chunk, index }: Found): string {
  return watch.history.names[chunk.name[index] ?? NO_NAME] ?? '';
}

function isFailed({ chunk, index }: Found): boolean {
  return chunk.flag[index] === FAILED;
}

function senderOf(watch: Watch, row: Found): string {
  return watch.source.specs[row.agent]?.id ?? (nameOf(watch, row) || OUTSIDE);
}

function turnOf(event: RunEvent): number {
  if ('turn' in event) return event.turn;
  return 'turns' in event ? event.turns : 0;
}

/** Undefined if nobody knows any more what it said. */
function toEvent(watch: Watch, row: Found): RunEvent | undefined {
  if (row.kept !== undefined) return row.kept;
  const event = row.event ?? tell(watch, row);
  return event === undefined ? undefined : toShortEvent(event);
}

/** What the history alone knows. */
function tell(watch: Watch, row: Found): RunEvent | undefined {
  const { seq, at, agent, type, turn, chunk, index } = row;
  const { specs } = watch.source;
  const value = chunk.value[index] ?? 0;
  return tellRow(type, {
    seq,
    at,
    agent: senderOf(watch, row),
    group: specs[agent]?.group.name ?? '',
    to: specs[value]?.id ?? '',
    turn,
    flag: chunk.flag[index] ?? 0,
    name: nameOf(watch, row),
    value,
  });
}
