import type { FanOutSpec } from '../../protocol.ts';
import { fan, losePart, toPart } from './gather.ts';
import {
  firstAlive,
  groupOf,
  indexOf,
  type Membership,
  type Topology,
  type WiredAnswer,
  type WiringContext,
} from './topology.ts';

/** Each reply goes to every member of other groups, and their answers come together to one agent, if anywhere. */
export function createFanOut(wire: string, { from, to, gather }: FanOutSpec, membership: Membership): Topology {
  const findGatherer = (answer: WiredAnswer, context: WiringContext): string | undefined => {
    if (gather === undefined) return undefined;
    if (gather === from) return answer.agent;
    const all = membership.members(gather);
    // In turn, but by which observation it was: told again after a crash it goes to the same one.
    const place = indexOf(answer.agent) + answer.observations - 1;
    return firstAlive(all, place, context) ?? all[place % all.length];
  };
  return {
    wire,
    groups: new Set([from, ...to]),
    hasRounds: false,
    begin(answer, context) {
      if (groupOf(answer.agent) !== from) return undefined;
      const others = to.flatMap((group) => membership.members(group)).filter((member) => member !== answer.agent);
      if (others.length === 0) return undefined;
      return fan(answer, { wire, to: others, gatherer: findGatherer(answer, context) }, context);
    },
    goOn: toPart,
    lose: losePart,
  };
}
