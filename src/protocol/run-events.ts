/** What happens in a run, told to whoever watches, and the way back. Types only. */

import type { Json, JsonObject } from './json.ts';
import type { Bid, DeadLetter, Message } from './messages.ts';
import type { Usage } from './model-specs.ts';
import type { ApprovalCommand, ApprovalRecord } from './people.ts';
import type { AgentStatus, Decision, ErrorInfo, Fact, Observation, Spent, ToolCall, ToolResult } from './turn.ts';

interface EventBase {
  /** 1-based, without gaps. */
  readonly seq: number;
  /** Milliseconds since the run's start, by the run's clock. */
  readonly at: number;
}

/** Everything that happens, as one closed union: terminal, monitor, metrics and expectations read this and nothing else. */
export type RunEvent = EventBase & RunFact;

/** A RunEvent before the run has given it its number and time. */
export type RunFact = RunWideFact | AgentFact;

export type RunWideFact =
  | Fact<'run.started', RunStart>
  | Fact<'run.draining', { reason: string }>
  | Fact<'run.stalled', { waiting: readonly Waiting[] }>
  /** Memory cannot be written: no call begins until it can be again. */
  | Fact<'store.degraded', { error: ErrorInfo }>
  /** It can be, after so long, and so many batches have been made up for. */
  | Fact<'store.recovered', { downMs: number; writes: number }>
  /** A supervisor has given up: more than `maxRestarts` restarts within `withinMs`; `child` is the agent that failed last. */
  | Fact<
      'supervisor.escalated',
      { supervisor: string; maxRestarts: number; withinMs: number; child: string; error: ErrorInfo }
    >
  /** A provider has refused a call for want of capacity: nobody asks it before `retryInMs`, and fewer at once then. */
  | Fact<'model.throttled', { model: string; retryInMs: number; concurrency: number; queued: number; error: ErrorInfo }>
  /** It has failed so often in a row that nobody asks it before `retryInMs`; then one asks, and the others wait. */
  | Fact<'model.tripped', { model: string; retryInMs: number; queued: number; error: ErrorInfo }>
  /** It answers again. */
  | Fact<'model.restored', { model: string; downMs: number }>
  /** A budget does not have enough left for a call: that is not made, nor any other that does not fit. */
  | Fact<'budget.reached', BudgetReached>
  /** Of a server of tools: what it logs, that it has ended or cannot be reached, that it is there. */
  | Fact<'server.logged', { server: string; level: string; text: string }>
  | Fact<'server.down', { server: string; error: ErrorInfo }>
  | Fact<'server.up', { server: string; tools: number }>
  /** Agents that wait for each other's answers in a circle: `agents` in its order. The ask of `broken`, the youngest, fails. */
  | Fact<'message.deadlock', { agents: readonly string[]; broken: string }>
  /** Agents that say the same to each other again and again, or a chain without end: the message was not delivered. */
  | Fact<
      'message.looped',
      { loop: 'identical' | 'ping-pong' | 'hops'; agents: readonly string[]; count: number; message: Message }
    >
  /** A message that nobody observes; it is kept, and can be sent again. */
  | Fact<'message.dead', { letter: DeadLetter }>
  /** An item of a source was given to an agent. */
  | Fact<'source.observed', { source: string; item: string; to: string }>
  /** A source cannot give something, or anything at present. */
  | Fact<'source.failed', { source: string; error: ErrorInfo }>
  /** It has given all it had, so many in all. */
  | Fact<'source.ended', { source: string; items: number }>
  | Fact<'run.finished', { status: RunStatus }>;

export interface BudgetReached {
  /** `run`, a group's name, or an agent. */
  readonly scope: string;
  readonly limit: 'tokens' | 'usd' | 'calls' | 'wall';
  readonly allowed: number;
  readonly used: number;
  /** What calls in flight may use of it. */
  readonly reserved: number;
  /** What the call would have needed. */
  readonly needed: number;
  readonly atLimit: 'stop' | 'pause' | 'finish';
}

