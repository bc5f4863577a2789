import type { RingSpec } from '../../protocol.ts';
import {
  baseOf,
  type Delivery,
  firstAlive,
  groupOf,
  indexOf,
  type Membership,
  type Topology,
  type WiredAnswer,
  type WiringContext,
} from './topology.ts';

/**
 * Each reply goes to the next member, from whoever began it around to him, so many times; his last reply comes out. Members
 * that have ended are passed over.
 */
export function createRing(wire: string, { group, rounds }: RingSpec, membership: Membership): Topology {
  const passOn = (answer: WiredAnswer, by: string, round: number, context: WiringContext) => {
    const all = membership.members(group);
    const next = firstAlive(all, indexOf(answer.agent) + 1, context);
    if (next === undefined || next === answer.agent) return undefined;
    // If whoever began it has ended, a round is over with the one before him.
    const isPast = answer.agent !== by && next !== by && isBetween(answer.agent, by, next, all.length);
    if (isPast && round >= rounds) return undefined;
    const message = { id: baseOf(answer, wire), from: answer.agent, to: next, body: answer.reply };
    const delivery: Delivery = { ...message, wire, round: isPast ? round + 1 : round, way: { by } };
    return [delivery];
  };
  return {
    wire,
    groups: new Set([group]),
    hasRounds: true,
    begin: (answer, context) =>
      groupOf(answer.agent) === group ? passOn(answer, answer.agent, 1, context) : undefined,
    goOn(answer, { round = 1, way }, context) {
      // One of another group, to whom it was handed over: the ring ends there.
      if (groupOf(answer.agent) !== group) return undefined;
      const { by = answer.agent } = way ?? {};
      if (answer.agent !== by) return passOn(answer, by, round, context);
      return round >= rounds ? undefined : passOn(answer, by, round + 1, context);
    },
    lose: () => [],
  };
}

/** Going on from one to the next, somebody is passed. */
function isBetween(from: string, who: string, next: string, count: number): boolean {
  const start = indexOf(from);
  const distance = (agent: string): number => (indexOf(agent) - start + count) % count || count;
  return distance(who) < distance(next);
}
