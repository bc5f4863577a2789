import type { PostOffice } from './post-office.ts';

/**
 * Finds the wired groups of which all members get something that several agents get, but for whoever sends it: they may
 * begin with it together.
 *
 * @param receivers Agents, each once.
 */
export function findWholeGroups(
  { addresses, isWired }: Pick<PostOffice, 'addresses' | 'isWired'>,
  from: string,
  receivers: readonly string[],
): ReadonlySet<string> {
  const counts = new Map<string, number>();
  for (const agent of receivers) {
    if (agent === from) continue;
    const group = toGroup(agent);
    counts.set(group, (counts.get(group) ?? 0) + 1);
  }
  const whole = new Set<string>();
  for (const [group, count] of counts) {
    if (!isWired(group)) continue;
    const members = addresses.members(group) ?? [];
    if (count === members.length - (members.includes(from) ? 1 : 0)) whole.add(group);
  }
  return whole;
}

export function toGroup(agent: string): string {
  return agent.slice(0, agent.lastIndexOf('/'));
}