/** `stalled`: everyone left waits for a message nobody will send. `interrupted`: drained on request, can be resumed. */
export type RunStatus = 'running' | 'done' | 'failed' | 'stalled' | 'interrupted';

export interface RunStart {
  readonly run: string;
  readonly scenario: string;
  readonly seed: number;
  readonly virtual: boolean;
  readonly agents: number;
  /** Of a resumed run: agents that had ended before, and what all had spent. */
  readonly before?: {
    readonly done: number;
    readonly failed: number;
    readonly stopped: number;
    readonly spent: Spent;
  };
  readonly startedAt: string;
}

/** Who waits for what. */
export interface Waiting {
  readonly agent: string;
  readonly for: string;
}

export type AgentFact = { readonly agent: string } & (
  | Fact<'agent.started', { group: string }>
  /** It was not there when the run began: somebody has asked for it. `agent.started` follows. */
  | Fact<'agent.admitted', { group: string; user?: string; session?: string; parent?: string }>
  | Fact<'agent.observed', { turn: number; observation: Observation }>
  | Fact<'agent.waiting', { for: string }>
  /** Takes nothing new from here on; the turn under way still finishes. */
  | Fact<'agent.paused' | 'agent.resumed', object>
  | Fact<'agent.decided', { turn: number; model: string; decision: Decision; durationMs: number }>
  /** Text of the answer under way, since the last time; only while somebody watches the agent. */
  | Fact<'agent.streamed', { turn: number; text: string }>
  /** A call of a model has failed in a way that may pass, and is made again; `tries` so far. */
  | Fact<'model.retried', { turn: number; model: string; error: ErrorInfo; tries: number; retryInMs: number }>
  /** The conversation had grown too long: `dropped` messages from its beginning have given way, to a summary or to nothing. */
  | Fact<
      'agent.condensed',
      { turn: number; dropped: number; tokensBefore: number; tokensAfter: number; summary?: string; usage?: Usage }
    >
  | Fact<'model.failed', { turn: number; model: string; error: ErrorInfo; durationMs: number }>
  /** Goes on with a turn that was cut short after its decision; `pending` of its calls have not settled. */
  | Fact<'agent.recalled', { turn: number; decision: Decision; pending: number }>
  /** A call waits for a person; `callId` is its `turn/call`, by which it is answered. Again after a resume or a restart. */
  | Fact<'approval.requested', { turn: number; call: ToolCall; callId: string; deadlineAt?: number; question?: string }>
  | Fact<'approval.answered', { turn: number; callId: string; name: string; waitedMs: number } & ApprovalRecord>
  /** `timeoutMs`: the call's deadline, from now; absent: not known. */
  | Fact<'tool.started', { turn: number; call: ToolCall; timeoutMs?: number }>
  | Fact<'tool.finished', { turn: number; result: ToolResult; durationMs: number }>
  /** A call has failed and is made again; `tries` so far. */
  | Fact<'tool.retried', { turn: number; callId: string; name: string; error: ErrorInfo; tries: number }>
  /** A tool has something to say of a call. */
  | Fact<'tool.logged', { turn: number; callId: string; name: string; text: string }>
  /** A tool held up every agent for so long, without letting go of the event loop. */
  | Fact<'tool.blocked', { turn: number; callId: string; name: string; blockedMs: number }>
  /** It has left the process, with nothing to do; a message wakes it. */
  | Fact<'agent.passivated' | 'agent.woken', object>
  /** It has failed, or is stopped along with one that has, and is started again; `attempt` failures in a row. */
  | Fact<
      'agent.restarting',
      {
        supervisor: string;
        because: 'failure' | 'sibling';
        attempt: number;
        delayMs: number;
        error?: ErrorInfo;
      }
    >
  /** Its observation was given up on: a dead letter. */
  | Fact<'agent.set-aside', { turn: number; observation: string; error: ErrorInfo; attempts: number }>
  | Fact<'agent.stored', { turn: number }>
  /** `output`: the reply as a value, if it had to be JSON. */
  | Fact<'agent.replied', { turn: number; observation: string; reply: string; output?: Json }>
  | Fact<'agent.ended', { status: AgentStatus; turns: number; criticalPathMs: number; error?: ErrorInfo }>
  | Fact<'message.sent', { message: Message }>
  | Fact<'agent.subscribed' | 'agent.unsubscribed', { topic: string }>
  /** It has written on a blackboard: what stands there under that key has this version now. */
  | Fact<'board.written', { board: string; key: string; version: number }>
  /** A task that several have bid for has gone to one of them. */
  | Fact<'task.awarded', { task: string; bids: readonly Bid[]; winner: string }>
);

