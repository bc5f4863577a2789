import { computed } from '@preact/signals';
import { SEQUENCE_AGENTS_MAX } from '../../../base/monitor-limits.ts';
import { toPosition } from '../fleet/agent-names.ts';
import { toggleName, toNames } from '../route.ts';
import { query, setQuery } from '../router.ts';
import { groups } from '../store/run-store.ts';

/** Whose messages the sequence diagram shows: agents, groups, and who is outside. */
export const columns = computed(() => toNames(query.value.talk).filter(isKnown).slice(0, SEQUENCE_AGENTS_MAX));

/** Takes it out if it is there, or puts it in; of too many the first gives way. */
export function toggleColumn(name: string): void {
  setColumns(toggleName(columns.peek(), name));
}

export function setColumns(names: readonly string[]): void {
  setQuery({ talk: [...new Set(names)].slice(-SEQUENCE_AGENTS_MAX).join(',') });
}

/** The run has it. */
export function isKnown(name: string): boolean {
  if (name === 'user' || name.startsWith('source:')) return true;
  return groups.value.some((group) => group.name === name) || toPosition(groups.value, name) !== undefined;
}
