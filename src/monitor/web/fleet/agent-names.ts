import type { GroupInfo } from '../../../protocol.ts';

/** The agents' addresses in the run's order. */
export function toAgentNames(groups: readonly GroupInfo[]): readonly string[] {
  const names: string[] = [];
  for (const { name, first, count } of groups) {
    for (let index = 0; index < count; index++) names[first + index] = `${name}/${index}`;
  }
  return names;
}

/** @returns The position of an agent in the run's order; undefined if there is no such agent. */
export function toPosition(groups: readonly GroupInfo[], agent: string): number | undefined {
  const [, name, digits] = /^(.*)\/(\d+)$/.exec(agent) ?? [];
  const group = groups.find((other) => other.name === name);
  const index = Number(digits);
  return group === undefined || index >= group.count ? undefined : group.first + index;
}
