import { AGENT_STATES, type AgentState } from '../states.ts';
import { Latencies } from './latencies.ts';
import {
  type Chunk,
  DEAD_REASONS,
  ENDINGS,
  type EventType,
  FAILED,
  HELD,
  MESSAGE_KINDS,
  NO_NAME,
  toKind,
} from './rows.ts';

const STATE = Object.fromEntries(AGENT_STATES.map((state, index) => [state, index])) as Record<AgentState, number>;
const STATES = AGENT_STATES.length;
const KIND = (type: EventType) => toKind(type);

const STARTED = KIND('agent.started');
const OBSERVED = KIND('agent.observed');
const WAITING = KIND('agent.waiting');
const PAUSED = KIND('agent.paused');
const RESUMED = KIND('agent.resumed');
const DECIDED = KIND('agent.decided');
const RECALLED = KIND('agent.recalled');
const UNDECIDED = KIND('model.failed');
const TOOL_FINISHED = KIND('tool.finished');
const PASSIVATED = KIND('agent.passivated');
const RESTARTING = KIND('agent.restarting');
const STORED = KIND('agent.stored');
const REPLIED = KIND('agent.replied');
const ENDED = KIND('agent.ended');
const SENT = KIND('message.sent');
const DEAD = KIND('message.dead');
const SET_ASIDE = KIND('agent.set-aside');
/** What is not put into a mailbox: whoever has asked waits for it. */
const REPLY = MESSAGE_KINDS.indexOf('reply');
/** Why a message that was in a mailbox is not there any more. */
const TAKEN_OUT: ReadonlySet<number> = new Set(
  (['dropped', 'expired', 'never-observed'] as const).map((reason) => DEAD_REASONS.indexOf(reason)),
);

/** One who waits has observed a message when it is told that it was sent: as long before as a busy event loop takes. */
const EARLY_MS = 100;

/** What an agent does with a message. */
const NOTHING = 0;
const WORKING = 1;
const AGAIN = 2;

export interface Totals {
  turns: number;
  replies: number;
  modelCalls: number;
  toolCalls: number;
  toolFailures: number;
  failures: number;
  messages: number;
}

/**
 * How a run stood after so many of its events: what the agents' charts have led to, told by the events alone.
 *
 * States are numbers, places in `AGENT_STATES`.
 */
export class Fold {
  /** Rows applied. */
  seq = 0;
  /** State of each agent. */
  readonly states: Uint8Array;
  /** Agents in each state. */
  readonly counts: Uint32Array;
  /** How often an agent went from one state of its chart to another: `from * AGENT_STATES.length + to`. */
  readonly flow: Float64Array;
  readonly totals: Totals;
  /** By place of the name in the history. */
  readonly models: Map<number, Latencies>;
  readonly tools: Map<number, Latencies>;
  /** Calls each agent still waits for. */
  readonly pending: Uint16Array;
  readonly paused: Uint8Array;
  /** Messages each agent has not yet observed, of those sent since the first event. */
  readonly mailboxes: Uint32Array;
  /** What each agent works on is a message: if it starts again, it observes that again. */
  readonly #onMessage: Uint8Array;
  /** Agents that have observed more than was sent to them: how many messages, and when. */
  readonly #early: Map<number, { readonly messages: number; readonly at: number }>;

  constructor(agents: number, from?: Fold) {
    this.seq = from?.seq ?? 0;
    this.states = from?.states.slice() ?? new Uint8Array(agents);
    this.counts = from?.counts.slice() ?? new Uint32Array(STATES);
    this.flow = from?.flow.slice() ?? new Float64Array(STATES * STATES);
    const none = { turns: 0, replies: 0, modelCalls: 0, toolCalls: 0, toolFailures: 0, failures: 0, messages: 0 };
    this.totals = { ...(from?.totals ?? none) };
    this.models = cloneAll(from?.models);
    this.tools = cloneAll(from?.tools);
    this.pending = from?.pending.slice() ?? new Uint16Array(agents);
    this.paused = from?.paused.slice() ?? new Uint8Array(agents);
    this.mailboxes = from?.mailboxes.slice() ?? new Uint32Array(agents);
    this.#onMessage = from === undefined ? new Uint8Array(agents) : from.#onMessage.slice();
    this.#early = new Map(from === undefined ? [] : from.#early);
    if (from === undefined) this.counts[STATE.unstarted] = agents;
  }

  /** Puts an agent into a state, as if it had always been there. */
  place(agent: number, state: AgentState): void {
    if (agent >= 0) this.#move(agent, STATE[state]);
  }

  clone(): Fold {
    return new Fold(this.states.length, this);
  }

  /** Applies the rows from `start` to `end`, exclusive. `before` is called with each row's time, before it is applied. */
  apply(chunk: Chunk, start: number, end: number): void {
    for (let row = start; row < end; row++) {
      this.before?.(chunk.at[row] ?? 0);
      this.#applyRow(chunk, row);
      this.seq++;
    }
  }

  /** Somebody who keeps numbers over time. */
  before: ((at: number) => void) | undefined;

