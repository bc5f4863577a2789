import type { Clock } from '../base/clock.ts';
import { toErrorInfo } from '../base/errors.ts';
import type { RunEvent, RunFact } from '../protocol.ts';

export type EventListener = (event: RunEvent) => void;

/**
 * Gives each fact its number and time, and tells everyone, in order.
 *
 * Contract: a listener that throws harms nobody: it is dropped, with a process warning that says so.
 */
export interface EventStream {
  emit(fact: RunFact): void;
  /** @returns Ends the subscription. */
  subscribe(listener: EventListener): () => void;
}

/** @param listeners Told from the first event on, before those who subscribe later. */
export function createEventStream(clock: Clock, listeners: readonly EventListener[]): EventStream {
  let all = [...listeners];
  let seq = 0;
  return {
    emit(fact) {
      const event = Object.assign({ seq: ++seq, at: round(clock.elapsed()) }, fact) as RunEvent;
      for (const listener of all) {
        try {
          listener(event);
        } catch (error) {
          all = all.filter((other) => other !== listener);
          process.emitWarning(`A listener of run events threw and hears no more: ${toErrorInfo(error).message}`);
        }
      }
    },
    subscribe(listener) {
      all = [...all, listener];
      return () => {
        all = all.filter((other) => other !== listener);
      };
    },
  };
}

/** Microseconds are what the clock can tell; more digits would only lengthen every log. */
function round(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}
