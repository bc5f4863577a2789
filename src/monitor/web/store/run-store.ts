import { computed, signal } from '@preact/signals';
import type { RunInfo, WelcomeMessage } from '../../messages.ts';
import type { ConnectionState } from '../connection.ts';
import { toAgentNames } from '../fleet/agent-names.ts';

export const connectionState = signal<ConnectionState>('connecting');
export const welcome = signal<WelcomeMessage | undefined>(undefined);
export const run = signal<RunInfo | undefined>(undefined);
export const groups = computed(() => welcome.value?.groups ?? []);
export const agentNames = computed(() => toAgentNames(groups.value));
/** Commands may be sent and there is a run to take them. */
export const canControl = computed(
  () => welcome.value?.control === true && run.value?.live === true && connectionState.value === 'open',
);
/** Milliseconds since the run's start, by its clock, a few times a second. */
export const now = signal(0);
/** The shown run goes on. */
export const isLive = computed(() => run.value?.live === true);

/** It has gone on while this page was open. */
export const wasLive = signal(false);

const TICK_MS = 200;
let heard = { at: 0, when: 0 };

/** Takes the time of a message. */
export function noteTime(at: number): void {
  heard = { at, when: performance.now() };
  if (at > now.peek() || run.peek()?.live !== true) now.value = at;
}

/** Lets the clock go on between messages. A rehearsal's time leaps; it is only what messages say. */
export function startClock(): void {
  setInterval(() => {
    const info = run.peek();
    if (info?.live !== true || info.virtual || connectionState.peek() !== 'open') return;
    now.value = Math.max(now.peek(), heard.at + performance.now() - heard.when);
  }, TICK_MS);
}

/** Another run is shown from here on. */
export function resetClock(at: number): void {
  heard = { at, when: performance.now() };
  now.value = at;
}