/**
 * The only way back into a run. `pause` lets the turn under way finish and takes nothing new until `resume`; `stop` ends
 * an agent for good; `run.drain` ends the run as an interrupt does, so that it can be resumed later.
 */
export type MonitorCommand =
  | { readonly type: 'agent.send'; readonly agent: string; readonly text: string }
  | { readonly type: 'agent.pause' | 'agent.resume' | 'agent.stop'; readonly agent: string }
  | { readonly type: 'group.send'; readonly group: string; readonly text: string }
  | { readonly type: 'group.pause' | 'group.resume' | 'group.stop'; readonly group: string }
  | { readonly type: 'run.send'; readonly text: string }
  | { readonly type: 'run.pause' | 'run.resume' }
  /** Sends one dead letter again, by its message's id; or all of them. */
  | { readonly type: 'message.resend'; readonly id: string }
  | { readonly type: 'messages.resend' }
  | { readonly type: 'run.drain'; readonly reason: string }
  | ApprovalCommand;

/** A group as a run's watchers know it: its members are the agents from `first` on, in the run's order. */
export interface GroupInfo {
  readonly name: string;
  /** Position of its first agent among all of the run. */
  readonly first: number;
  readonly count: number;
  readonly model: string;
  readonly tools: readonly string[];
}

/** How a model's gate stands at this moment. */
export interface ModelView {
  readonly name: string;
  readonly inFlight: number;
  /** Calls that wait for a place, or for their next try. */
  readonly waiting: number;
  readonly calls: number;
  readonly retries: number;
  readonly throttled: number;
  readonly waitMs: { readonly p50: number; readonly p99: number; readonly max: number };
  /** Calls there may be at once. Absent: no limit. */
  readonly concurrency?: number;
  /** Requests a minute that the provider was found to take. Absent: it has refused none. */
  readonly learnedRpm?: number;
  readonly state: 'open' | 'paused' | 'tripped';
  /** Until calls go again, in milliseconds. Absent: they do. */
  readonly retryInMs?: number;
}

/** How far a limit of a budget has been used at this moment, in the unit in which it was declared. */
export interface BudgetView {
  readonly kind: 'run' | 'group' | 'agent';
  /** `run`, a group's name, or an agent. */
  readonly scope: string;
  readonly limit: BudgetReached['limit'];
  readonly allowed: number;
  readonly used: number;
  /** What calls in flight may use of it. */
  readonly reserved: number;
}

/** An agent's state machine as it is at this moment. */
export interface AgentView {
  readonly agent: string;
  /** XState's, unique among the run's actors. */
  readonly sessionId: string;
  readonly status: 'active' | 'done' | 'error' | 'stopped';
  /** The state of the chart it is in. */
  readonly value: string;
  /** Its context without what is the same for every agent. */
  readonly context: JsonObject;
}

/** What an agent's state machine has just received, and where it is then. */
export interface InspectionStep {
  readonly agent: string;
  readonly event: { readonly type: string };
  readonly view: AgentView;
}
