import type { RunEvent, WaitingCallId } from '../protocol.ts';
import { formatNumber } from './table.ts';

/** Counts the calls of a run that wait for a person, by its events; at its end, those that still do when it goes on. */
export class WaitingCalls {
  readonly #calls = new Map<string, Set<string>>();
  #isDraining = false;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  readonly onEvent = (event: RunEvent): void => {
    switch (event.type) {
      case 'approval.requested':
        this.add(event);
        break;
      case 'approval.answered':
        if (this.#calls.get(event.agent)?.delete(event.callId)) this.#size--;
        break;
      case 'run.draining':
        this.#isDraining = true;
        break;
      case 'agent.restarting':
        this.#forget(event.agent);
        break;
      case 'agent.ended':
        // Who is stopped with the run waits on.
        if (!(this.#isDraining && event.status === 'stopped')) this.#forget(event.agent);
        break;
    }
  };

  /** One that is known to wait. */
  add({ agent, callId }: WaitingCallId): void {
    const calls = this.#calls.get(agent) ?? new Set();
    this.#calls.set(agent, calls);
    if (calls.has(callId)) return;
    calls.add(callId);
    this.#size++;
  }

  #forget(agent: string): void {
    this.#size -= this.#calls.get(agent)?.size ?? 0;
    this.#calls.delete(agent);
  }
}

/** `3 calls wait for a person`; undefined: none does. */
export function toWaitingText(calls: number): string | undefined {
  if (calls === 0) return undefined;
  return calls === 1 ? '1 call waits for a person' : `${formatNumber(calls)} calls wait for a person`;
}
