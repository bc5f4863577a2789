import { LOG_FRAME_EVENTS } from '../../base/monitor-limits.ts';
import type { RunEvent } from '../../protocol.ts';
import type { LogMessage } from '../messages.ts';
import { toShortEvent } from '../short-event.ts';
import type { EventFilter } from './log-filter.ts';

/** The events of one filter since the last frame: the newest `LOG_FRAME_EVENTS` of them. */
export class LogView {
  readonly filter: EventFilter;
  #events: RunEvent[] = [];
  #seen = 0;

  constructor(filter: EventFilter) {
    this.filter = filter;
  }

  take(event: RunEvent): void {
    if (!this.filter.fits(event)) return;
    this.#events[this.#seen++ % LOG_FRAME_EVENTS] = event;
  }

  /** Undefined if there was nothing. */
  changes(at: number): Omit<LogMessage, 'id'> | undefined {
    if (this.#seen === 0) return undefined;
    const missed = Math.max(0, this.#seen - LOG_FRAME_EVENTS);
    const start = missed === 0 ? 0 : this.#seen % LOG_FRAME_EVENTS;
    const events = [...this.#events.slice(start), ...this.#events.slice(0, start)].map(toShortEvent);
    this.#events = [];
    this.#seen = 0;
    return { type: 'log', at, events, ...(missed > 0 && { missed }) };
  }
}
