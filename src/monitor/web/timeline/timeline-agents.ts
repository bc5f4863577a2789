import { computed, signal } from '@preact/signals';
import { AGENT_STATES } from '../../states.ts';
import { toNames } from '../route.ts';
import { query, setQuery } from '../router.ts';
import { filter, findAgents, shownFleet } from '../store/fleet-store.ts';
import { agentNames } from '../store/run-store.ts';

/** Agents in a timeline, at most. */
export const TIMELINE_AGENTS_MAX = 50;
const FIRST = 20;
const FAILED = AGENT_STATES.indexOf('failed');

const isChosen = computed(() => query.value.agents !== undefined);
const chosenOnce = signal<{ readonly key: string; readonly agents: readonly string[] }>({ key: '', agents: [] });

/** Those the address names, or the first that fitted the filter when it was set: rows must not come and go by themselves. */
export function timelineAgents(): readonly string[] {
  const names = agentNames.value;
  if (isChosen.value) {
    const known = new Set(names);
    return toNames(query.value.agents)
      .filter((name) => known.has(name))
      .slice(0, TIMELINE_AGENTS_MAX);
  }
  const key = JSON.stringify([filter.value, names.length]);
  if (chosenOnce.peek().key !== key) {
    const agents = findAgents(FIRST).map((position) => names[position] ?? '');
    chosenOnce.value = { key, agents };
  }
  return chosenOnce.peek().agents;
}

export function setTimelineAgents(agents: readonly string[]): void {
  setQuery({ agents: [...new Set(agents)].slice(0, TIMELINE_AGENTS_MAX).join(',') });
}

/** Back to those that fit the filter. */
export function clearTimelineAgents(): void {
  chosenOnce.value = { key: '', agents: [] };
  setQuery({ agents: '' });
}

export function findFailed(): readonly string[] {
  const { states } = shownFleet.peek();
  const failed: string[] = [];
  for (let position = 0; position < states.length && failed.length < FIRST; position++) {
    if (states[position] === FAILED) failed.push(agentNames.peek()[position] ?? '');
  }
  return failed;
}

/** The first agent in whose name the text is, other than those that are there. */
export function findByText(text: string, others: readonly string[]): string | undefined {
  const wanted = text.trim().toLowerCase();
  const names = agentNames.peek();
  const exact = names.find((name) => name.toLowerCase() === wanted);
  return exact ?? names.find((name) => name.toLowerCase().includes(wanted) && !others.includes(name));
}