  #applyRow(chunk: Chunk, row: number): void {
    const agent = chunk.agent[row] ?? -1;
    const flag = chunk.flag[row] ?? 0;
    // Before the others: a message from outside is sent by nobody of the run.
    if (chunk.kind[row] === SENT || chunk.kind[row] === DEAD) this.#mail(chunk, row);
    if (agent < 0) return;
    switch (chunk.kind[row]) {
      case STARTED:
        this.pending[agent] = 0;
        this.#move(agent, STATE.observe);
        break;
      case OBSERVED:
        this.totals.turns++;
        this.#takeMail(agent, chunk.count[row] ?? 0, chunk.at[row] ?? 0);
        this.#go(agent, STATE.decide);
        break;
      case WAITING:
        this.#move(agent, flag === HELD && this.paused[agent] === 1 ? STATE.paused : STATE.waiting);
        break;
      case PAUSED:
      case RESUMED:
        this.#pause(agent, chunk.kind[row] === PAUSED);
        break;
      case DECIDED:
        this.totals.modelCalls++;
        this.#took(this.models, chunk, row);
        this.pending[agent] = chunk.count[row] ?? 0;
        this.#go(agent, chunk.count[row] === 0 ? STATE.storing : STATE['executing-tools']);
        break;
      case RECALLED:
        this.pending[agent] = chunk.count[row] ?? 0;
        this.#go(agent, chunk.count[row] === 0 ? STATE.storing : STATE['executing-tools']);
        break;
      case UNDECIDED:
        this.totals.modelCalls++;
        this.#took(this.models, chunk, row);
        break;
      case TOOL_FINISHED:
        this.totals.toolCalls++;
        if (flag === FAILED) this.totals.toolFailures++;
        this.#took(this.tools, chunk, row);
        this.#settle(agent);
        break;
      case PASSIVATED:
        this.#move(agent, STATE.waiting);
        break;
      case SET_ASIDE:
        this.#onMessage[agent] = NOTHING;
        break;
      case RESTARTING:
        this.#restart(agent);
        break;
      case STORED:
        this.#go(agent, STATE.observe);
        break;
      case REPLIED:
        this.totals.replies++;
        this.#onMessage[agent] = NOTHING;
        break;
      case ENDED:
        this.#end(agent, STATE[ENDINGS[flag] ?? 'stopped']);
        break;
    }
  }

  /** A message has come, or has gone unobserved. */
  #mail(chunk: Chunk, row: number): void {
    const to = chunk.value[row] ?? -1;
    const flag = chunk.flag[row] ?? 0;
    const has = this.mailboxes[to];
    if (chunk.kind[row] === SENT) {
      this.totals.messages++;
      if (has !== undefined && flag !== REPLY && !this.#isTaken(to, chunk.at[row] ?? 0)) this.mailboxes[to] = has + 1;
    } else if (has !== undefined && has > 0 && TAKEN_OUT.has(flag)) this.mailboxes[to] = has - 1;
  }

  /** One that came before the first event is not among those counted. */
  #takeMail(agent: number, messages: number, at: number): void {
    if (messages === 0) return;
    const isAgain = this.#onMessage[agent] === AGAIN;
    this.#onMessage[agent] = WORKING;
    if (isAgain) return;
    const has = this.mailboxes[agent] ?? 0;
    this.mailboxes[agent] = Math.max(0, has - messages);
    if (has < messages) this.#early.set(agent, { messages: messages - has, at });
  }

  /** The message has been observed already. */
  #isTaken(agent: number, at: number): boolean {
    const early = this.#early.get(agent);
    if (early === undefined) return false;
    if (early.messages > 1) this.#early.set(agent, { ...early, messages: early.messages - 1 });
    else this.#early.delete(agent);
    return at - early.at <= EARLY_MS;
  }

  #took(latencies: Map<number, Latencies>, chunk: Chunk, row: number): void {
    const name = chunk.name[row] ?? NO_NAME;
    const failed = chunk.flag[row] === FAILED;
    if (failed) this.totals.failures++;
    let of = latencies.get(name);
    if (of === undefined) {
      of = new Latencies();
      latencies.set(name, of);
    }
    of.add(chunk.value[row] ?? 0, failed);
  }

  #settle(agent: number): void {
    const pending = (this.pending[agent] ?? 1) - 1;
    this.pending[agent] = Math.max(0, pending);
    if (pending === 0 && this.states[agent] === STATE['executing-tools']) this.#go(agent, STATE.storing);
  }

  #pause(agent: number, paused: boolean): void {
    this.paused[agent] = paused ? 1 : 0;
    const state = this.states[agent];
    if (paused && (state === STATE.observe || state === STATE.waiting)) this.#move(agent, STATE.paused);
    if (!paused && state === STATE.paused) this.#move(agent, STATE.observe);
  }

  #restart(agent: number): void {
    this.totals.failures++;
    if (this.#onMessage[agent] === WORKING) this.#onMessage[agent] = AGAIN;
    this.#move(agent, STATE.unstarted);
  }

  #end(agent: number, state: number): void {
    this.mailboxes[agent] = 0;
    if (state === STATE.failed) this.totals.failures++;
    if (state === STATE.stopped) this.#move(agent, state);
    else this.#go(agent, state);
  }

  /** A transition of the agent's chart. */
  #go(agent: number, to: number): void {
    const at = this.states[agent] ?? 0;
    const from = at === STATE.waiting || at === STATE.paused || at === STATE.unstarted ? STATE.observe : at;
    const place = from * STATES + to;
    if (from !== to) this.flow[place] = (this.flow[place] ?? 0) + 1;
    this.#move(agent, to);
  }

  #move(agent: number, to: number): void {
    const from = this.states[agent] ?? 0;
    if (from === to) return;
    this.counts[from] = (this.counts[from] ?? 0) - 1;
    this.counts[to] = (this.counts[to] ?? 0) + 1;
    this.states[agent] = to;
  }
}

function cloneAll(from: ReadonlyMap<number, Latencies> | undefined): Map<number, Latencies> {
  return new Map([...(from ?? [])].map(([name, latencies]) => [name, new Latencies(latencies)]));
}
