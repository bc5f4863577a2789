import type { GroupInfo } from '../../../protocol.ts';
import { AGENT_STATES } from '../../states.ts';

/** Who is looked at; the others are dimmed. Empty lists: all. */
export interface FleetFilter {
  readonly text: string;
  readonly groups: readonly string[];
  readonly states: readonly string[];
  readonly failures: boolean;
}

/** A filter made ready for asking about each agent at each frame. */
export interface FleetMatcher {
  readonly isActive: boolean;
  /** @param state Position in `AGENT_STATES`. */
  matches(position: number, state: number): boolean;
}

const FAILED = AGENT_STATES.indexOf('failed');

export function createFleetMatcher(
  filter: FleetFilter,
  groups: readonly GroupInfo[],
  names: readonly string[],
): FleetMatcher {
  const text = filter.text.trim().toLowerCase();
  const isActive = text !== '' || filter.groups.length > 0 || filter.states.length > 0 || filter.failures;
  if (!isActive) return { isActive, matches: () => true };
  const byName = new Uint8Array(names.length);
  for (const { name, first, count } of groups) {
    if (filter.groups.length > 0 && !filter.groups.includes(name)) continue;
    for (let position = first; position < first + count; position++) {
      byName[position] = (names[position] ?? '').toLowerCase().includes(text) ? 1 : 0;
    }
  }
  const byState = AGENT_STATES.map(
    (state, index) =>
      (filter.states.length === 0 || filter.states.includes(state)) && (!filter.failures || index === FAILED),
  );
  return { isActive, matches: (position, state) => byName[position] === 1 && byState[state] === true };
}
