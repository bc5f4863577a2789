import { computed, signal } from '@preact/signals';
import type { RunEvent } from '../../../protocol.ts';
import type { LogMessage } from '../../messages.ts';
import { travelAt } from './travel-store.ts';

/** Events of all agents that fit the filter. */
export interface LogLines {
  readonly events: readonly RunEvent[];
  /** Fitting events the server left out. */
  readonly missed: number;
}

/** Lines kept; older ones go. */
export const LOG_LINES_MAX = 1000;
const NOTHING: LogLines = { events: [], missed: 0 };
const live = signal<LogLines>(NOTHING);
const past = signal<LogLines>(NOTHING);

export const shownLog = computed(() => (travelAt.value === undefined ? live.value : past.value));

/** The answer to a subscription replaces what there was, the rest is added. */
export function updateLog({ id, events, missed = 0 }: LogMessage): void {
  const before = id === undefined ? live.peek() : NOTHING;
  live.value = { events: [...before.events, ...events].slice(-LOG_LINES_MAX), missed: before.missed + missed };
}

export function setPastLog({ events }: LogMessage): void {
  past.value = { events, missed: 0 };
}

export function resetLog(): void {
  live.value = NOTHING;
  past.value = NOTHING;
}
