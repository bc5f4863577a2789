import { findEnds } from '../base/find-ends.ts';
import { isAnswered } from '../base/is-answered.ts';
import { withoutKept } from '../base/without-kept.ts';
import type {
  AgentFact,
  AgentSpec,
  Decision,
  JournalRecord,
  Message,
  Observation,
  RunEvent,
  ToolCall,
  ToolResult,
} from '../protocol.ts';
import { toReply } from './to-reply.ts';

type Told = RunEvent & { readonly agent: string };

/**
 * Tells an agent's journal as the events it was made beside: for runs and agents whose events nobody kept.
 *
 * The events' times are those of the records, a few microseconds apart from those that were emitted; `seq` counts
 * within this agent. Messages are told by who has got them, at the time at which they were sent; answers to asks by who has
 * given them. Pauses leave no trace in a journal and are not told, nor are the deadlines of calls, dead letters, and what went in
 * circles.
 *
 * @param spec Whose journal it is.
 * @param questions Names of the tools that ask a person. Default: none is known.
 */
export function toEvents(
  { id, group, items, isReserved }: AgentSpec,
  records: readonly JournalRecord[],
  questions: ReadonlySet<string> = NONE,
): Told[] {
  const teller = new Teller(id, { questions, waits: group.observe.inbox });
  const [first] = records;
  if (first !== undefined) {
    // Who begins by waiting leaves no record of it; agents start with their run, or when somebody asks for them.
    const waited = items.length === 0 && isReserved !== true && (first.type === 'ended' || isMessage(first));
    teller.start(waited ? 0 : first.at, group.name);
  }
  for (const record of records) teller.take(record);
  if (group.observe.inbox) teller.rest();
  return teller.events;
}

const NONE: ReadonlySet<string> = new Set();

function isMessage(record: JournalRecord): boolean {
  return record.type === 'received' || (record.type === 'observed' && record.observation.kind === 'message');
}

/** What only an agent that runs writes down. */
const RESTARTED: ReadonlySet<JournalRecord['type']> = new Set(['observed', 'model.intended', 'tools.intended']);

// biome-ignore lint/suspicious/noExplicitAny: distributes over the union
type WithoutAgent<T> = T extends any ? Omit<T, 'agent'> : never;

class Teller {
  readonly events: Told[] = [];
  readonly #agent: string;
  readonly #questions: ReadonlySet<string>;
  /** It waits for messages when it has nothing else to do. */
  readonly #waits: boolean;
  #at = 0;
  #turn = 0;
  #question = '';
  #model = '';
  /** When the model was asked, and when the calls were made. */
  #askedAt = 0;
  #calledAt = 0;
  #calls: readonly ToolCall[] = [];
  /** Of the calls of the turn under way. */
  #results: ToolResult[] = [];
  #pending = 0;
  #criticalPathMs = 0;
  #longestMs = 0;
  #decision: Decision | undefined;
  /** Messages told when they came, until they are observed. */
  readonly #received = new Set<string>();
  /** What it is answering. */
  #cause: Message | undefined;
  #answer: string | undefined;
  /** Calls that wait for a person, by their ids. */
  readonly #asked = new Map<string, { readonly callId: string; readonly name: string; readonly at: number }>();
  #group = '';
  /** It has failed, and nothing has followed yet. */
  #isRestarting = false;
  /** The turn has come to its end, and nothing has followed yet. */
  #resting = false;

  constructor(agent: string, { questions, waits }: { questions: ReadonlySet<string>; waits: boolean }) {
    this.#agent = agent;
    this.#questions = questions;
    this.#waits = waits;
  }

  start(at: number, group: string): void {
    this.#group = group;
    this.#tell(at, { type: 'agent.started', group });
    this.#resting = true;
  }

