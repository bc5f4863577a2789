import { effect, signal } from '@preact/signals';
import { findSlowest, type SlowAgent } from '../fold/slowest.ts';
import { createLogRequest } from '../session.ts';
import { connectionState } from './run-store.ts';
import { travelAt } from './travel-store.ts';

/** The slowest agents until the shown moment, as far as they were asked for. */
export const slowest = signal<readonly SlowAgent[]>([]);

const MOST = 20;

const requestCalls = createLogRequest((events) => {
  slowest.value = findSlowest(events, MOST);
});
const requestEnds = createLogRequest((events) => {
  if (events.length > 0) slowest.value = findSlowest(events, MOST);
  else requestCalls({ ...toMoment(), types: ['agent.decided', 'tool.finished'] });
});

/** Asks anew whenever another moment is shown, until the returned function is called. */
export function followSlowest(): () => void {
  return effect(() => {
    if (connectionState.value !== 'open') return;
    requestEnds({ ...toMoment(travelAt.value), types: ['agent.ended'] });
  });
}

function toMoment(at = travelAt.peek()): { at?: number } {
  return at === undefined ? {} : { at };
}
