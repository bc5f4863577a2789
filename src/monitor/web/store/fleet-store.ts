import { computed, signal } from '@preact/signals';
import type { FleetMessage } from '../../messages.ts';
import { AGENT_STATES, type AgentState } from '../../states.ts';
import { createFleetMatcher, type FleetFilter } from '../fleet/fleet-filter.ts';
import { FleetModel } from '../fleet/fleet-model.ts';
import { toNames } from '../route.ts';
import { query } from '../router.ts';
import { agentNames, groups } from './run-store.ts';
import { travelAt } from './travel-store.ts';

const live = new FleetModel(0);
const past = new FleetModel(0);
const liveVersion = signal(0);
const pastVersion = signal(0);

/** The fleet as the views show it: now, or at the chosen moment. Changed in place; follow `fleetVersion`. */
export const shownFleet = computed(() => (travelAt.value === undefined ? live : past));
export const fleetVersion = computed(() => (travelAt.value === undefined ? liveVersion.value : -1 - pastVersion.value));
export const counts = computed<Readonly<Record<AgentState, number>>>(() => {
  fleetVersion.value;
  const { counts: numbers } = shownFleet.value;
  return Object.fromEntries(AGENT_STATES.map((state, index) => [state, numbers[index] ?? 0])) as Record<
    AgentState,
    number
  >;
});

export function replaceFleet(states: string): void {
  live.replace(states);
  liveVersion.value = liveVersion.peek() + 1;
}

export function updateFleet({ agents, states }: FleetMessage): void {
  if (agents === undefined) live.replace(states);
  else live.change(agents, states);
  liveVersion.value = liveVersion.peek() + 1;
}

export function setPastFleet(states: string): void {
  past.replace(states);
  pastVersion.value = pastVersion.peek() + 1;
}

/** Until the past is known, it looks as the present does. */
export function copyFleetToPast(): void {
  past.states = live.states.slice();
  past.counts = [...live.counts];
  pastVersion.value = pastVersion.peek() + 1;
}

export const filter = computed<FleetFilter>(() => ({
  text: query.value.q ?? '',
  groups: toNames(query.value.group),
  states: toNames(query.value.state),
  failures: query.value.failures === '1',
}));

export const matcher = computed(() => createFleetMatcher(filter.value, groups.value, agentNames.value));

/** Positions of the agents that the filter fits, at most so many. Not followed by itself: read it in an effect. */
export function findAgents(max: number): number[] {
  const { states } = shownFleet.value;
  const found: number[] = [];
  for (let position = 0; position < states.length && found.length < max; position++) {
    if (matcher.value.matches(position, states[position] ?? 0)) found.push(position);
  }
  return found;
}