  #tell(at: number, fact: WithoutAgent<AgentFact>): void {
    // A turn that was cut short and done again must not come before what was told already.
    this.#at = Math.max(this.#at, at);
    this.#add(this.#agent, this.#at, fact);
  }

  #add(agent: string, at: number, fact: WithoutAgent<AgentFact>): void {
    this.events.push({ seq: this.events.length + 1, at: round(at), agent, ...fact } as Told);
  }

  /** Nothing follows what is there. */
  rest(): void {
    if (this.#resting) this.#tell(this.#at, { type: 'agent.waiting', for: 'a message' });
  }

  take(record: JournalRecord): void {
    const { at, turn } = record;
    if (this.#isRestarting && RESTARTED.has(record.type)) this.#started(record);
    switch (record.type) {
      case 'observed':
        this.#observed(at, turn, record.observation);
        break;
      case 'received':
        this.#received.add(record.message.id);
        this.#sent(record.message);
        break;
      case 'approval.requested':
      case 'approval.answered':
        this.#asksPerson(record);
        break;
      case 'model.intended':
        this.#model = record.model;
        this.#askedAt = at;
        break;
      case 'model.done':
        this.#decided(record);
        break;
      case 'model.refused': {
        const durationMs = at - this.#askedAt;
        this.#tell(at, { type: 'agent.decided', turn, model: this.#model, decision: record.decision, durationMs });
        break;
      }
      case 'model.failed': {
        const durationMs = at - this.#askedAt;
        this.#tell(at, { type: 'model.failed', turn, model: this.#model, error: record.error, durationMs });
        break;
      }
      case 'tools.intended':
        this.#calledAt = at;
        for (const call of this.#calls.filter(({ id }) => record.calls.includes(id)))
          this.#tell(at, { type: 'tool.started', turn, call });
        break;
      case 'tool.done':
      case 'tool.failed':
      case 'tool.unknown':
        this.#finished(record);
        break;
      case 'restarting': {
        const { error, attempt, until } = record;
        const about = { supervisor: '', because: 'failure', attempt, delayMs: Math.max(0, until - at), error } as const;
        this.#tell(at, { type: 'agent.restarting', ...about });
        this.#isRestarting = true;
        break;
      }
      case 'set-aside': {
        const { observation, error, attempts } = record;
        this.#tell(at, { type: 'agent.set-aside', turn, observation, error, attempts });
        this.#isRestarting = true;
        break;
      }
      case 'ended':
        this.#ended(record);
        break;
    }
  }

  /** It runs again: from its observation, or from the decision it had. */
  #started(record: JournalRecord): void {
    this.#isRestarting = false;
    this.#tell(record.at, { type: 'agent.started', group: this.#group });
    if (record.type !== 'tools.intended' || this.#decision === undefined) return;
    const pending = record.calls.length;
    this.#pending = pending;
    this.#tell(record.at, { type: 'agent.recalled', turn: record.turn, decision: this.#decision, pending });
  }

  #observed(at: number, turn: number, observation: Observation): void {
    const { message } = observation;
    // A message that was there already let nobody wait.
    if (message !== undefined && message.at > this.#at) this.rest();
    this.#resting = false;
    this.#turn = turn;
    if (observation.kind === 'observation' || observation.kind === 'message') this.#question = observation.text;
    if (observation.kind !== 'results') this.#cause = message;
    // What was gathered has come in parts, and each of these was told.
    if (message !== undefined && message.parts === undefined && !this.#received.delete(message.id)) this.#sent(message);
    this.#tell(at, { type: 'agent.observed', turn, observation });
  }

  #sent(message: Message): void {
    this.#add(message.from, message.at, { type: 'message.sent', message });
  }

  #decided({ at, turn, decision }: JournalRecord & { type: 'model.done' }): void {
    const { reply, toolCalls, serviceMs } = decision;
    this.#calls = toolCalls;
    const told = withoutKept(decision);
    this.#decision = told;
    this.#pending = toolCalls.length;
    this.#results = [];
    this.#longestMs = 0;
    this.#criticalPathMs += serviceMs;
    const durationMs = at - this.#askedAt;
    this.#tell(at, { type: 'agent.decided', turn, model: this.#model, decision: told, durationMs });
    if (reply !== undefined && isAnswered(decision)) {
      this.#tell(at, { type: 'agent.replied', turn, observation: this.#question, reply });
      this.#answer = reply;
    }
    if (toolCalls.length === 0) this.#stored(at);
  }

  #finished({ at, turn, result }: JournalRecord & { type: 'tool.done' | 'tool.failed' | 'tool.unknown' }): void {
    this.#tell(at, { type: 'tool.finished', turn, result, durationMs: at - this.#calledAt });
    this.#results.push(result);
    this.#longestMs = Math.max(this.#longestMs, result.serviceMs);
    if (--this.#pending > 0) return;
    this.#ends(at, turn);
    this.#criticalPathMs += this.#longestMs;
    this.#stored(at);
  }

  /** All calls have settled, and one of them may be the answer. */
  #ends(at: number, turn: number): void {
    if (this.#decision === undefined || isAnswered(this.#decision)) return;
    const reply = findEnds(this.#results)?.reply;
    if (reply === undefined) return;
    this.#tell(at, { type: 'agent.replied', turn, observation: this.#question, reply });
    this.#answer = reply;
  }

  #asksPerson({ turn, at, ...record }: JournalRecord & { type: 'approval.requested' | 'approval.answered' }): void {
    if (record.type === 'approval.requested') {
      const { call: id, callId, name, deadlineAt } = record;
      const call = this.#calls.find((known) => known.id === id) ?? { id, name, args: {} };
      this.#asked.set(id, { callId, name, at });
      const { question } = call.args;
      const isQuestion = this.#questions.has(name) && typeof question === 'string';
      this.#tell(at, {
        type: 'approval.requested',
        turn,
        call,
        callId,
        ...(deadlineAt !== undefined && { deadlineAt }),
        ...(isQuestion && { question }),
      });
    } else {
      const { call, ...answered } = record;
      const { callId, name, at: since } = this.#asked.get(call) ?? { callId: call, name: '', at };
      this.#tell(at, { turn, callId, name, waitedMs: at - since, ...answered });
    }
  }

  #stored(at: number): void {
    const reply = this.#answer === undefined ? undefined : toReply(this.#agent, this.#cause, this.#answer, at);
    if (reply !== undefined) this.#sent(reply);
    this.#answer = undefined;
    this.#tell(at, { type: 'agent.stored', turn: this.#turn });
    this.#resting = true;
  }

  #ended({ at, status, turn, error }: JournalRecord & { type: 'ended' }): void {
    // It is done some time after its turn, because nothing more will come.
    if (status === 'done' && this.#waits && at > this.#at) this.rest();
    this.#resting = false;
    const ended = { status, turns: turn, criticalPathMs: this.#criticalPathMs, ...(error && { error }) };
    this.#tell(at, { type: 'agent.ended', ...ended });
  }
}

/** Microseconds, as in events. */
function round(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}
