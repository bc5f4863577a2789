import { toApprovalHistory, toHeldMs } from '../agent/approval-history.ts';
import {
  isNewObservation,
  type ResumedAgent,
  START,
  type StoredPoint,
  toResumedAgent,
} from '../agent/resumed-agent.ts';
import { addSpent, addUsage, NOTHING_SPENT } from '../agent/spent.ts';
import type { MemoryStore } from '../memory/memory-store.ts';
import type {
  AgentSpec,
  ChatMessage,
  DeadLetter,
  EndedStatus,
  JournalRecord,
  MemorySnapshot,
  Message,
  Observation,
  Spent,
  ToolCall,
  ToolResult,
} from '../protocol.ts';
import { readLetters } from './letter-box.ts';
import { type Admissions, readAdmissions, toAdmitted } from './roster.ts';
import { readSpilled, type SpillRange } from './spill.ts';

/** Who is left of a run that was stopped, and where each of them goes on. */
export interface Remaining {
  readonly specs: readonly AgentSpec[];
  /** Agents that nobody knew of when the run began, by address. */
  readonly admitted: Admissions;
  /** Messages that nobody has observed. */
  readonly letters: readonly DeadLetter[];
  /** Messages on disk for which mailboxes had no room, by agent. */
  readonly spilled: ReadonlyMap<string, SpillRange>;
  readonly resumed: ReadonlyMap<string, ResumedAgent>;
  /** Those who had ended before, and how. */
  readonly ended: ReadonlyMap<string, EndedStatus>;
  /** What models of its agents were paid for, by agent, and in all. */
  readonly spentBy: ReadonlyMap<string, Spent>;
  readonly spent: Spent;
  /** Milliseconds of the run's time at which the last of its turns was stored; 0 for a new run. */
  readonly storedAt: number;
}

/**
 * Reads where a run's agents were: each goes on after its last stored turn, with what its journal says of the next one.
 *
 * @throws {TroupeError} `STORE_FAILED` if a record is damaged.
 */
export async function findRemaining(store: MemoryStore, run: string, all: readonly AgentSpec[]): Promise<Remaining> {
  const admitted = await readAdmissions(store, run);
  const letters = await readLetters(store, run);
  const spilled = await readSpilled(store, run);
  const snapshots = new Map((await store.snapshots(run)).map((snapshot) => [snapshot.agent, snapshot]));
  const resumed = new Map<string, ResumedAgent>();
  const ended = new Map<string, EndedStatus>();
  let storedAt = 0;
  const spentBy = new Map<string, Spent>();
  const specs: AgentSpec[] = [];
  for (const spec of toPresent(all, admitted)) {
    const snapshot = snapshots.get(spec.id);
    const status = snapshot?.status;
    storedAt = Math.max(storedAt, snapshot?.at ?? 0);
    if (snapshot?.spent !== undefined) spentBy.set(spec.id, snapshot.spent);
    if (status === 'done' || status === 'failed' || status === 'stopped') {
      ended.set(spec.id, status);
      continue;
    }
    specs.push(spec);
    const { journal, transcript: whole, trimmed } = await store.history(run, spec.id);
    const lastAt = Math.max(snapshot?.at ?? 0, journal.at(-1)?.at ?? 0);
    storedAt = Math.max(storedAt, lastAt);
    if (snapshot === undefined && journal.length === 0) continue;
    const transcript = snapshot === undefined ? [] : whole;
    const life = { ...toLife(snapshot, journal, transcript, lastAt), ...(trimmed && { forgotten: trimmed }) };
    if (life.spent !== undefined) spentBy.set(spec.id, life.spent);
    resumed.set(spec.id, life);
  }
  return {
    specs,
    admitted,
    letters,
    spilled,
    resumed,
    ended,
    spentBy,
    spent: [...spentBy.values()].reduce(addSpent, NOTHING_SPENT),
    storedAt,
  };
}

/** Those that are there: of reserved ones, those that were asked for. */
function toPresent(all: readonly AgentSpec[], admitted: Admissions): AgentSpec[] {
  return all.flatMap((spec) => {
    const admission = admitted.get(spec.id);
    if (admission !== undefined) return [toAdmitted(spec, admission)];
    return spec.isReserved === true ? [] : [spec];
  });
}

