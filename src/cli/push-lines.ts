import type { Monitor } from '../monitor-run.ts';
import type { Scenario } from '../protocol.ts';
import type { Run } from '../run.ts';

/**
 * Says how others can push into a run: the address of each source that takes it, and a command for the first of them.
 *
 * @param monitor Undefined: there is none.
 * @returns Nothing for a run into which nothing can be pushed anyway.
 */
export function toPushLines(
  { observations, scenario }: Pick<Run, 'observations' | 'scenario'>,
  monitor: Monitor | undefined,
): string[] {
  const names = observations?.names ?? [];
  const [first] = names;
  if (first === undefined) return [];
  const all = `${names.length === 1 ? 'source' : 'sources'} ${names.map((name) => `"${name}"`).join(', ')}`;
  if (monitor?.controlUrl === undefined) {
    const why = monitor === undefined ? 'there is no monitor' : 'that needs --monitor-control';
    return [`Nothing can be pushed to ${all}: ${why}.`];
  }
  const { origin, searchParams } = new URL(monitor.controlUrl);
  const bearer = `'Authorization: Bearer ${searchParams.get('token')}'`;
  const toAddress = (name: string): string => `${origin}/observe/${encodeURIComponent(name)}`;
  return [
    ...names.map((name) => `Push to source "${name}": POST ${toAddress(name)}`),
    `Such as: curl -H ${bearer} -H 'Prefer: wait=60' -d '${toItem(scenario, first)}' ${toAddress(first)}`,
  ];
}

/** What the source's group can take. */
function toItem({ sources, agents }: Scenario, source: string): string {
  const members = agents[sources[source]?.to ?? '']?.members;
  if (members?.kind !== 'sessions') return '{ "text": "Hello." }';
  return `{ "text": "Hello.", "user": "ada"${members.per === 'session' ? ', "session": "1"' : ''} }`;
}
