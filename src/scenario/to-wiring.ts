import type { WiringSpec } from '../protocol.ts';
import type { CheckedScenario } from './schema.ts';

/** A checked entry of `wiring` as the rest of troupe reads it. */
export function toWiring({ rounds = 1, ...entry }: CheckedScenario['wiring'][number]): WiringSpec {
  const { pipeline, policy, fan_out: from, ring, all_to_all: everybody, moderator, gather } = entry;
  if (pipeline !== undefined) {
    return { kind: 'pipeline', groups: pipeline, ...(policy !== undefined && { policy }) };
  }
  if (from !== undefined) {
    return { kind: 'fan-out', from, to: toNames(entry.to), ...(gather !== undefined && { gather }) };
  }
  if (ring !== undefined) return { kind: 'ring', group: ring, rounds };
  if (everybody !== undefined) return { kind: 'all-to-all', group: everybody, rounds };
  if (moderator !== undefined) return { kind: 'moderator', group: moderator, members: toNames(entry.members), rounds };
  return { kind: 'blackboard', name: entry.blackboard ?? '', groups: toNames(entry.groups) };
}

function toNames(names: string | readonly string[] | undefined): readonly string[] {
  return typeof names === 'string' ? [names] : (names ?? []);
}