/** @param lastAt When it did something last, on the run's clock. */
function toLife(
  snapshot: MemorySnapshot | undefined,
  journal: readonly JournalRecord[],
  transcript: readonly ChatMessage[],
  lastAt: number,
): ResumedAgent {
  const point = snapshot === undefined ? START : toPoint(snapshot, journal);
  const since = journal.filter((record) => record.turn > point.turn);
  const mail = toMail(journal, point.turn);
  const spent = since.reduce(addRecord, snapshot?.spent ?? NOTHING_SPENT);
  const { condensed, topics, setAside } = snapshot ?? {};
  const heldMs = toHeldMs(toApprovalHistory(since), lastAt);
  return {
    ...toResumedAgent(point, since, transcript, mail),
    ...(spent.calls > 0 && { spent }),
    ...(condensed && { condensed }),
    ...(topics && { topics }),
    ...(setAside !== undefined && { setAside }),
    // Others may have gone on for long after that, while it was paused.
    ...(point.deadlineAt !== undefined && { wallLeftMs: Math.max(0, point.deadlineAt + heldMs - lastAt) }),
  };
}

/**
 * What an agent had got and not observed by the end of a turn; of several that are observed together, each. What came again,
 * from a call that was cut short, while the agent was not there may be in its journal twice.
 */
export function toMail(journal: readonly JournalRecord[], turn: number): { waiting: Message[]; received: string[] } {
  const gone = new Set<string>();
  const messages = new Map<string, Message>();
  const received: string[] = [];
  for (const record of journal) {
    if (record.type === 'received') {
      messages.set(record.message.id, record.message);
      received.push(record.message.id);
    } else if (record.type === 'dropped') gone.add(record.message);
    else if (record.type === 'observed' && record.turn <= turn && record.observation.message !== undefined) {
      const { id, parts } = record.observation.message;
      gone.add(id);
      if (parts !== undefined) received.push(id);
    }
  }
  const isGone = ({ id, part }: Message): boolean => gone.has(id) || (part !== undefined && gone.has(part.batch));
  return { waiting: [...messages.values()].filter((message) => !isGone(message)), received };
}

/** Calls of the turn that was cut short were paid for too. */
function addRecord(spent: Spent, record: JournalRecord): Spent {
  if (record.type === 'model.done' || record.type === 'model.refused') return addUsage(spent, record.decision.usage);
  return record.type === 'model.failed' ? { ...spent, calls: spent.calls + 1 } : spent;
}

/** What the snapshot keeps, and beside it what its observation has brought so far, which the journal has. */
function toPoint(snapshot: MemorySnapshot, journal: readonly JournalRecord[]): StoredPoint {
  const { turn, step, taken, answered, observations = taken, messages = 0, deadlineAt, flaw } = snapshot;
  const { text: question = '', message: cause } = findObserved(journal, turn) ?? {};
  const place = { turn, step, taken, observations, messages, answered, question };
  if (answered) return { ...place, results: [], calls: [] };
  const results = resultsOf(journal, turn);
  const calls = journal.flatMap((record): readonly ToolCall[] =>
    record.type === 'model.done' && record.turn > turn - step && record.turn <= turn ? record.decision.toolCalls : [],
  );
  const deadline = deadlineAt === undefined ? {} : { deadlineAt };
  const asked = cause === undefined ? place : { ...place, cause };
  return { ...asked, results, calls, ...deadline, ...(flaw !== undefined && { flaw }) };
}

/** What is being answered, or was last. */
function findObserved(journal: readonly JournalRecord[], turn: number): Observation | undefined {
  for (const record of journal.toReversed()) {
    if (record.type !== 'observed' || record.turn > turn) continue;
    if (isNewObservation(record.observation)) return record.observation;
  }
  return undefined;
}

/** A turn's results in the order in which the model wrote the calls; the journal has them as they came in. */
function resultsOf(journal: readonly JournalRecord[], turn: number): ToolResult[] {
  const order = new Map<string, number>();
  const results: ToolResult[] = [];
  for (const record of journal) {
    if (record.turn !== turn) continue;
    if (record.type === 'model.done')
      for (const [i, call] of record.decision.toolCalls.entries()) order.set(call.id, i);
    if (record.type === 'tool.done' || record.type === 'tool.failed' || record.type === 'tool.unknown')
      results.push(record.result);
  }
  return results.sort((a, b) => (order.get(a.callId) ?? 0) - (order.get(b.callId) ?? 0));
}
