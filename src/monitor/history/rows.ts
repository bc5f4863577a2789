/**
 * One event in numbers. A run of ten thousand agents has a hundred thousand of them in seconds: as objects they would be
 * a gigabyte that the garbage collector walks, as columns they are 26 bytes each that it never looks at.
 */

import type { RunEvent } from '../../protocol.ts';

export type EventType = RunEvent['type'];

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
] as const satisfies readonly EventType[];

/** Every type is in the list: this line does not compile otherwise. */
const KINDS: Readonly<Record<EventType, number>> = Object.fromEntries(
  EVENT_TYPES.map((type, kind) => [type, kind]),
) as Record<(typeof EVENT_TYPES)[number], number>;

export const toKind = (type: EventType): number => KINDS[type];

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
  /** Calls of a decision. */
  readonly count = new Uint16Array(CHUNK_ROWS);
  /** Place of the model or tool among the history's names. */
  readonly name = new Uint16Array(CHUNK_ROWS);
  /** Milliseconds a call took; for a message, the position of its receiver. */
  readonly value = new Float32Array(CHUNK_ROWS);
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
