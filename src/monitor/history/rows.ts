/**
 * One event in numbers. A run of ten thousand agents has a hundred thousand of them in seconds: as objects they would be
 * a gigabyte that the garbage collector walks, as columns they are 26 bytes each that it never looks at.
 */

import type { DeadReason, MessageKind, RunEvent } from '../../protocol.ts';

export type EventType = RunEvent['type'];
/** An event that is about one agent. */
export type AgentEvent = Extract<RunEvent, { readonly agent: string }>;

/** A kind is the place in this list. */
export const EVENT_TYPES = [
  'run.started',
  'run.draining',
  'run.stalled',
  'run.finished',
  'supervisor.escalated',
  'store.degraded',
  'store.recovered',
  'model.throttled',
  'model.tripped',
  'model.restored',
  'budget.reached',
  'server.logged',
  'server.down',
  'server.up',
  'message.deadlock',
  'message.looped',
  'message.dead',
  'source.observed',
  'source.failed',
  'source.ended',
  'agent.admitted',
  'agent.started',
  'agent.observed',
  'agent.waiting',
  'agent.paused',
  'agent.resumed',
  'agent.decided',
  'agent.recalled',
  'agent.streamed',
  'agent.condensed',
  'model.retried',
  'model.failed',
  'tool.started',
  'tool.finished',
  'tool.retried',
  'tool.logged',
  'tool.blocked',
  'agent.passivated',
  'agent.woken',
  'agent.restarting',
  'agent.set-aside',
  'agent.stored',
  'agent.replied',
  'agent.ended',
  'message.sent',
  'agent.subscribed',
  'agent.unsubscribed',
  'task.awarded',
  'board.written',
  'approval.requested',
  'approval.answered',
] as const satisfies readonly EventType[];

/** Every type is in the list: this line does not compile otherwise. */
const KINDS: Readonly<Record<EventType, number>> = Object.fromEntries(
  EVENT_TYPES.map((type, kind) => [type, kind]),
) as Record<(typeof EVENT_TYPES)[number], number>;

export const toKind = (type: EventType): number => KINDS[type];

/**
 * Where what a row has no place for is: in the agent's `journal`; in the `history`, which keeps such events themselves, since
 * they are rare; in `both`; or `nowhere`, since nobody needs more. A type that is not here does not compile. Events about the
 * run are not: the history keeps them all.
 */
export const DETAILS = {
  'agent.admitted': 'history',
  'agent.started': 'nowhere',
  'agent.observed': 'journal',
  'agent.waiting': 'nowhere',
  'agent.paused': 'nowhere',
  'agent.resumed': 'nowhere',
  'agent.decided': 'journal',
  'agent.recalled': 'both',
  // As frequent as text comes while somebody watches; the answer it becomes is in the journal.
  'agent.streamed': 'nowhere',
  'agent.condensed': 'history',
  'model.retried': 'history',
  'model.failed': 'journal',
  'tool.started': 'journal',
  'tool.finished': 'journal',
  'tool.retried': 'history',
  'tool.logged': 'history',
  'tool.blocked': 'history',
  'agent.passivated': 'nowhere',
  'agent.woken': 'nowhere',
  'agent.restarting': 'both',
  'agent.set-aside': 'both',
  'agent.stored': 'nowhere',
  'agent.replied': 'journal',
  'agent.ended': 'journal',
  'message.sent': 'journal',
  'agent.subscribed': 'history',
  'agent.unsubscribed': 'history',
  'task.awarded': 'history',
  'board.written': 'history',
  'approval.requested': 'both',
  'approval.answered': 'both',
} as const satisfies { readonly [Type in AgentEvent['type']]: 'journal' | 'history' | 'both' | 'nowhere' };

/** Types of which the history keeps rows alone. */
export type RowType = {
  [Type in keyof typeof DETAILS]: (typeof DETAILS)[Type] extends 'history' | 'both' ? never : Type;
}[keyof typeof DETAILS];

/** By kind: the history keeps such events themselves. */
const KEPT: readonly boolean[] = EVENT_TYPES.map((type) => ['history', 'both'].includes(whereOf(type)));
/** Journals have what there is to say of such events. */
const JOURNALLED: readonly boolean[] = EVENT_TYPES.map((type) => ['journal', 'both'].includes(whereOf(type)));

export const isKept = (kind: number): boolean => KEPT[kind] === true;
export const isJournalled = (kind: number): boolean => JOURNALLED[kind] === true;

function whereOf(type: EventType): (typeof DETAILS)[AgentEvent['type']] {
  return type in DETAILS ? DETAILS[type as AgentEvent['type']] : 'history';
}

/** `agent` of an event that is about the whole run. */
export const NO_AGENT = -1;
/** `name` of an event without a model or tool. */
export const NO_NAME = 0xffff;

/** `flag` of `agent.ended`. */
export const ENDINGS = ['done', 'failed', 'stopped'] as const;
/** `flag` of a call that failed. */
export const FAILED = 1;
/** `flag` of an agent that waits for something else than a message. */
export const HELD = 1;

/** `flag` of `message.sent`, and `count` of `message.dead`. */
export const MESSAGE_KINDS = [
  'tell',
  'ask',
  'reply',
  'topic',
  'handoff',
  'input',
] as const satisfies readonly MessageKind[];
/** `flag` of `message.dead`. */
export const DEAD_REASONS = [
  'no-such-agent',
  'ended',
  'full',
  'dropped',
  'expired',
  'loop',
  'late',
  'set-aside',
  'never-observed',
] as const satisfies readonly DeadReason[];

/** Rows of one chunk: about 1.7 MB. */
export const CHUNK_ROWS = 65_536;

/** Rows as columns. */
export class Chunk {
  /** Milliseconds since the run's start; never goes down. */
  readonly at = new Float64Array(CHUNK_ROWS);
  /** Position among all agents of the run, or `NO_AGENT`. */
  readonly agent = new Int32Array(CHUNK_ROWS);
  readonly kind = new Uint8Array(CHUNK_ROWS);
  readonly flag = new Uint8Array(CHUNK_ROWS);
  /** Calls of a decision; messages that are observed at once. */
  readonly count = new Uint16Array(CHUNK_ROWS);
  /** Place of the model or tool among the history's names; of a message, of its sender if that is none of the run's agents. */
  readonly name = new Uint16Array(CHUNK_ROWS);
  /** Milliseconds a call took; for a message, the position of its receiver, or `NO_AGENT`; for streamed text, its length. */
  readonly value = new Float32Array(CHUNK_ROWS);
  /** Of a message: microseconds since it was sent, which is told a moment later. */
  readonly turn = new Uint32Array(CHUNK_ROWS);
  length = 0;

  /** Adds a row of another chunk. */
  copy(from: Chunk, row: number): void {
    const index = this.length++;
    for (const column of ['at', 'agent', 'kind', 'flag', 'count', 'name', 'value', 'turn'] as const) {
      this[column][index] = from[column][row] ?? 0;
    }
  }
}
